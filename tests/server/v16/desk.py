"""An operator and a station that are one: asks, answers, and looks at what became of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from server.central_system import CentralSystem
from server.core import instants
from server.core.call_queue import Outcome
from server.core.operator import Refused
from server.core.validation import Payload
from tests.server.charger import PATIENCE, Charger, charger


def ahead(**time: float) -> str:
    """Return an instant that lies ahead, as it is sent."""
    return instants.to_wire(instants.now() + timedelta(**time))


class Desk:
    """The console of a central system and the station that it is used on."""

    def __init__(self, system: CentralSystem, station: Charger) -> None:
        self.operator = system.operator
        self.station = station

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
        refusal = [4, id, "NotSupported", "", {}]
        await self.station.send(refusal if answer is None else [3, id, dict(answer)])
        payload: Payload = sent
        return payload

    async def refused(self, action: str, payload: Payload, kind: type[Refused]) -> str:
        """Have an operation refused, and return the reason; nothing is sent."""
        with pytest.raises(kind) as caught:
            await self.operator.perform(self.station.id, action, payload)
        assert type(caught.value) is kind
        assert await self.station.alive()
        return str(caught.value)

    async def report(self, **keys: str) -> None:
        """Have the station report configuration keys."""
        told = [{"key": key, "value": value, "readonly": True} for key, value in keys.items()]
        await self.ask("GetConfiguration", {}, {"configurationKey": told})

    async def start(self, connector: int = 1, **members: Any) -> int:
        """Start a transaction and return its id."""
        start = {"connectorId": connector, "idTag": "TAG", "meterStart": 0, "timestamp": ahead(), **members}
        return int((await self.station.result("StartTransaction", start))["transactionId"])

    async def stop(self, transaction: int) -> None:
        """Stop a transaction."""
        await self.station.result(
            "StopTransaction", {"transactionId": transaction, "meterStop": 1, "timestamp": ahead()}
        )

    async def status(self, connector: int, status: str) -> None:
        """Send a StatusNotification."""
        told = {"connectorId": connector, "errorCode": "NoError", "status": status}
        assert await self.station.result("StatusNotification", told) == {}


@asynccontextmanager
async def desk_of(system: CentralSystem, id: str = "CS-1") -> AsyncIterator[Desk]:
    """Connect a station and put an operator beside it."""
    async with charger(system, id) as station:
        yield Desk(system, station)
