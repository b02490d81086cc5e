"""The OCPP versions that the suite plays, one value each; nothing else may assume a version."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from harness.rules import Rule
from harness.versions.v16 import V16
from harness.versions.v201 import V201
from harness.versions.version import Fairness, Version

__all__ = ["V16", "V201", "VERSIONS", "Fairness", "Version", "known_rules"]

VERSIONS: Mapping[str, Version] = {one.name: one for one in (V16, V201)}
"""Every version by its name."""


@cache
def known_rules() -> Mapping[str, Rule]:
    """Return all rules of the wire of all versions by id."""
    return {rule.id: rule for version in VERSIONS.values() for rule in version.rules()}
