"""A charging station of OCPP 2.0.1 and its operator in one: tells, asks, answers, and looks at what became of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.typing import Subprotocol

from server.central_system import CentralSystem
from server.core.call_queue import Outcome
from server.core.operator import Refused
from server.core.validation import Payload
from tests.server.charger import PATIENCE, Charger, charger

BOOT = {"reason": "PowerUp", "chargingStation": {"vendorName": "Acme", "model": "Two"}}
AT = "2024-05-01T12:00:00Z"
TOKEN = {"idToken": "TOKEN", "type": "ISO14443"}
THRESHOLD = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}


def sample(value: float, **more: Any) -> list[Payload]:
    """Return a list with one sampled value."""
    return [{"timestamp": AT, "sampledValue": [{"value": value, **more}]}]


class Desk:
    """The console of a central system and the charging station that it is used on."""

    def __init__(self, system: CentralSystem, station: Charger) -> None:
        self.system = system
        self.operator = system.operator
        self.station = station
        self.tell = station.result
        self.error = station.error

    async def boot(self, **changes: Any) -> Payload:
        """Boot and return the answer."""
        return await self.tell("BootNotification", BOOT | changes)

    async def event(self, type: str, seq_no: int, id: str = "TX-1", **members: Any) -> Payload:
        """Send a TransactionEvent; ``info`` are more members of its transactionInfo."""
        info = {"transactionId": id, **members.pop("info", {})}
        event = {"eventType": type, "timestamp": AT, "triggerReason": "Trigger", "seqNo": seq_no, **members}
        return await self.tell("TransactionEvent", {**event, "transactionInfo": info})

    async def ask(self, action: str, payload: Payload, answer: Mapping[str, Any] | None) -> tuple[Payload, Outcome]:
        """Have an operation performed, answer it, or refuse it with None; return what was sent and the outcome."""
        receipt = await self.operator.perform(self.station.id, action, payload)
        sent = await self.take(action, answer)
        outcome = await self.operator.outcome(receipt, PATIENCE)
        assert outcome is not None
        return sent, outcome

    async def take(self, action: str, answer: Mapping[str, Any] | None) -> Payload:
        """Receive a CALL, answer it, and return what it carries."""
        kind, id, received, sent = await self.station.receive()
        assert (kind, received) == (2, action)
        await self.station.send([4, id, "NotSupported", "", {}] if answer is None else [3, id, dict(answer)])
        payload: Payload = sent
        return payload

    async def refused(self, action: str, payload: Payload, kind: type[Refused]) -> str:
        """Have an operation refused, and return the reason."""
        with pytest.raises(kind) as caught:
            await self.operator.perform(self.station.id, action, payload)
        assert type(caught.value) is kind
        return str(caught.value)

    async def transactions(self) -> list[Payload]:
        """Return the transactions on record."""
        return list(await self.operator.transactions(self.station.id))

    async def variables(self) -> dict[tuple[str, str, str], str | None]:
        """Return the values of attributes by component, variable and attribute."""
        found = await self.operator.variables(self.station.id)
        return {(one["component"], one["variable"], one["attribute"]): one["value"] for one in found}

    async def states(self) -> list[str | None]:
        """Return the task states on record."""
        return [one["state"] for one in await self.operator.tasks(self.station.id)]


@asynccontextmanager
async def desk_of(system: CentralSystem, id: str = "CS-1", *, boot: bool = True) -> AsyncIterator[Desk]:
    """Connect a charging station and put an operator beside it."""
    async with charger(system, id, boot=False, subprotocols=[Subprotocol("ocpp2.0.1")]) as station:
        desk = Desk(system, station)
        if boot:
            assert (await desk.boot())["status"] == "Accepted"
        yield desk
