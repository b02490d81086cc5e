"""Block G, availability: the states of connectors, and who may use them (OCPP 2.0.1 G01, G03, G04)."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import ClassVar

from ocpp.v201.enums import Action, ChangeAvailabilityStatusEnumType
from sqlalchemy import Connection

from server.core import connectors
from server.core.bundle import InvalidOperation
from server.core.call_queue import Operation
from server.core.profile import Profile
from server.core.stations import Station
from server.core.store import Store
from server.core.validation import Payload
from server.v201 import checks


class Availability(Profile):
    """Keeps the states of connectors, and has stations, EVSEs and connectors made operative or inoperative."""

    actions: ClassVar[frozenset[str]] = frozenset({Action.change_availability.value})

    def __init__(self, store: Store) -> None:
        self.store = store

    def status_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Store the state of a connector; the latest message wins (G01)."""
        checks.number(payload["evseId"], "evseId", at_least=0)
        checks.number(payload["connectorId"], "connectorId", at_least=0)
        row = {
            "station": station.id,
            "evse_id": payload["evseId"],
            "connector_id": payload["connectorId"],
            "status": payload["connectorStatus"],
            "timestamp": checks.instant(payload["timestamp"]),
        }
        return self.store.append(connectors.STATUS, connectors.NOTHING_ELSE | row, {})

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Check that an EVSE and its connector can be."""
        evse = payload.get("evse", {})
        for name, number in (("evse/id", evse.get("id", 1)), ("evse/connectorId", evse.get("connectorId", 1))):
            if number < 1:
                raise InvalidOperation(f"{name} must be 1 or more, not {number}")
        return payload

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Record an availability that is reached, or scheduled until the connectors show it (G03, G04)."""
        if answer["status"] == ChangeAvailabilityStatusEnumType.rejected:
            return
        evse = operation.payload.get("evse", {})
        connectors.change(
            tx,
            operation.station,
            operation.payload["operationalStatus"],
            evse_id=evse.get("id"),
            connector_id=evse.get("connectorId"),
            scheduled=answer["status"] == ChangeAvailabilityStatusEnumType.scheduled,
        )
