"""Mutants of StatusNotification (OCPP 1.6 4.9)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from ocpp.exceptions import InternalError, PropertyConstraintViolationError
from ocpp.v16.enums import Action, ChargePointStatus

from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, put, refuses
from server.mutants.v16 import request, response
from server.v16.core import CoreHandlers

alters(response("StatusNotification"),
    Row("status-with-time", "StatusNotification.conf tells the time.", put(currentTime="2026-01-01T00:00:00Z")),
    Row("status-notification-extra-member", "StatusNotification.conf has a member that is not defined.",
        put(status="Accepted")),
)  # fmt: skip
refuses(request("StatusNotification"),
    Row("status-connector-zero-refused", "StatusNotification for connector 0 is answered InternalError.",
        InternalError("no such connector"), when=lambda payload: payload["connectorId"] == 0,
        faults=["citrineos/citrineos#175", "citrineos/citrineos-core@d009bb36"]),
    Row("status-suspended-refused", "StatusNotification of a suspended transaction is refused.",
        PropertyConstraintViolationError("status: not one that is known here"),
        when=lambda payload: payload["status"].startswith("Suspended")),
    Row("status-fault-refused", "StatusNotification of a fault is answered InternalError.",
        InternalError("the fault could not be reported"), when=lambda payload: payload["errorCode"] != "NoError"),
    Row("reserved-status-refused", "A StatusNotification with the status Reserved is refused.",
        PropertyConstraintViolationError("status: not one that is known here"),
        when=lambda payload: payload["status"] == "Reserved"),
)  # fmt: skip


@mutant("status-return-refused", "StatusNotification is refused when a connector that was prepared is free again.")
class _StatusReturnRefused(CoreHandlers):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.prepared: set[tuple[str, int]] = set()

    def status_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        place = station.id, payload["connectorId"]
        if payload["status"] == ChargePointStatus.available and place in self.prepared:
            raise PropertyConstraintViolationError(description="status: an unexpected change")
        self.prepared.discard(place)
        if payload["status"] == ChargePointStatus.preparing:
            self.prepared.add(place)
        return super().status_notification(station, payload)


@mutant("status-unchecked", "StatusNotification is taken with every status and error code.")
class _StatusUnchecked(Session):
    def check_payload(self, action: str, payload: Payload) -> None:
        if action != Action.status_notification:
            super().check_payload(action, payload)


@mutant(
    "status-collision",
    "StatusNotifications that arrive at the same time are answered InternalError.",
    faults=["steve-community/steve#2107", "steve-community/steve#2108"],
)
class _StatusCollision(CoreHandlers):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.writing = asyncio.Lock()

    async def status_notification(self, station: Station, payload: Payload) -> Payload:
        if self.writing.locked():
            raise InternalError(description="deadlock found when trying to get a lock")
        async with self.writing:
            return await super().status_notification(station, payload)
