"""What the tests of the relay stand on: a relay before a scripted central system, and a station behind it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from socket import create_server

import pytest

from harness.conversation import Conversation
from harness.expected import Expectations
from harness.record import Result
from harness.trace import Direction, Entry, Event, Trace
from harness.versions import V16, Version
from simulators.connection import Endpoint
from simulators.network.faults import Fault
from simulators.v16 import ChargePoint
from simulators.watched.relay import Relay
from tests.simulators.central import Script, central_system

PATIENCE = 0.3
"""Seconds for each step of what does not come."""


@dataclass
class Watch:
    """What a relay has heard: ``told`` is what belongs to no conversation."""

    endpoint: Endpoint
    entries: list[Entry] = field(default_factory=list)
    conversations: dict[tuple[str, str], Conversation] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def conversation(self, station: str, version: Version) -> Conversation:
        """Return the conversation of a station."""
        key = station, version.name
        if key not in self.conversations:
            self.conversations[key] = Conversation(station, version, patience=PATIENCE, heard=self._hear)
        return self.conversations[key]

    def tell(self, text: str) -> None:
        """Take what belongs to no conversation."""
        self.told.append(text)
        self.news.set()

    def _hear(self, _: Conversation, entry: Entry) -> None:
        self.entries.append(entry)
        self.news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something was heard that meets a condition."""
        async with asyncio.timeout(5):
            while not condition():
                self.news.clear()
                await self.news.wait()

    async def heard(self, event: Event, count: int = 1) -> list[tuple[Direction, str]]:
        """Wait until so many events of a kind were heard, and return them."""
        await self.until(lambda: len(self.seen(event)) >= count)
        return self.seen(event)

    def seen(self, event: Event) -> list[tuple[Direction, str]]:
        """Return who did what, of one kind."""
        return [(entry.direction, entry.text) for entry in self.entries if entry.event is event]

    def broken(self) -> list[str]:
        """Return the rules that were broken, in order."""
        return [problem.rule.id for entry in self.entries for problem in entry.problems]

    def results(self) -> dict[str, Result]:
        """Return what became of all conversations, by id."""
        spoken = self.conversations.values()
        return {result.id: result for one in spoken for result in one.results(Expectations(), "trace")}

    def station(self, *, identity: str = "CP1", context: ssl.SSLContext | None = None) -> ChargePoint:
        """Return a station that connects to the relay."""
        return ChargePoint(identity, Endpoint(self.endpoint.url, context), Trace(), patience=2.0)


Watching = Callable[..., Awaitable[Watch]]


@pytest.fixture
async def watching() -> AsyncIterator[Watching]:
    """Starts a relay before a scripted central system, or an endpoint."""
    async with AsyncExitStack() as life:

        async def start(
            central: Script | Endpoint,
            *,
            faults: Sequence[str] = (),
            security: ssl.SSLContext | None = None,
            usual: Version = V16,
        ) -> Watch:
            endpoint = (
                central if isinstance(central, Endpoint) else await life.enter_async_context(central_system(central))
            )
            listener = life.enter_context(create_server(("127.0.0.1", 0)))
            scheme = "wss" if security else "ws"
            port = listener.getsockname()[1]
            watch = Watch(Endpoint(f"{scheme}://localhost:{port}" if security else f"ws://127.0.0.1:{port}/relay"))
            relay = Relay(
                endpoint,
                watch.conversation,
                watch.tell,
                usual=usual,
                patience=PATIENCE,
                security=security,
                faults=[Fault.parse(text) for text in faults],
            )
            await life.enter_async_context(relay.listening(listener))
            return watch

        yield start
