"""A fleet that does not exist: it reports what a real one would, of a central system that is as slow as told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from harness.csms import Operation
from harness.load.figures import ANSWERED, Cause, Connection, Exchange, Figures, Health
from harness.load.plan import Plan
from harness.trace import Direction

Slowness = Callable[[int, str, float], tuple[float, str]]
"""Station number, action and second of the run → seconds until the answer, and its outcome."""


def steady(number: int, action: str, at: float) -> tuple[float, str]:
    """Answer everything within 5 ms."""
    return 0.005, ANSWERED


def played(
    slowness: Slowness = steady, *, stations: int = 100, seconds: int = 20, worker: str = "1", width: int = 1
) -> Figures:
    """Return the figures of stations that send a Heartbeat each second, and every fifth of them an Authorize."""
    figures = Figures(width=width)
    for number in range(stations):
        figures.connection(Connection(f"CP{number:03}", 0.0, False, Cause.DUE))
        figures.connection(Connection(f"CP{number:03}", 0.0, True, Cause.OPENED))
    for second in range(seconds):
        for number in range(stations):
            at = second + number / stations
            for action in ("Heartbeat", "Authorize")[: 1 + (number % 5 == second % 5)]:
                took, outcome = slowness(number, action, at)
                figures.exchange(Exchange(action, Direction.SENT, at, at, at + took, outcome, f"CP{number:03}"))
        figures.health(Health(worker, second + 0.5, 0.001, 0.2, stations=stations))
    figures.advance(float(seconds))
    return figures


class PlayedFleet:
    """A fleet that hands over what ``played`` makes, second by second, without any waiting."""

    def __init__(self, slowness: Slowness = steady, *, floor: Figures | None = None, reached: bool = True) -> None:
        self.slowness = slowness
        self.floor = floor
        self.reached = reached
        self.plans: list[Plan] = []
        self.given: list[tuple[float, Operation]] = []
        self.told: Callable[[PlayedRun], object] = lambda run: None

    def orders(self, plan: Plan, offered: Collection[type[Operation]]) -> Iterator[tuple[float, Operation]]:
        """Return what was given for it."""
        return iter(self.given)

    def calibrate(self, plan: Plan) -> Figures | None:
        """Return what was given for it."""
        return self.floor

    @contextmanager
    def start(self, plan: Plan) -> Iterator[PlayedRun]:
        """Yield a run."""
        self.plans.append(plan)
        whole = played(self.slowness, stations=plan.stations, seconds=int(plan.duration)) if self.reached else Figures()
        yield PlayedRun(whole, self.told)


class PlayedRun:
    """A run of it."""

    def __init__(self, whole: Figures, told: Callable[[PlayedRun], object]) -> None:
        self._whole = whole
        self._told = told
        self._stopped = False

    def __iter__(self) -> Iterator[Figures]:
        for number in range(max(self._whole.seconds, default=-1) + 1):
            if self._stopped:
                return
            part = Figures()
            part.seconds = {number: self._whole.seconds[number]}
            part.worst = {name: one for name, one in self._whole.worst.items() if one.second == number}
            yield part
            self._told(self)

    def stop(self) -> None:
        """End after the part that is under way."""
        self._stopped = True
