"""How the figures of two runs differ, and whether by more than their noise.

The noise of a percentile is what its own run tells: had the same answers been drawn again, the percentile would lie
between two of them in 99 of 100 cases, whatever their distribution. That a machine was busier during one of the runs
is no noise of this kind, which is why times that differ by little are left alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.gates import KINDS, Measured, Unit
from harness.load.latencies import Latencies

CERTAIN = 2.576
"""Standard deviations within which 99 of 100 draws lie."""

FEWEST = 10
"""Answers that took longer than a percentile, below which nothing is said of it."""

LEAST = 1.25
"""The factor between two times, or two rates, up to which they are left alone."""

LEAST_STABILITY = 0.001
"""The difference between two stabilities up to which they are left alone: a connection more or less that took long."""

PERCENTILES = ((50, 0.5), (95, 0.95), (99, 0.99))
"""Those that are compared, as they are named and as a part of all answers."""

_OTHERS = ("stability", "coverage", "accuracy", "errors", "unanswered", "throughput")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, and the bounds of its noise; they are the figure itself where nothing is known of it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of both runs: times in seconds, shares from 0 to 1, rates per second."""

    name: str
    unit: Unit
    at_most: bool
    before: Estimate
    after: Estimate

    @property
    def certain(self) -> bool:
        """Whether they differ by more than their noise, and by enough to be told."""
        apart = self.before.high < self.after.low or self.after.high < self.before.low
        smaller, larger = sorted((self.before.value, self.after.value))
        if self.name == "stability":
            return larger - smaller > LEAST_STABILITY
        return apart and (self.unit not in (Unit.TIME, Unit.RATE) or larger > LEAST * smaller)

    @property
    def worse(self) -> bool:
        """Whether it is certain, and in the direction that nobody wants."""
        return self.certain and (self.after.value > self.before.value) is self.at_most


def differences(before: Measured, after: Measured) -> list[Difference]:
    """Return the figures that both runs have: those of the whole run first, then percentiles by action."""
    return [*_whole(before, after), *_times(before, after)]


def _whole(before: Measured, after: Measured) -> Iterator[Difference]:
    for kind in _OTHERS:
        values = before.figure(kind, None), after.figure(kind, None)
        if values[0] is not None and values[1] is not None:
            estimates = [Estimate(value, value, value) for value in values if value is not None]
            yield Difference(kind, KINDS[kind].unit, KINDS[kind].at_most, *estimates)


def _times(before: Measured, after: Measured) -> Iterator[Difference]:
    actions: Sequence[str | None] = [None, *(one for one in after.actions if one in before.actions)]
    for action in actions:
        known, found = before.latencies(action), after.latencies(action)
        fewest = min(len(known), len(found))
        for number, part in PERCENTILES:
            if fewest * (1 - part) >= FEWEST:
                name = f"p{number}" if action is None else f"p{number}.{action}"
                yield Difference(name, Unit.TIME, True, percentile(known, part), percentile(found, part))


def percentile(latencies: Latencies, part: float) -> Estimate:
    """Return a percentile between the two answers that bound it; there is at least one."""
    count = len(latencies)
    reach = CERTAIN * math.sqrt(part * (1 - part) / count)
    low, high = max(1 / count, part - reach), min(1.0, part + reach)
    return Estimate(*(latencies.percentile(at) for at in (part, low, high)))
