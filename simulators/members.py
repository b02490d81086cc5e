"""Members of a payload, in wire spelling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.ocppj import Payload


def given(members: Mapping[str, Any]) -> Payload:
    """Return a payload of the members that are not None."""
    return {name: value for name, value in members.items() if value is not None}
