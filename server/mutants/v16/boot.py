"""Mutants of BootNotification, Heartbeat and registration (OCPP 1.6 4.2, 4.6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ocpp.v16.enums import RegistrationStatus

from server.core import instants
from server.core.call_queue import Operation
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.core import CoreHandlers
from server.v16.operations import Operations


@mutant("boot-interval-negative", "BootNotification.conf carries a negative interval.")
class _BootIntervalNegative(CoreHandlers):
    def interval(self, status: str) -> int:
        return -1


@mutant("boot-time-missing", "BootNotification.conf has no currentTime.", faults=["mobilityhouse/ocpp#474"])
class _BootTimeMissing(CoreHandlers):
    def boot_conf(self, status: str) -> Payload:
        conf = super().boot_conf(status)
        del conf["currentTime"]
        return conf


@mutant("clock-hour-behind", "The central system's time is one hour behind.")
class _ClockHourBehind(CoreHandlers):
    def current_time(self) -> str:
        return instants.to_wire(instants.now() - timedelta(hours=1))


@mutant("boot-always-accepted", "BootNotification is answered Accepted whatever the operator has set.")
class _BootAlwaysAccepted(CoreHandlers):
    def registration(self, station: Station) -> str:
        return str(RegistrationStatus.accepted.value)


@mutant("remote-start-while-pending", "Remote starts and stops are sent to a pending station.")
class _RemoteStartWhilePending(Operations):
    def may_ask(self, station: Station, action: str) -> str | None:
        return None

    def waits_for(self, station: Station, operation: Operation) -> str | None:
        pending = station.answered == RegistrationStatus.pending
        return None if pending else super().waits_for(station, operation)


@mutant("call-before-boot-answered", "A station is asked for its configuration as soon as it connects.", remarks=True)
class _CallBeforeBootAnswered(Session):
    def take_over(self) -> None:
        super().take_over()
        answer = self.call("GetConfiguration", {})
        answer.add_done_callback(lambda done: done.cancelled() or done.exception())


@mutant("boot-pending", "The first BootNotification of a station is answered Pending.")
class _BootPending(CoreHandlers):
    def registration(self, station: Station) -> str:
        return super().registration(station) if station.answered else str(RegistrationStatus.pending.value)


@mutant("boot-with-registration", "BootNotification.conf has a member that no one knows.")
class _BootWithRegistration(CoreHandlers):
    def boot_conf(self, status: str) -> Payload:
        return {**super().boot_conf(status), "registration": status}


@mutant("boot-interval-fractional", "BootNotification.conf carries an interval with a fraction.")
class _BootIntervalFractional(CoreHandlers):
    def boot_conf(self, status: str) -> Payload:
        return {**super().boot_conf(status), "interval": 300.5}


class _BootRefused(CoreHandlers):
    """Rejects some stations for what they are."""

    def displeases(self, payload: Payload) -> bool:
        """Return whether a station that tells this is rejected."""
        raise NotImplementedError

    async def boot_notification(self, station: Station, payload: Payload) -> Payload:
        """Decide on a station, unless it displeases."""
        if self.displeases(payload):
            return self.boot_conf(RegistrationStatus.rejected.value)
        return await super().boot_notification(station, payload)


@mutant("boot-long-firmware-refused", "A firmwareVersion of more than 20 characters is rejected.")
class _BootLongFirmwareRefused(_BootRefused):
    def displeases(self, payload: Payload) -> bool:
        return len(payload.get("firmwareVersion", "")) > 20


@mutant("boot-vendor-refused", "A vendor whose name is more than letters is rejected.")
class _BootVendorRefused(_BootRefused):
    def displeases(self, payload: Payload) -> bool:
        vendor: str = payload["chargePointVendor"]
        return not vendor.isalpha()


@mutant("boot-decision-kept", "The first decision on a station is never revised.")
class _BootDecisionKept(CoreHandlers):
    def registration(self, station: Station) -> str:
        return station.answered or super().registration(station)


@mutant("clock-stands-still", "Every Heartbeat is told the time of the first one that its station sent.")
class _ClockStandsStill(CoreHandlers):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.told: dict[str, Payload] = {}

    def heartbeat(self, station: Station, payload: Payload) -> Payload:
        return self.told.setdefault(station.id, super().heartbeat(station, payload))


@mutant("heartbeat-with-interval", "Heartbeat.conf repeats the interval.")
class _HeartbeatWithInterval(CoreHandlers):
    def heartbeat(self, station: Station, payload: Payload) -> Payload:
        return {**super().heartbeat(station, payload), "interval": self.settings.interval}
