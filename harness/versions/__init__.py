"""The OCPP versions that the suite plays, one value each; nothing else may assume a version."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from harness.rules import Rule
from harness.versions.v16 import V16
from harness.versions.v201 import V201
from harness.versions.version import Fairness, Version, held_of_stations

__all__ = ["V16", "V201", "VERSIONS", "Fairness", "Version", "held_of_stations", "known_rules"]

VERSIONS: Mapping[str, Version] = {one.name: one for one in (V16, V201)}
"""Every version by its name."""


@cache
def known_rules() -> Mapping[str, Rule]:
    """Return all rules of the wire of all versions by id, those for stations too."""
    sides = [side for version in VERSIONS.values() for side in (version, held_of_stations(version))]
    return {rule.id: rule for side in sides for rule in side.rules()}
