"""What all operations share: the station they are meant for, and their wire form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

from harness.schemas import Kind, schemas


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing an operator can ask a central system to do to one station.

    A field that is None is left to the central system: it chooses a value, or leaves the member out. A ``disruptive``
    one resets, unlocks or reconfigures the station, or replaces what it keeps.
    """

    version: ClassVar[str]
    disruptive: ClassVar[bool] = False
    station: str

    @classmethod
    def action(cls) -> str:
        """Return the name of the OCPP action, which is the name of the class."""
        return cls.__name__

    @classmethod
    def members(cls, *within: str) -> tuple[str, ...]:
        """Return the members that an operator may give, in wire spelling, or those of the value that a path leads to.

        A path is made of members, and of ``*`` for any item of a list; what is no object has no members.
        """
        if not within:
            return tuple(wire_name(field.name) for field in fields(cls) if field.name != "station")
        schema = schemas(cls.version).schema(cls.action(), Kind.REQUEST)
        for step in within:
            schema = schema.get("items", {}) if step == "*" else schema.get("properties", {}).get(step, {})
        return ("*",) if schema.get("type") == "array" else tuple(schema.get("properties", {}))

    def with_numbers(self, numbers: Mapping[str, Iterator[int]]) -> Self:
        """Return the operation with the next number in each field of this name that is None."""
        left_open = {field.name for field in fields(self) if getattr(self, field.name) is None}
        given: dict[str, Any] = {name: next(source) for name, source in numbers.items() if name in left_open}
        return replace(self, **given)

    def payload(self) -> dict[str, Any]:
        """Return what the operator asked for as OCPP members in wire spelling, without the fields that are None."""
        return {
            wire_name(field.name): value
            for field in fields(self)
            if field.name != "station" and (value := getattr(self, field.name)) is not None
        }


def wire_name(name: str) -> str:
    """Return the wire spelling of a Python name: ``id_tag`` becomes ``idTag``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
