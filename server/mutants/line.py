"""Defects that show on a line that is slow, narrow, or cuts messages into pieces."""

from __future__ import annotations

import asyncio

from websockets.protocol import OPEN

from server.core.call_queue import CallQueue, Operation
from server.core.connection import Connection
from server.core.links import CallFailed
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant

HASTE = 0.25
"""Seconds that a message may take to arrive."""


@mutant("messages-in-one-piece", "A message that does not arrive in one piece ends its connection.")
class _MessagesInOnePiece(Connection):
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._websocket.state is OPEN and self._websocket.reader.buffer:
            self.abort()


@mutant("slow-message-cut-off", "A message that takes more than a quarter of a second to arrive ends its connection.")
class _SlowMessageCutOff(Connection):
    cutting: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._websocket.state is OPEN and self._websocket.reader.buffer:
            self.cutting = self.cutting or self._loop.call_later(HASTE, self.abort)
        elif self.cutting is not None:
            self.cutting.cancel()
            self.cutting = None


@mutant("calls-given-up-early", "A CALL is given up after a tenth of the time that it may take.", remarks=True)
class _CallsGivenUpEarly(CallQueue):
    async def call(self, station: Station, operation: Operation, payload: Payload) -> Payload:
        limit = self.settings.call_timeout / 10
        try:
            async with asyncio.timeout(limit):
                return await super().call(station, operation, payload)
        except TimeoutError:
            raise CallFailed(f"timeout: no answer within {limit:g} s") from None
