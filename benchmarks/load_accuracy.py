"""Latency as the fleet measures it, beside what the central system's own log says of the same answers.

The central system answers each Heartbeat after a time of its own, 20 ms in the mean, and logs how long it took from the
message to its answer. What the fleet measures beyond that is the way there and back, and its own noise.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time

import click
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from harness.load.figures import Figures
from harness.load.latencies import Latencies
from harness.load.plan import Plan
from harness.ocppj import CALL, CALLRESULT
from simulators.load.null import answer_to
from simulators.load.run import start

GOAL = 0.005
"""Seconds by which the p99 may differ."""

MEAN = 0.02
"""Seconds that the central system takes for an answer in the mean."""

PARTS = (0.5, 0.95, 0.99)


async def answering(line: ServerConnection, log: Latencies) -> None:
    """Answer a station, and log how long each Heartbeat took."""
    async for message in line:
        began = time.monotonic()
        kind, id, *rest = json.loads(message)
        if kind != CALL:
            continue
        if rest[0] == "Heartbeat":
            await asyncio.sleep(random.expovariate(1 / MEAN))
        await line.send(json.dumps([CALLRESULT, id, answer_to(rest[0], rest[1], "ocpp1.6")]))
        if rest[0] == "Heartbeat":
            log.add(time.monotonic() - began)


async def central_system() -> None:
    """Serve until the input ends, then tell the log."""
    log = Latencies()
    async with serve(
        lambda line: answering(line, log), "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")], compression=None
    ) as server:
        print(f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        print(json.dumps([log.percentile(part) for part in PARTS]), flush=True)


def measured(stations: int, rate: float, seconds: float) -> tuple[list[float], list[float]]:
    """Return the percentiles that the fleet has measured, and those of the log."""
    line = [sys.executable, "-m", "benchmarks.load_accuracy", "--serve"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as system:
        assert system.stdin is not None
        assert system.stdout is not None
        endpoint = system.stdout.readline().strip()
        plan = Plan(endpoint=endpoint, workload="idle", stations=stations, duration=seconds, rate=rate, ramp=100.0)
        figures = Figures()
        with start(plan) as run:
            for part in run:
                figures.merge(part)
        system.stdin.close()
        logged = json.loads(system.stdout.readline())
    found = figures.cell("Heartbeat").sent
    return [found.percentile(part) for part in PARTS], logged


@click.command()
@click.option("--serve", "serves", is_flag=True, hidden=True)
@click.option("--stations", default=200, show_default=True)
@click.option("--rate", default=200.0, show_default=True)
@click.option("--seconds", default=15.0, show_default=True)
def main(serves: bool, stations: int, rate: float, seconds: float) -> None:
    """Measure, and exit with 1 where the p99 differs by more than 5 ms."""
    if serves:
        asyncio.run(central_system())
        return
    ours, logged = measured(stations, rate, seconds)
    print("| percentile | the fleet | the log | difference |\n|---|---:|---:|---:|")
    for part, one, other in zip(PARTS, ours, logged, strict=True):
        print(f"| p{100 * part:g} | {1000 * one:.1f} ms | {1000 * other:.1f} ms | {1000 * (one - other):+.1f} ms |")
    sys.exit(abs(ours[-1] - logged[-1]) > GOAL)


if __name__ == "__main__":
    main()
