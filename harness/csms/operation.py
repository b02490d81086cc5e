"""What all operations share: the station they are meant for, and their wire form."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing an operator can ask a central system to do to one station.

    A field that is None is left to the central system: it chooses a value, or leaves the member out.
    """

    version: ClassVar[str]
    station: str

    @classmethod
    def action(cls) -> str:
        """Return the name of the OCPP action, which is the name of the class."""
        return cls.__name__

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
