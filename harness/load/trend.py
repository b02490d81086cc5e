"""Trends of a load run: what grows while the load stays the same, as a slope with its standard error.

A straight line is fitted to equal slices of the time in which the whole fleet wanted to be connected, so that neither
the ramp nor one slow second decides.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from harness.gates import Unit
from harness.load.figures import UNANSWERED, Figures, Second

SLICES = 30
"""Into how many slices the time is cut; with fewer seconds each is a slice of its own."""

FULL = 0.99
"""The share of the most stations that were ever expected from which a second counts."""

FEWEST = 5
"""Slices from which a slope is told."""

CERTAIN = 2.0
"""Standard errors beyond which a slope is taken for growth."""


@dataclass(frozen=True, slots=True)
class Trend:
    """How much a figure grows per second, and the standard error of that; ``mean`` is its mean over the time."""

    name: str
    unit: Unit
    slope: float
    error: float
    mean: float

    @property
    def grows(self) -> bool:
        """Whether it grows for certain."""
        return self.slope > CERTAIN * self.error

    @property
    def least(self) -> float:
        """The growth per second that is certain, 0 where none is."""
        return max(0.0, self.slope - CERTAIN * self.error)


def trends(figures: Figures) -> list[Trend]:
    """Return the trends of latency, unanswered CALLs, and whatever the target told of itself."""
    seconds = full(figures)
    if not seconds:
        return []
    slices = [(at, Figures.over(each).cell(), len(each)) for at, each in _slices(seconds)]
    answered = [(at, cell.scheduled) for at, cell, _ in slices if len(cell.scheduled)]
    names = sorted({name for _, second in seconds for name in second.samples})
    found = [
        _trend("median latency", Unit.TIME, [(at, one.percentile(0.5)) for at, one in answered]),
        _trend("p99 latency", Unit.TIME, [(at, one.percentile(0.99)) for at, one in answered]),
        _trend(
            "unanswered CALLs",
            Unit.RATE,
            [(at, cell.outcomes[UNANSWERED] / n / figures.width) for at, cell, n in slices],
        ),
        *(
            _trend(name, Unit.COUNT, [(number + 0.5, s.samples[name]) for number, s in seconds if name in s.samples])
            for name in names
        ),
    ]
    return [one for one in found if one is not None]


def growth(figures: Figures, action: str | None) -> float | None:
    """Return by how much the median latency of an action, or of all, grows per second for certain."""
    found = _trend("", Unit.TIME, medians(figures, action))
    return found.least if found else None


def medians(figures: Figures, action: str | None) -> list[tuple[float, float]]:
    """Return the median latency of each slice, with the middle of its time."""
    slices = [(at, Figures.over(each).cell(action).scheduled) for at, each in _slices(full(figures))]
    return [(at, one.percentile(0.5)) for at, one in slices if len(one)]


def full(figures: Figures) -> list[tuple[int, Second]]:
    """Return the seconds, in order, in which the whole fleet wanted to be connected."""
    most = max((second.expected for second in figures.seconds.values()), default=0.0)
    return [(n, second) for n, second in sorted(figures.seconds.items()) if most and second.expected >= FULL * most]


def _slices(seconds: Sequence[tuple[int, Second]]) -> list[tuple[float, list[Second]]]:
    """Return equal slices of the seconds, each with the middle of its time."""
    width = max(1, math.ceil(len(seconds) / SLICES))
    parts = [seconds[first : first + width] for first in range(0, len(seconds), width)]
    return [(statistics.mean(number for number, _ in part) + 0.5, [second for _, second in part]) for part in parts]


def _trend(name: str, unit: Unit, points: Sequence[tuple[float, float]]) -> Trend | None:
    """Fit a line by least squares; None where there are too few points."""
    if len(points) < FEWEST:
        return None
    times, values = zip(*points, strict=True)
    slope, intercept = statistics.linear_regression(times, values)
    middle = statistics.mean(times)
    spread = sum((at - middle) ** 2 for at in times)
    rest = sum((value - intercept - slope * at) ** 2 for at, value in points)
    return Trend(name, unit, slope, math.sqrt(rest / (len(points) - 2) / spread), statistics.mean(values))
