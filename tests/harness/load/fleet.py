"""A fleet that does not exist: it reports what a real one would, of a central system that is as slow as told."""

from __future__ import annotations

from collections.abc import Callable

from harness.load.figures import ANSWERED, Cause, Connection, Exchange, Figures, Health
from harness.trace import Direction

Slowness = Callable[[int, str, float], tuple[float, str]]
"""Station number, action and second of the run → seconds until the answer, and its outcome."""


def steady(number: int, action: str, at: float) -> tuple[float, str]:
    """Answer everything within 5 ms."""
    return 0.005, ANSWERED


def played(slowness: Slowness = steady, *, stations: int = 100, seconds: int = 20, worker: str = "1") -> Figures:
    """Return the figures of stations that send a Heartbeat each second, and every fifth of them an Authorize."""
    figures = Figures()
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
