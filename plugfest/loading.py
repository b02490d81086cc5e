"""Carrying out a load run: what comes in is recorded, shown and offered to Prometheus while it goes on."""

from __future__ import annotations

import importlib
import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil
from rich.console import Console
from rich.live import Live
from rich.text import Text

from harness.load.figures import ANSWERED, Figures, Incident
from harness.load.latencies import Latencies
from harness.load.plan import Fleet, FleetError, Plan, Running
from harness.load.record import NAME, Footer, Header, LoadRecorder, LoadRun, read
from harness.load.totals import Totals
from plugfest.operating import Operator

UNREACHED = 4.0
"""Seconds of the run after which it is given up if no station was ever connected."""

PLAIN_EVERY = 5
"""Seconds between two lines of progress where the output is no terminal."""

LEAVING = 500
"""Stations for which this machine is given a second, after a run, to be done with their leaving."""

GLANCE = 0.25
"""Seconds over which it is looked whether it is."""

AT_REST = 15.0
"""Per cent of its processors below which it is."""

MEMORY = "memory of the central system in bytes"
"""The name under which the memory of the target is recorded."""


def find_fleet() -> Fleet:
    """Return the fleet, which brings Locust: only what makes load pays for it. Raises FleetError."""
    try:
        fleet: Fleet = importlib.import_module("simulators.load.run")
    except ImportError as error:
        raise FleetError(f"the fleet cannot be had: {error}") from None
    return fleet


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run goes on in: who makes the load, where it is shown, what tells the memory, and who operates the target.

    ``operator`` is None where nobody does.
    """

    fleet: Fleet
    console: Console
    totals: Totals
    memory: Callable[[], int | None] | None = None
    operator: Operator | None = None


def carry_out(plan: Plan, header: Header, folder: Path, around: Surroundings) -> LoadRun:
    """Carry out a run, keep its record in a folder, and return it; Ctrl-C has the stations leave before their time.

    The generator is calibrated afterwards, so that a central system that cannot be reached is told at once.
    Raises FleetError where the fleet cannot be had.
    """
    around.totals.clear()
    path = folder / NAME
    with LoadRecorder(path, header) as recorder:
        began = time.monotonic()
        with around.fleet.start(plan) as running, _interruptible(running) as interrupted:
            complete = _recorded(recorder, running, plan, around)
        seconds = round(time.monotonic() - began, 3)
        complete = complete and not interrupted
        recorder.finish(Footer(seconds=seconds, interrupted=not complete))
        if complete and around.totals.whole.connected and (floor := _floor(plan, around)) is not None:
            recorder.calibrated(floor)
    return read(path)


def _floor(plan: Plan, around: Surroundings) -> Figures | None:
    """Return the generator's own figures, none of anything where the calibration did not come to its end."""
    around.console.print("calibration: the same load on a central system that does nothing")
    floor: Figures | None = Figures()
    with suppress(FleetError, KeyboardInterrupt):
        _settle(plan.stations / LEAVING)
        floor = around.fleet.calibrate(plan)
    return floor


def _settle(limit: float) -> None:
    """Wait until this machine is at rest, at most for so many seconds: a target here still sees its stations off."""
    until = time.monotonic() + limit
    while time.monotonic() < until and psutil.cpu_percent(GLANCE) > AT_REST:
        pass


def _recorded(recorder: LoadRecorder, running: Running, plan: Plan, around: Surroundings) -> bool:
    """Record what comes in, and return whether that was all: a fleet that breaks off is told in the record."""
    began = math.inf
    try:
        for part in _shown(running, plan, around):
            recorder.add(part)
            began = min(began, time.monotonic())
            if not around.totals.whole.connected and time.monotonic() - began >= UNREACHED:
                running.stop()
    except FleetError as error:
        if not around.totals.whole.connected:
            raise
        broken = Figures()
        broken.incident(Incident(float(around.totals.last), f"the fleet broke off: {error}"))
        recorder.add(broken)
        return False
    return True


@contextmanager
def _interruptible(running: Running) -> Iterator[list[int]]:
    """Have the first signal to end stop the run, and yield the signals that came; a second one ends at once."""
    came: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)
        running.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _shown(running: Running, plan: Plan, around: Surroundings) -> Iterator[Figures]:
    """Yield what comes in, with the memory of the target, and show how far the run is."""
    totals, console = around.totals, around.console
    live = Live(console=console, transient=True, auto_refresh=False) if console.is_terminal else None
    told = 0
    if live is not None:
        live.start()
    try:
        for part in _operated(running, plan, around):
            if around.memory is not None and (bytes := around.memory()) is not None:
                part.sample(MEMORY, part.origin + max(part.seconds, default=totals.last), bytes)
            totals.add(part)
            if live is not None:
                live.update(Text(progress(totals, plan)), refresh=True)
            elif totals.last >= told + PLAIN_EVERY:
                told = totals.last
                console.print(progress(totals, plan))
            yield part
    finally:
        if live is not None:
            live.stop()


def _operated(running: Running, plan: Plan, around: Surroundings) -> Iterator[Figures]:
    """Yield what comes in, with what becomes of the orders that are given from the first figures on."""
    operator = around.operator
    if operator is None:
        yield from running
        return
    orders = around.fleet.orders(plan, operator.driver.operations)
    begun = False
    try:
        for part in running:
            if not begun and part.seconds:
                operator.give(orders, time.monotonic() - max(part.seconds), plan)
                begun = True
            part.merge(operator.told())
            yield part
    finally:
        rest = operator.cease()
    yield rest


def progress(totals: Totals, plan: Plan) -> str:
    """Return how far a run is, in one line."""
    now, recent = totals.now, totals.recent
    wrong = sum(cell.errors for cell in totals.whole.cells.values()) + totals.whole.failures
    answered = sum(cell.outcomes[ANSWERED] for cell in now.cells.values())
    return (
        f"{totals.last:>5} of {plan.duration:g} s  {now.connected / totals.width:.0f} of {plan.stations} stations  "
        f"{answered / totals.width:.0f}/s  "
        f"{_percentiles(recent.scheduled)}  {wrong} errors"
    )


def _percentiles(latencies: Latencies) -> str:
    """Return p50, p95, p99 and the longest in ms."""
    if not len(latencies):
        return "no answers"
    told = " / ".join(f"{latencies.percentile(part) * 1000:.1f}" for part in (0.5, 0.95, 0.99, 1.0))
    return f"p50 / p95 / p99 / max {told} ms"
