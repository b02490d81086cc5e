"""Variants of operations whose station is away, or lost before it has answered (OCPP-J 1.6 4.1.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from server.core.call_queue import LOST, CallQueue, Operation
from server.core.links import CallFailed
from server.core.operator import Conflict, Operator
from server.core.stations import Station
from server.core.validation import Payload
from server.variants.registry import variant

_AWAY = "OCPP does not say what becomes of an order whose station is away"

SHELF_LIFE = 0.2
"""Seconds after which an order has expired whose station is away."""


@variant("away-refused", "What is ordered while a station is away is refused.", grounds=f"{_AWAY}; CitrineOS")
class _Refused(Operator):
    async def perform(self, id: str, action: str, payload: Mapping[str, Any], version: str | None = None) -> str:
        if self.known(id) not in self.links:
            raise Conflict("the station is not connected")
        return await super().perform(id, action, payload, version)


@variant("away-failed", "What is ordered while a station is away has failed at once.", grounds=f"{_AWAY}; SteVe")
class _Failed(CallQueue):
    async def add(self, station: Station, operation: Operation) -> None:
        await super().add(station, operation)
        if station not in self.links:
            await self.withdraw(station, operation)


@variant("away-expires", "What is ordered while a station is away fails unless it comes back soon.", grounds=_AWAY)
class _Expires(CallQueue):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._expiring: set[asyncio.Task[None]] = set()

    async def add(self, station: Station, operation: Operation) -> None:
        await super().add(station, operation)
        if station not in self.links:
            task = asyncio.create_task(self._expire(station, operation))
            self._expiring.add(task)
            task.add_done_callback(self._expiring.discard)

    async def _expire(self, station: Station, operation: Operation) -> None:
        await asyncio.sleep(SHELF_LIFE)
        if station not in self.links:
            await self.withdraw(station, operation)

    async def stop(self) -> None:
        for task in self._expiring:
            task.cancel()
        await super().stop()


@variant(
    "lost-call-sent-again",
    "A CALL that was unanswered when its connection ended is sent again on the next one, with a new id.",
    grounds="OCPP-J 1.6 does not say what becomes of a CALL whose connection is lost",
)
class _LostCallSentAgain(CallQueue):
    async def call(self, station: Station, operation: Operation, payload: Payload) -> Payload:
        try:
            return await super().call(station, operation, payload)
        except CallFailed as failure:
            if str(failure).startswith(LOST):
                self.lane(station).waiting.appendleft(operation)
            raise

    async def _fail(self, operation: Operation, reason: str) -> None:
        if not reason.startswith(LOST):
            await super()._fail(operation, reason)
