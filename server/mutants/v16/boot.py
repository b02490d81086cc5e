"""Mutants of BootNotification, Heartbeat and registration (OCPP 1.6 4.2, 4.6)."""

from __future__ import annotations

from typing import Any

from ocpp.v16.enums import RegistrationStatus

from server.core.call_queue import Operation
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, put
from server.mutants.v16 import response
from server.v16 import VERSION
from server.v16.core import CoreHandlers
from server.v16.operations import Operations

_REJECTED = put(status="Rejected")

alters(response("BootNotification"),
    Row("boot-long-firmware-refused", "A firmwareVersion of more than 20 characters is rejected.",
        _REJECTED, to=lambda asked: len(asked.get("firmwareVersion", "")) > 20),
    Row("boot-vendor-refused", "A vendor whose name is more than letters is rejected.",
        _REJECTED, to=lambda asked: not asked["chargePointVendor"].isalpha()),
)  # fmt: skip


@mutant("boot-always-accepted", "BootNotification is answered Accepted whatever the operator has set.")
class _BootAlwaysAccepted(CoreHandlers):
    def registration(self, station: Station) -> str:
        return str(RegistrationStatus.accepted.value)


@mutant("remote-start-while-pending", "Remote starts and stops are sent to a pending station.")
class _RemoteStartWhilePending(Operations):
    def may_ask(self, station: Station, action: str, payload: Payload) -> str | None:
        return None

    def waits_for(self, station: Station, operation: Operation) -> str | None:
        pending = station.answered == RegistrationStatus.pending
        return None if pending else super().waits_for(station, operation)


@mutant("call-before-boot-answered", "A station is asked for its configuration as soon as it connects.", remarks=True)
class _CallBeforeBootAnswered(Session):
    def take_over(self) -> None:
        super().take_over()
        if self.bundle.version == VERSION:
            answer = self.call("GetConfiguration", {})
            answer.add_done_callback(lambda done: done.cancelled() or done.exception())


@mutant("boot-pending", "The first BootNotification of a station is answered Pending.")
class _BootPending(CoreHandlers):
    def registration(self, station: Station) -> str:
        return super().registration(station) if station.answered else str(RegistrationStatus.pending.value)


@mutant("boot-decision-kept", "The first decision on a station is never revised.")
class _BootDecisionKept(CoreHandlers):
    def registration(self, station: Station) -> str:
        return station.answered or super().registration(station)


@mutant("clock-stands-still", "Every Heartbeat is told the time of the first one that its station sent.")
class _ClockStandsStill(CoreHandlers):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.told: dict[str, Payload] = {}

    def heartbeat(self, station: Station, payload: Payload) -> Payload:
        return self.told.setdefault(station.id, super().heartbeat(station, payload))
