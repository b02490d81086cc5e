"""The way of one instance to its central system: through a relay, which hears everything and can be barred."""

from __future__ import annotations

import socket
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from harness.conversation import Conversation
from harness.trace import Direction, Entry, Trace
from harness.versions import Version
from simulators.connection import Endpoint
from simulators.watched.relay import Relay

_LOOPBACK = "127.0.0.1"


class RelayedWay:
    """A way to ``endpoint`` for as long as the context lasts; what passes is recorded in ``trace``.

    Only the central system is judged: what the firmware does wrong is not for the trace of a scenario.
    """

    def __init__(self, endpoint: Endpoint, version: Version, trace: Trace, *, patience: float) -> None:
        self._trace = trace
        self._patience = patience
        self._conversations: dict[str, Conversation] = {}
        self._relay = Relay(endpoint, self._conversation, lambda _: None, usual=version, patience=patience)
        self._port = 0
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self.clear()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.bar()

    @property
    def url(self) -> str:
        """Where the firmware connects; its identity is appended."""
        return f"ws://{_LOOPBACK}:{self._port}/ocpp"

    async def bar(self) -> None:
        """End its connection, and let no other through."""
        await self._open.aclose()

    async def clear(self) -> None:
        """Let connections through, at the same address as before."""
        listener = self._open.enter_context(socket.create_server((_LOOPBACK, self._port)))
        self._port = listener.getsockname()[1]
        await self._open.enter_async_context(self._relay.listening(listener))

    def _conversation(self, station: str, version: Version) -> Conversation:
        if station not in self._conversations:
            made = Conversation(station, version, patience=self._patience, heard=self._hear)
            self._conversations[station] = made
        return self._conversations[station]

    def _hear(self, conversation: Conversation, entry: Entry) -> None:
        self._trace.take(entry, judged=entry.direction is Direction.RECEIVED)
