"""A bare client that speaks frames, so that tests see exactly what the central system sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from server.central_system import CentralSystem

PATIENCE = 5.0
BOOT = {"chargePointVendor": "Acme", "chargePointModel": "One"}
Answer = list[Any]


class Charger:
    """One connection of a station; every wait is bounded."""

    def __init__(self, connection: ClientConnection, id: str) -> None:
        self.connection = connection
        self.id = id
        self._number = 0

    async def send(self, message: str | bytes | list[Any]) -> None:
        """Send a text, a binary message, or a list as JSON."""
        await self.connection.send(json.dumps(message) if isinstance(message, list) else message)

    async def receive(self) -> Answer:
        """Return the next message."""
        message: Answer = json.loads(await asyncio.wait_for(self.connection.recv(), PATIENCE))
        return message

    async def call(self, action: str, payload: Mapping[str, Any] | None = None) -> Answer:
        """Send a CALL and return the answer to it."""
        self._number += 1
        await self.send([2, f"{self._number}", action, payload or {}])
        answer = await self.receive()
        assert answer[1] == f"{self._number}"
        return answer

    async def result(self, action: str, payload: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send a CALL and return the payload of its CALLRESULT."""
        answer = await self.call(action, payload)
        assert answer[0] == 3, answer
        found: dict[str, Any] = answer[2]
        return found

    async def error(self, action: str, payload: Mapping[str, Any] | None = None) -> str:
        """Send a CALL and return the code of its CALLERROR."""
        answer = await self.call(action, payload)
        assert answer[0] == 4, answer
        return str(answer[2])

    async def boot(self) -> str:
        """Boot and return the status."""
        return str((await self.result("BootNotification", BOOT))["status"])

    async def alive(self) -> bool:
        """Return whether a Heartbeat is answered, with nothing before it."""
        return "currentTime" in await self.result("Heartbeat")

    async def closed(self) -> int | None:
        """Wait for the end of the connection and return its close code."""
        await asyncio.wait_for(self.connection.wait_closed(), PATIENCE)
        return self.connection.close_code


@asynccontextmanager
async def charger(system: CentralSystem, id: str = "CS-1", *, boot: bool = True, **more: Any) -> AsyncIterator[Charger]:
    """Connect a station, which is made known to the central system if it is not."""
    if system.stations.get(id) is None:
        await system.operator.provision_station(id)
    more.setdefault("subprotocols", [Subprotocol("ocpp1.6")])
    async with connect(f"{system.endpoint}/{quote(id, safe='')}", close_timeout=1, **more) as connection:
        station = Charger(connection, id)
        if boot:
            assert await station.boot() == "Accepted"
        yield station
