"""What a charge point says under load (OCPP 1.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from harness.ocppj import Call, CallError, Payload
from harness.versions import V16, Version
from simulators.load.dialect import Charging, Message, Step
from simulators.moments import later, now
from simulators.v16 import messages

_ACCEPTING = (
    "ChangeAvailability",
    "ChangeConfiguration",
    "ClearCache",
    "ClearChargingProfile",
    "DataTransfer",
    "RemoteStartTransaction",
    "RemoteStopTransaction",
    "ReserveNow",
    "CancelReservation",
    "Reset",
    "SendLocalList",
    "SetChargingProfile",
    "TriggerMessage",
)

_ANSWERS: dict[str, Payload] = {
    **{action: {"status": "Accepted"} for action in _ACCEPTING},
    "GetConfiguration": {"configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "300"}]},
    "GetLocalListVersion": {"listVersion": 0},
    "GetCompositeSchedule": {"status": "Rejected"},
    "UnlockConnector": {"status": "Unlocked"},
    "GetDiagnostics": {},
    "UpdateFirmware": {},
}

_HEARTBEAT = Message("Heartbeat", dict)


@dataclass(slots=True)
class _Transaction:
    """One that is under way; ``id`` is None until it is known. The meter runs at 11 kW."""

    tag: str
    meter: int
    id: int | None = None

    def started(self, answer: Payload) -> None:
        found = answer.get("transactionId")
        self.id = found if isinstance(found, int) else None

    def start(self, at: str | None = None) -> Payload:
        return messages.start_transaction(self.tag, 1, self.meter, timestamp=at or now())

    def reading(self, wh: int, at: str | None = None) -> Payload | None:
        if self.id is None:
            return None
        self.meter += wh
        sampled = messages.sampled(self.meter, measurand="Energy.Active.Import.Register", unit="Wh")
        power = messages.sampled(11_000, measurand="Power.Active.Import", unit="W")
        return messages.meter_values(messages.meter_value(sampled, power, at=at), connector=1, transaction=self.id)

    def stop(self, at: str | None = None) -> Payload | None:
        if self.id is None:
            return None
        return messages.stop_transaction(self.id, self.meter, timestamp=at or now(), idTag=self.tag, reason="Local")


def _status(status: str, connector: int = 1) -> Message:
    return Message("StatusNotification", lambda: messages.status_notification(connector, status))


class ChargePoints:
    """Charge points of one connector."""

    version: Version = V16
    actions: Sequence[str] = (
        "BootNotification",
        "StatusNotification",
        "Heartbeat",
        "Authorize",
        "StartTransaction",
        "MeterValues",
        "StopTransaction",
    )

    def boot(self, answered: Callable[[Payload], None]) -> Message:
        """Return a BootNotification."""
        return Message("BootNotification", messages.boot_notification, answered)

    def statuses(self) -> Sequence[Message]:
        """Return the status of the charge point and of its connector (4.9)."""
        return _status("Available", 0), _status("Available")

    def heartbeat(self) -> Message:
        """Return a Heartbeat."""
        return _HEARTBEAT

    def reading(self) -> Message:
        """Return MeterValues outside of any transaction."""
        value = messages.sampled(230, measurand="Voltage", unit="V")
        return Message("MeterValues", lambda: messages.meter_values(messages.meter_value(value), connector=1))

    def authorization(self, tag: str) -> Message:
        """Return an Authorize."""
        return Message("Authorize", lambda: messages.authorize(tag))

    def transaction(self, tag: str, charging: Charging, chance: Random) -> Iterator[Step]:
        """Yield Authorize to StopTransaction, with the status of the connector (4.1, 4.8 to 4.10)."""
        one = _Transaction(tag, chance.randrange(1_000_000))
        wh = round(11_000 * charging.every / 3600)
        yield 0.0, self.authorization(tag)
        yield 0.02 * charging.every, Message("StartTransaction", one.start, one.started, kept=True)
        yield 0.04 * charging.every, _status("Charging")
        for number in range(1, charging.readings + 1):
            yield number * charging.every, Message("MeterValues", lambda: one.reading(wh), kept=True)
        yield charging.lasts, Message("StopTransaction", one.stop, kept=True)
        yield charging.lasts, _status("Available")

    def backlog(self, tag: str, since: float, charging: Charging, chance: Random) -> Iterator[Message]:
        """Yield StartTransaction, MeterValues and StopTransaction with the times at which they happened (4.3)."""
        one, wh = _Transaction(tag, 1000), round(11_000 * charging.every / 3600)
        begun = later(seconds=-since)
        yield Message("StartTransaction", lambda: one.start(begun), one.started, kept=True)
        for number in range(1, charging.readings + 1):
            at = later(seconds=number * charging.every - since)
            yield Message("MeterValues", lambda at=at: one.reading(wh, at), kept=True)  # type: ignore[misc]
        ended = later(seconds=charging.lasts - since)
        yield Message("StopTransaction", lambda: one.stop(ended), kept=True)

    def answer(self, call: Call) -> Payload | CallError:
        """Return what a charge point that does as it is told answers."""
        found = _ANSWERS.get(call.action)
        return found if found is not None else CallError(call.unique_id, "NotImplemented")
