"""What ``plugfest watch`` adds to the answer times of a central system, beside the same stations without it.

Run with ``python -m benchmarks.relay``. A central system that answers at once, and the relay, are processes of their
own. Each station has two connections, straight and through the relay, and sends a MeterValues with eight sampled values
over the one and the other in turn, so that a noisy machine is noisy for both. What counts is the difference of the 99th
percentiles, for the way there and back together.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from random import Random

import click
import websockets
from websockets.typing import Subprotocol

from benchmarks.server_throughput import MESSAGES
from harness.service import percentile

GOAL = 0.002
"""Seconds that the relay may add at the 99th percentile."""

OCPP = Subprotocol("ocpp1.6")

_PLUGFEST = (sys.executable, "-c", "from plugfest.command import main; main()")
_ANSWERING = """
import asyncio, json, websockets
async def answer(socket):
    async for message in socket:
        await socket.send(json.dumps([3, json.loads(message)[1], {}]))
async def serve():
    async with websockets.serve(answer, "127.0.0.1", 0, subprotocols=["ocpp1.6"], compression=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()
asyncio.run(serve())
"""


@contextlib.asynccontextmanager
async def process(*command: str, says: str) -> AsyncIterator[str]:
    """Run a process while the context is entered, and yield what it says in its first line."""
    running = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert running.stdout is not None
    try:
        match = re.search(says, (await running.stdout.readline()).decode())
        assert match is not None
        yield match[0]
    finally:
        running.terminate()
        await running.communicate()


async def station(
    identity: str, urls: dict[str, str], seconds: float, rate: float, times: dict[str, list[float]]
) -> None:
    """Send over the ways in turn, ``rate`` messages a second over each, and note how long each answer took."""
    message = MESSAGES["MeterValues, three phases"]
    random = Random(identity)
    async with contextlib.AsyncExitStack() as life:
        ways = {}
        for name, url in urls.items():
            connecting = websockets.connect(f"{url}/{identity}", subprotocols=[OCPP], compression=None)
            ways[name] = await life.enter_async_context(connecting)
        end, number = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            await asyncio.sleep(random.uniform(0, 2 / rate))
            for name, socket in ways.items():
                number += 1
                text = json.dumps([2, f"{number}", message.action, message.payload])
                began = time.perf_counter()
                await socket.send(text)
                await socket.recv()
                times[name].append(time.perf_counter() - began)


async def measure(stations: int, seconds: float, rate: float) -> dict[str, list[float]]:
    """Return the answer times straight and through the relay."""
    times: dict[str, list[float]] = {"straight": [], "through the relay": []}
    with tempfile.TemporaryDirectory() as folder:
        async with process(sys.executable, "-c", _ANSWERING, says=r"\d+") as port:
            straight = f"ws://127.0.0.1:{port}"
            command = [*_PLUGFEST, "watch", f"--endpoint={straight}", "--listen=0", f"--out={folder}"]
            async with process(*command, says=r"ws://[^ ]+?(?=/IDENTITY)") as relay:
                urls = {"straight": straight, "through the relay": relay}
                every = [station(f"CP-{n}", urls, seconds, rate, times) for n in range(stations)]
                await asyncio.gather(*every)
    return times


@click.command()
@click.option("--stations", default=20, show_default=True)
@click.option("--seconds", default=10.0, show_default=True)
@click.option("--rate", default=5.0, show_default=True, help="Messages a second of each station, each way.")
def main(stations: int, seconds: float, rate: float) -> None:
    """Print a table; exit code 1 where the relay adds more than it may."""
    times = asyncio.run(measure(stations, seconds, rate))
    print(f"{'':<20} {'answers':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'max ms':>8}")
    for name, found in times.items():
        row = [percentile(found, part) * 1000 for part in (0.5, 0.95, 0.99, 1.0)]
        print(f"{name:<20} {len(found):>8} {' '.join(f'{value:>8.2f}' for value in row)}")
    straight, relayed = (percentile(found, 0.99) for found in times.values())
    print(f"added at p99: {(relayed - straight) * 1000:.2f} ms, at most {GOAL * 1000:g} ms are allowed")
    sys.exit(0 if relayed - straight <= GOAL else 1)


if __name__ == "__main__":
    main()
