"""Rules for what stations send that the schemas of OCPP 2.0.1 do not hold."""

from __future__ import annotations

from typing import Any

from ocpp.exceptions import PropertyConstraintViolationError

from server.core import instants

_LARGEST = 2**63 - 1
"""The largest integer that the store holds; the schemas name no limit."""


def instant(text: str, name: str = "timestamp") -> str:
    """Return an instant as it is stored; raises the CALLERROR for one that no calendar holds."""
    try:
        return instants.to_store(instants.parse(text))
    except ValueError:
        raise PropertyConstraintViolationError(description=f"{name}: no instant of any calendar") from None


def number(value: int | None, name: str, *, at_least: int = -_LARGEST) -> None:
    """Raise the CALLERROR for an integer below what the text allows, or beyond what the store holds."""
    if value is not None and not at_least <= value <= _LARGEST:
        raise PropertyConstraintViolationError(description=f"{name}: not between {at_least} and {_LARGEST}")


def evse(members: dict[str, Any]) -> None:
    """Raise the CALLERROR for an EVSE, or a connector of one, that there cannot be."""
    number(members.get("id"), "evse/id", at_least=0)
    number(members.get("connectorId"), "evse/connectorId", at_least=0)
