"""CPU per CALL round trip of the fleet, beside a naive Locust user and stations in asyncio, and how it grows.

Each generator is a process of its own that has the same stations send Heartbeats at the same rate to the same null
central system, which counts them. The generators take turns, round after round, and the median is shown, so that a
noisy machine is noisy for all. The fleet holds each answer to the rules of the wire; the two others hold it to nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import click
import psutil
import websockets

from harness.load.plan import Plan
from simulators.load.run import command

GOAL = 150.0
"""Microseconds of CPU that a round trip may take."""

WARM, WATCHED = 6.0, 8.0
"""Seconds from the start until all stations are connected, and those that are measured."""

GROWTH = (1, 4, 16)

NAIVE = """
import json, time, uuid
import websocket
from locust import User, constant_pacing, task

class Naive(User):
    wait_time = constant_pacing({period})

    def on_start(self):
        url = f"{{self.host}}naive-{{uuid.uuid4()}}"
        self.line = websocket.create_connection(url, subprotocols=["ocpp1.6"])

    @task
    def heartbeat(self):
        began = time.perf_counter()
        self.line.send(json.dumps([2, str(uuid.uuid4()), "Heartbeat", {{}}]))
        json.loads(self.line.recv())
        took = 1000 * (time.perf_counter() - began)
        self.environment.events.request.fire(
            request_type="CALL", name="Heartbeat", response_time=took, response_length=0, exception=None, context={{}}
        )
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a generator took while it was watched: seconds of CPU, CALLs, and bytes of memory at the end."""

    cpu: float
    calls: int
    memory: int
    seconds: float = WATCHED

    @property
    def micros(self) -> float:
        """Microseconds of CPU for each CALL."""
        return 1e6 * self.cpu / self.calls


class Null:
    """The null central system: its endpoint, and how many CALLs it has served."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._asks, self._tells = process.stdin, process.stdout
        self.endpoint = self._tells.readline().strip()

    @property
    def served(self) -> int:
        """How many CALLs it has served."""
        self._asks.write("\n")
        self._asks.flush()
        return int(self._tells.readline())


@contextmanager
def null() -> Iterator[Null]:
    """Serve the null central system."""
    line = [sys.executable, "-m", "simulators.load.null"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Null(process)


def watched(line: Sequence[str], system: Null, folder: Path, file: int) -> Measured:
    """Start a generator, watch it, and end it."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(line, cwd=folder, stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=(file,)) as process:
        generator = psutil.Process(process.pid)
        time.sleep(WARM)
        before, served, began = _cpu(generator), system.served, time.monotonic()
        time.sleep(WATCHED)
        seconds = time.monotonic() - began
        found = Measured(_cpu(generator) - before, system.served - served, generator.memory_info().rss, seconds)
        process.kill()
    return found


def fleet(endpoint: str, stations: int, rate: float, file: int, checked: float = 1.0) -> list[str]:
    """Return the command line of the fleet."""
    seconds = 2 * (WARM + WATCHED)
    plan = Plan(endpoint=endpoint, workload="idle", stations=stations, duration=seconds, rate=rate, ramp=500.0)
    plan = replace(plan, checked=checked)
    return command(plan, file)


def naive(endpoint: str, stations: int, rate: float, folder: Path) -> list[str]:
    """Return the command line of naive users."""
    path = folder / "naive.py"
    path.write_text(NAIVE.format(period=stations / rate), encoding="utf-8")
    options = [f"--host={endpoint}", f"--users={stations}", f"--spawn-rate={stations / 2}", "--only-summary"]
    return [sys.executable, "-m", "locust", "-f", str(path), "--headless", *options]


def in_asyncio(endpoint: str, stations: int, rate: float) -> list[str]:
    """Return the command line of stations in asyncio."""
    return [sys.executable, str(Path(__file__).absolute()), "--asyncio", endpoint, str(stations), str(stations / rate)]


async def play(endpoint: str, stations: int, period: float) -> None:
    """Play stations in asyncio until killed."""

    async def station(number: int) -> None:
        url, protocol = f"{endpoint}asyncio-{number}", websockets.Subprotocol("ocpp1.6")
        async with websockets.connect(url, subprotocols=[protocol], compression=None, ping_interval=None) as line:
            due = time.monotonic() + random.random() * period
            for id in range(1_000_000):
                await asyncio.sleep(due - time.monotonic())
                await line.send(json.dumps([2, str(id), "Heartbeat", {}]))
                json.loads(await line.recv())
                due += period

    await asyncio.gather(*map(station, range(stations)))


@click.command()
@click.option("--stations", default=200, show_default=True)
@click.option("--rate", default=1000.0, show_default=True)
@click.option("--rounds", default=3, show_default=True)
def main(stations: int, rate: float, rounds: int) -> None:
    """Measure, and exit with 1 where the goal is not met."""
    with null() as system, tempfile.TemporaryDirectory() as name:
        folder, file = Path(name), os.open(os.devnull, os.O_WRONLY)
        lines = {
            "the fleet": fleet(system.endpoint, stations, rate, file),
            "the fleet, checking nothing": fleet(system.endpoint, stations, rate, file, checked=0.0),
            "a naive Locust user": naive(system.endpoint, stations, rate, folder),
            "stations in asyncio": in_asyncio(system.endpoint, stations, rate),
        }
        found: dict[str, list[Measured]] = {generator: [] for generator in lines}
        for _ in range(rounds):
            for generator, line in lines.items():
                found[generator].append(watched(line, system, folder, file))
        cost = {generator: median(one.micros for one in each) for generator, each in found.items()}
        print("| generator | µs CPU per CALL | ratio | CALLs per second |\n|---|---:|---:|---:|")
        for generator, each in found.items():
            speed = median(one.calls / one.seconds for one in each)
            print(f"| {generator} | {cost[generator]:.0f} | {cost[generator] / cost['the fleet']:.1f} | {speed:.0f} |")
        print("\n| stations | CALLs per second | CPU | memory |\n|---:|---:|---:|---:|")
        for factor in GROWTH:
            number = 60 * factor
            one = watched(fleet(system.endpoint, number, number / 2, file), system, folder, file)
            speed = one.calls / one.seconds
            print(f"| {number} | {speed:.0f} | {100 * one.cpu / one.seconds:.1f} % | {one.memory / 2**20:.1f} MiB |")
        os.close(file)
    sys.exit(cost["the fleet"] > GOAL)


def _cpu(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return float(spent.user + spent.system)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--asyncio"]:
        asyncio.run(play(sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
    main()
