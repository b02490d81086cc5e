"""Members of a payload, in wire spelling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.ocppj import Payload
from harness.verdict import Inconclusive


class Received(dict[str, Any]):
    """A payload that came over the wire.

    ``[name]`` raises Inconclusive for a member that is not there: whether it has to be is judged by the rules of the
    wire, and what a scenario would have done with it remains open.
    """

    def __init__(self, payload: Mapping[str, Any]) -> None:
        super().__init__({name: _received(value) for name, value in payload.items()})

    def __missing__(self, name: str) -> Any:
        raise Inconclusive(f"there is no {name} in {dict(self)}")


def _received(value: Any) -> Any:
    match value:
        case dict():
            return Received(value)
        case list():
            return [_received(item) for item in value]
    return value


def given(members: Mapping[str, Any]) -> Payload:
    """Return a payload of the members that are not None."""
    return {name: value for name, value in members.items() if value is not None}
