"""What a network condition adds by itself: pings to an echo through the proxy, without any central system."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from simulators.connection import Endpoint
from simulators.network.conditions import Condition
from simulators.network.finding import Source
from simulators.network.network import Network
from simulators.network.toxiproxy import Toxiproxy

PINGS = 5
"""How many are sent in each state of a condition in which connections live."""

PING = b"\x89\x80plug"
"""As many bytes as a WebSocket ping has."""

LIMIT = 10.0
"""Seconds that one may take."""


async def pings(source: Source, condition: Condition) -> list[float]:
    """Return the seconds that pings take under a condition; raises ToxiproxyError."""
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    times: list[float] = []
    async with server, Toxiproxy(source) as toxiproxy:

        async def running() -> Toxiproxy:
            return toxiproxy

        for state in condition.states:
            if not state.severs:
                network = Network(running)
                entrance = (await network.reach(Endpoint(f"ws://{host}:{port}"))).entrance
                async with network.toxic(*state.toxics):
                    times += await _pinged(*entrance)
                await network.leave()
    return times


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(len(PING)):
            writer.write(data)
    writer.close()


async def _pinged(host: str, port: int) -> list[float]:
    reader, writer = await asyncio.open_connection(host, port)
    loop, times = asyncio.get_running_loop(), []
    try:
        for _ in range(PINGS):
            began = loop.time()
            writer.write(PING)
            async with asyncio.timeout(LIMIT):
                await reader.readexactly(len(PING))
            times.append(round(loop.time() - began, 4))
    finally:
        writer.transport.abort()
    return times
