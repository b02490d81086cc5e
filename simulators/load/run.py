"""A load run: Locust in processes of its own, and the figures that come from it."""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from harness.load.figures import Figures
from harness.load.plan import FleetError, Plan
from simulators.load.orders import orders
from simulators.load.workload import of

__all__ = ["Run", "calibrate", "command", "null", "orders", "start"]

LOCUSTFILE = Path(__file__).with_name("locustfile.py")

SPARE = 200
"""Open files that a process needs beside its stations."""

CALIBRATION = 5.0
"""Seconds that a calibration lasts."""

MOST_CALIBRATED = 500
"""How many stations make the load of a calibration at most; they send as much as all do in the run."""

STOP_LIMIT = 10.0
"""Seconds that a fleet has for its end before it is killed."""


@contextmanager
def start(plan: Plan) -> Iterator[Run]:
    """Play a plan; raises FleetError for a workload that there is not, or too many stations for this machine."""
    of(plan)
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    if (needed := math.ceil(plan.stations / plan.workers) + SPARE) > limit:
        raise FleetError(
            f"{plan.stations} stations need {needed} open files in each of {plan.workers} workers, and the limit is "
            f"{limit}; raise it (ulimit -n), or take more workers or fewer stations"
        )
    with tempfile.TemporaryDirectory(prefix="plugfest-") as folder, tempfile.TemporaryFile() as said:
        reading, writing = os.pipe()
        with os.fdopen(reading, encoding="utf-8") as lines:
            try:
                process = subprocess.Popen(  # noqa: S603 - our own interpreter
                    command(plan, writing),
                    cwd=folder,  # Locust takes options from files that lie about
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=said,
                    pass_fds=(writing,),
                    start_new_session=True,
                )
            finally:
                os.close(writing)
            try:
                yield Run(process, lines, said)
            finally:
                _end(process)


def calibrate(plan: Plan) -> Figures | None:
    """Return the figures of the same messages per second on a central system that does nothing but answer."""
    workload = of(plan)
    rate = workload.rate(plan.stations)
    if not workload.natural(1):
        return None
    stations = min(plan.stations, MOST_CALIBRATED)
    with null() as endpoint:
        made = replace(
            plan,
            endpoint=endpoint,
            stations=stations,
            rate=rate,
            duration=CALIBRATION,
            ramp=float(stations),
            target=None,
            credentials=None,
        )
        whole = Figures(width=made.width)
        with start(made) as run:
            for part in run:
                whole.merge(part)
    return whole


@contextmanager
def null() -> Iterator[str]:
    """Serve the null central system as a process of its own, and yield its endpoint."""
    with subprocess.Popen(
        [sys.executable, "-m", "simulators.load.null"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            if not (endpoint := process.stdout.readline().strip()):
                raise FleetError("the null central system does not start")
            yield endpoint
        finally:
            _end(process)


class Run:
    """A fleet under way."""

    def __init__(self, process: subprocess.Popen[bytes], lines: IO[str], said: IO[bytes]) -> None:
        self._process = process
        self._lines = lines
        self._said = said
        self._stopped = False

    def __iter__(self) -> Iterator[Figures]:
        for line in self._lines:
            yield Figures.from_json(json.loads(line))
        if self._process.wait(STOP_LIMIT) and not self._stopped:
            self._said.seek(0)
            last = self._said.read().decode(errors="replace").strip().splitlines()[-3:]
            raise FleetError(f"Locust ended with {self._process.returncode}: {' '.join(last)}")

    def stop(self) -> None:
        """Have the stations leave."""
        self._stopped = True
        if self._process.poll() is None:
            self._process.terminate()


def command(plan: Plan, figures: int) -> list[str]:
    """Return the command line of Locust for a plan; ``figures`` is the file descriptor that they are written to."""
    given = {
        "--host": plan.endpoint,
        "--users": plan.stations,
        "--spawn-rate": plan.stations,
        "--stations": plan.stations,
        "--workload": _resolved(plan.workload),
        "--lasting": plan.duration,
        "--seed": plan.seed,
        "--checked": plan.checked,
        "--ramp": plan.ramp,
        "--rate": plan.rate,
        "--ocpp": plan.version,
        "--target": plan.target.absolute() if plan.target else None,
        "--credentials": plan.credentials,
        "--figures-fd": figures,
        "--loglevel": "WARNING",
    }
    options = [f"{name}={value}" for name, value in given.items() if value is not None]
    shared = _distributed(plan.workers) if plan.workers > 1 else []
    base = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary", "--only-figures"]
    return [*base, *options, *shared]


def _resolved(workload: str) -> str:
    """Return a workload such that it is found from any folder."""
    return str(Path(workload).absolute()) if ".toml" in workload else workload


def _distributed(workers: int) -> list[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return [
        f"--processes={workers}",
        "--master-bind-host=127.0.0.1",
        f"--master-bind-port={port}",
        f"--master-port={port}",
    ]


def _end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """End a process and all that it has begun."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_LIMIT)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
