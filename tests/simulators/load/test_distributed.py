"""A fleet as Locust distributes it: a master and workers in processes of their own, one of which joins late."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from harness.ocppj import CALL, CALLRESULT
from simulators.load.null import answer_to
from simulators.load.run import LOCUSTFILE

STATIONS = 12
LIMIT = 60.0


class Listening:
    """A central system that notes which stations are connected, and how often at a time at most."""

    def __init__(self) -> None:
        self.present: Counter[str] = Counter()
        self.seen: set[str] = set()
        self.doubled: set[str] = set()
        self._changed = asyncio.Condition()

    async def serve(self, line: ServerConnection) -> None:
        """Answer a station, and note it as long as it is there."""
        assert line.request is not None
        station = line.request.path.rpartition("/")[2]
        await self._note(station, 1)
        try:
            with suppress(ConnectionClosed):
                await self._answer(line)
        finally:
            await self._note(station, -1)

    async def _answer(self, line: ServerConnection) -> None:
        async for message in line:
            kind, id, *rest = json.loads(message)
            if kind == CALL:
                await line.send(json.dumps([CALLRESULT, id, answer_to(rest[0], rest[1], "ocpp1.6")]))

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(LIMIT), self._changed:
            await self._changed.wait_for(reached)

    async def _note(self, station: str, change: int) -> None:
        async with self._changed:
            self.present[station] += change
            self.seen.add(station)
            if self.present[station] > 1:
                self.doubled.add(station)
            self._changed.notify_all()


@asynccontextmanager
async def locust(folder: Path, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run Locust with our locustfile, until it ends or is ended."""
    line = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--loglevel=WARNING", *options]
    process = await asyncio.create_subprocess_exec(*line, cwd=folder, stdout=asyncio.subprocess.DEVNULL)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(LIMIT):
            await process.wait()


@asynccontextmanager
async def mastered(folder: Path, system: Listening, *further: str) -> AsyncIterator[list[str]]:
    """Have a master of stations that play at a central system, and yield the options of its workers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with serve(system.serve, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]) as server:
        host = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/"
        master = ["--master", "--headless", "--only-summary", f"--master-bind-port={port}", "--expect-workers=1"]
        load = [f"--host={host}", f"--users={STATIONS}", f"--spawn-rate={STATIONS}", "--workload=idle", "--rate=24"]
        async with locust(folder, *master, *load, *further):
            yield ["--worker", f"--master-port={port}"]


async def test_worker_that_joins_late_takes_stations_over(tmp_path: Path) -> None:
    """Its part of the stations changes over to it; no identity is used twice at a time, and none is left out."""
    system = Listening()
    async with mastered(tmp_path, system) as options, locust(tmp_path, *options):
        await system.until(lambda: system.present.total() == STATIONS)
        before = set(+system.present)
        async with locust(tmp_path, *options):
            await system.until(lambda: system.present.total() < STATIONS)
            await system.until(lambda: system.present.total() == STATIONS)
            after = set(+system.present)
    assert (len(before), len(after), system.doubled) == (STATIONS, STATIONS, set())


async def test_worker_that_dies_leaves_its_stations_to_others(tmp_path: Path) -> None:
    """With Locust's rebalancing another worker plays them; no identity is used twice at a time."""
    system = Listening()
    master = mastered(tmp_path, system, "--enable-rebalancing")
    async with master as options, locust(tmp_path, *options), locust(tmp_path, *options) as second:
        await system.until(lambda: system.present.total() == STATIONS)
        before = set(+system.present)
        second.kill()
        await system.until(lambda: system.present.total() < STATIONS)
        await system.until(lambda: system.present.total() == STATIONS)
        after = set(+system.present)
    assert (before, system.doubled) == (after, set())
