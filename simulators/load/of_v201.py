"""What a charging station says under load (OCPP 2.0.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from harness.ocppj import Call, CallError, Payload
from harness.versions import V201, Version
from simulators.load.dialect import Charging, Message, Step
from simulators.moments import later, now
from simulators.v201 import messages

_ACCEPTING = (
    "ChangeAvailability",
    "ClearCache",
    "GetBaseReport",
    "GetReport",
    "RequestStartTransaction",
    "RequestStopTransaction",
    "Reset",
    "SendLocalList",
    "TriggerMessage",
)

_ANSWERS: dict[str, Payload] = {
    **{action: {"status": "Accepted"} for action in _ACCEPTING},
    "GetLocalListVersion": {"versionNumber": 0},
    "GetTransactionStatus": {"messagesInQueue": False},
    "UnlockConnector": {"status": "Unlocked"},
}

_HEARTBEAT = Message("Heartbeat", dict)
_PLACE = messages.evse(1, 1)


@dataclass(slots=True)
class _Transaction:
    """One that is under way; ``number`` is that of the next of its events. The meter runs at 11 kW."""

    id: str
    token: str
    meter: int
    number: int = 0

    def event(self, kind: str, trigger: str, wh: int = 0, at: str | None = None, **members: Any) -> Payload:
        self.meter += wh
        number, self.number = self.number, self.number + 1
        value = messages.sampled(self.meter, measurand="Energy.Active.Import.Register")
        reading = messages.meter_value(value, at=at)
        members |= {"timestamp": at or now(), "meterValue": [reading]}
        return messages.transaction_event(kind, trigger, self.id, number, **members)

    def start(self, at: str | None = None, **members: Any) -> Payload:
        return self.event("Started", "Authorized", at=at, evse=_PLACE, idToken=messages.id_token(self.token), **members)

    def stop(self, at: str | None = None, **members: Any) -> Payload:
        ended = {"stoppedReason": "Local"}
        token = messages.id_token(self.token)
        return self.event("Ended", "StopAuthorized", at=at, info=ended, idToken=token, **members)


def _status(status: str) -> Message:
    return Message("StatusNotification", lambda: messages.status_notification(1, 1, status))


def _event(payload: Callable[[], Payload]) -> Message:
    return Message("TransactionEvent", payload, kept=True)


class ChargingStations:
    """Charging stations of one EVSE with one connector."""

    version: Version = V201
    actions: Sequence[str] = (
        "BootNotification",
        "StatusNotification",
        "Heartbeat",
        "Authorize",
        "TransactionEvent",
        "MeterValues",
    )

    def boot(self, answered: Callable[[Payload], None]) -> Message:
        """Return a BootNotification."""
        return Message("BootNotification", messages.boot_notification, answered)

    def statuses(self) -> Sequence[Message]:
        """Return the status of the connector (B01)."""
        return (_status("Available"),)

    def heartbeat(self) -> Message:
        """Return a Heartbeat."""
        return _HEARTBEAT

    def reading(self) -> Message:
        """Return MeterValues outside of any transaction (J01)."""
        value = messages.sampled(230.0, measurand="Voltage")
        return Message("MeterValues", lambda: messages.meter_values(messages.meter_value(value), evse=1))

    def authorization(self, tag: str) -> Message:
        """Return an Authorize."""
        return Message("Authorize", lambda: messages.authorize(messages.id_token(tag)))

    def transaction(self, tag: str, charging: Charging, chance: Random) -> Iterator[Step]:
        """Yield Authorize and the events of a transaction, with the status of the connector (E01, E02, E06, J02)."""
        one = _Transaction(str(UUID(int=chance.getrandbits(128), version=4)), tag, chance.randrange(1_000_000))
        wh = round(11_000 * charging.every / 3600)
        yield 0.0, self.authorization(tag)
        yield 0.02 * charging.every, _event(one.start)
        yield 0.04 * charging.every, _status("Occupied")
        for number in range(1, charging.readings + 1):
            yield number * charging.every, _event(lambda: one.event("Updated", "MeterValuePeriodic", wh))
        yield charging.lasts, _event(one.stop)
        yield charging.lasts, _status("Available")

    def backlog(self, tag: str, since: float, charging: Charging, chance: Random) -> Iterator[Message]:
        """Yield the events of a transaction that went on offline, with the times at which they happened (E04)."""
        one = _Transaction(str(UUID(int=chance.getrandbits(128), version=4)), tag, 1000)
        wh = round(11_000 * charging.every / 3600)
        begun, ended = later(seconds=-since), later(seconds=charging.lasts - since)
        yield _event(lambda: one.start(begun, offline=True))
        for number in range(1, charging.readings + 1):
            at = later(seconds=number * charging.every - since)
            yield _event(lambda at=at: one.event("Updated", "MeterValuePeriodic", wh, at, offline=True))  # type: ignore[misc]
        yield _event(lambda: one.stop(ended, offline=True))

    def answer(self, call: Call) -> Payload | CallError:
        """Return what a charging station that does as it is told answers."""
        found = _ANSWERS.get(call.action)
        return found if found is not None else CallError(call.unique_id, "NotImplemented")
