"""How much a central system loses that is killed at work: the reference, in a process of its own, with ``kill -9``.

Twenty stations tell transactions over the wire, each message under one id until it is answered. After a number of
answers that follows from the seed, the process is killed and started again on the same database, so many times. Then
what was confirmed is held against what the operator API shows. It exits with 1 unless nothing is lost or doubled.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import click

from harness.csms import StationProvisioning, Tag, TagProvisioning, TransactionReader, TransactionView
from harness.csms.console import Csms
from harness.drivers.http import HttpDriver, from_settings
from harness.settings import load
from harness.trace import Trace
from scenarios.resilience.crashing import STATIONS, Crashes, Worker
from scenarios.resilience.tales import Moment, Tale
from simulators.connection import Endpoint
from simulators.v16 import ChargePoint

TAG = "BENCHMARK"
PER_ROUND = 10
"""Kills of one workload; then everything is counted."""


class Served(HttpDriver):
    """Drives a central system that it serves in a process of its own; ``opened`` are the seconds that starts took."""

    def serve(self, command: Sequence[str]) -> None:
        """Start it for the first time."""
        self._command = command
        self.opened: list[float] = []
        self._start()

    async def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        await asyncio.to_thread(self._process.wait)

    async def restart(self) -> None:
        """Start it on the same database, and wait until it listens."""
        await asyncio.to_thread(self._start)

    def _start(self) -> None:
        began = time.monotonic()
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            raise SystemExit("the central system did not start")
        self.opened.append(time.monotonic() - began)


@click.command()
@click.option("--kills", type=click.IntRange(1), default=100, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def main(kills: int, seed: int) -> None:
    """Kill the reference central system at work, and count what is lost or doubled."""
    with TemporaryDirectory() as folder:
        found = asyncio.run(_measure(Path(folder), kills, seed))
    for name, value in found.items():
        click.echo(f"{name}: {value}")
    sys.exit(any(found[name] for name in ("lost", "doubled", "refused")))


async def _measure(folder: Path, kills: int, seed: int) -> dict[str, Any]:
    plugfest = str(Path(sys.executable).with_name("plugfest"))
    serve = [plugfest, "serve", "--log", "off", "--database", str(folder / "store")]
    target, endpoint = folder / "target.toml", await asyncio.to_thread(_first_run, serve, folder / "target.toml")
    ports = [f"--port={endpoint['endpoint'].rsplit(':', 1)[1].split('/')[0]}"]
    ports += [f"--operator-port={endpoint['operator'].rsplit(':', 1)[1].split('/')[0]}"]
    settings = load(target, {})
    async with from_settings(settings, {}, kind=Served) as driver:
        assert isinstance(driver, Served)
        await asyncio.to_thread(driver.serve, [*serve, *ports])
        try:
            return await _strike(driver, str(settings.csms.endpoint), kills, seed)
        finally:
            await driver.kill()


def _first_run(serve: Sequence[str], target: Path) -> Any:
    """Have it choose its ports and write the target file that drives it."""
    command = [*serve, "--port=0", "--operator-port=0", f"--write-target={target}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        process.terminate()
    return told


async def _strike(driver: Served, url: str, kills: int, seed: int) -> dict[str, Any]:
    csms = Csms(driver, patience=10.0)
    await csms.ask(TagProvisioning).provision_tag(Tag(id_tag=TAG))
    stations = [ChargePoint(f"CP-{number}", Endpoint(url), Trace(), patience=10.0) for number in range(STATIONS)]
    for station in stations:
        await csms.ask(StationProvisioning).provision_station(station.id)
        await station.ready()
    workers: list[Worker] = []
    for first in range(0, kills, PER_ROUND):
        crashes = Crashes(csms, stations, TAG, f"{seed} {first}")
        await crashes.strike(min(PER_ROUND, kills - first))
        workers += crashes.workers
    counted: Counter[str] = Counter()
    for station in stations:
        views = await csms.ask(TransactionReader).transactions(station.id)
        counted += _counted([tale for one in workers if one.station is station for tale in one.begun], views)
        await station.leave()
    return {
        "kills": kills,
        "messages confirmed": sum(worker.confirmed for worker in workers),
        "transactions": sum(len(worker.begun) for worker in workers),
        "lost": counted["lost"],
        "doubled": counted["doubled"],
        "refused": sum(len(worker.refused) for worker in workers),
        "start to listening, median and worst": f"{median(driver.opened):.2f} s, {max(driver.opened):.2f} s",
    }


def _counted(tales: Sequence[Tale], views: Sequence[TransactionView]) -> Counter[str]:
    """Count the messages of one station that were confirmed and are not on record, and what is there too often."""
    counted: Counter[str] = Counter()
    by_id = {str(view.id): view for view in views}
    told = {str(tale.id) for tale in tales}
    counted["doubled"] = sum(str(view.id) not in told for view in views)
    for tale in tales:
        view = by_id.get(str(tale.id))
        values = [float(one["value"]) for one in (view.meter_values or ())] if view else []
        counted["lost"] += view is None or view.meter_start != tale.meter_start
        counted["lost"] += Moment.VALUES in tale.confirmed and tale.reading not in values
        counted["lost"] += Moment.STOP in tale.confirmed and (view is None or view.meter_stop != tale.meter_stop)
        counted["doubled"] += max(values.count(tale.reading) - 1, 0)
    return counted


if __name__ == "__main__":
    main()
