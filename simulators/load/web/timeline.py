"""A load run as far as it has come, for charts: a point for each second, or for some that are kept as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from harness.load.figures import ANSWERED, Cell, Figures, Second
from harness.load.latencies import Latencies
from harness.load.plan import MOST_SLOTS

PARTS: Mapping[str, float] = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
"""The percentiles that are charted."""

SETTLED = 60
"""Seconds after which nothing is added to a second any more: a CALL counts in the one in which it was due."""


@dataclass(frozen=True, slots=True)
class Point:
    """What happened from a second of the run on: latencies in ms by percentile, counts per second.

    ``due`` counts from when messages were due, ``sent`` from when they were sent; nothing where no answer came. ``cpu``
    (per cent of a core) and ``lag`` (ms) are those of the busiest worker, None where none told.
    """

    second: int
    due: Mapping[str, float]
    sent: Mapping[str, float]
    expected: float
    connected: float
    answered: float
    errors: float
    failures: float
    cpu: float | None
    lag: float | None


class Timeline:
    """The latest points of a run.

    ``run`` is its number, ``width`` how many seconds are kept as one, ``settled`` the second from which on points may
    still change.
    """

    def __init__(self) -> None:
        self.run = 0
        self.clear(1)

    def clear(self, width: int) -> None:
        """Begin with another run."""
        self.run += 1
        self.width = width
        self.settled = 0
        self.incidents: list[str] = []
        self._open: dict[int, Second] = {}
        self._changed: set[int] = set()
        self._points: dict[int, Point] = {}

    def add(self, figures: Figures) -> None:
        """Add what came in."""
        self.incidents += [f"second {one.at:g}: {one.text}" for one in figures.incidents]
        for number, second in figures.seconds.items():
            if number >= self.settled:
                self._open.setdefault(number, Second()).merge(second)
                self._changed.add(number)
        self.settled = max(self.settled, max(self._open, default=0) - max(SETTLED, self.width))
        for number in [number for number in self._open if number < self.settled]:
            self._draw(number)
            del self._open[number]

    def since(self, number: int) -> list[dict[str, object]]:
        """Return the points from a second on, as JSON objects."""
        for changed in list(self._changed):
            self._draw(changed)
        return [asdict(point) for _, point in sorted(self._points.items()) if point.second >= number]

    def _draw(self, number: int) -> None:
        if number in self._changed:
            self._changed.discard(number)
            self._points[number] = _point(number, self.width, self._open[number])
            if len(self._points) > MOST_SLOTS:
                del self._points[min(self._points)]


def _point(number: int, width: int, second: Second) -> Point:
    cell = Cell.of(second.cells.values())
    health = second.health.values()
    return Point(
        second=number,
        due=_percentiles(cell.scheduled),
        sent=_percentiles(cell.sent),
        expected=second.expected / width,
        connected=second.connected / width,
        answered=cell.outcomes[ANSWERED] / width,
        errors=cell.errors / width,
        failures=second.failures / width,
        cpu=max((100 * one.cpu for one in health), default=None),
        lag=max((1000 * one.lag for one in health), default=None),
    )


def _percentiles(latencies: Latencies) -> dict[str, float]:
    return {name: 1000 * latencies.percentile(part) for name, part in PARTS.items()} if len(latencies) else {}
