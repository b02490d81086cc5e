"""Charts of a load run as drawings that need no script: lines over the time of the run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000.0, 220.0
"""The size of the area of a chart, in units of the drawing."""

GAP = 2.0
"""How much of the height stays free above the highest point."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its name, the class of its style, and a value for each point of time, None where there is none."""

    name: str
    style: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark at an axis: where, and what stands there."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line as it is drawn: each unbroken stretch of it as the points of a polyline."""

    name: str
    style: str
    stretches: Sequence[str]


@dataclass(frozen=True, slots=True)
class Column:
    """What is told of one point of time when a reader points at it."""

    left: float
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, ready to be drawn."""

    title: str
    unit: str
    lines: Sequence[Drawn]
    across: Sequence[Tick]
    up: Sequence[Tick]
    columns: Sequence[Column]


def chart(
    title: str, unit: str, times: Sequence[float], width: float, lines: Sequence[Line], *, log: bool = False
) -> Chart:
    """Return a chart of lines over times in seconds, ``width`` apart; ``log`` makes the scale logarithmic."""
    values = [value for line in lines for value in line.values if value is not None]
    scale = _Scale(values, log)
    end = (times[-1] + width) if times else 1.0
    places = [WIDTH * (at + width / 2) / end for at in times]
    drawn = [Drawn(line.name, line.style, _stretches(places, [scale.at(v) for v in line.values])) for line in lines]
    columns = [
        Column(WIDTH * at / end, WIDTH * width / end, "\n".join(_told(at, width, lines, index, unit)))
        for index, at in enumerate(times)
    ]
    across = [Tick(WIDTH * at / end, f"{at:g} s") for at in _steps(end)]
    return Chart(title, unit, drawn, across, [Tick(scale.at(v) or 0.0, f"{v:g}") for v in scale.ticks], columns)


class _Scale:
    """Where a value stands between the bottom and the top of a chart."""

    def __init__(self, values: Sequence[float], log: bool) -> None:
        self._log = log
        highest = max(values, default=1.0) or 1.0
        if log:
            lowest = min((value for value in values if value > 0), default=highest)
            first, last = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
            last = max(last, first + 1)
            self.ticks: Sequence[float] = [10.0**power for power in range(first, last + 1)]
            self.first, self.last = float(first), float(last)
        else:
            self.ticks = _steps(highest, 5)
            self.first, self.last = 0.0, max(highest, self.ticks[-1])

    def at(self, value: float | None) -> float | None:
        """Return the height of a value from the top."""
        if value is None:
            return None
        if self._log:
            value = max(self.first, math.log10(value)) if value > 0 else self.first
        share = (value - self.first) / (self.last - self.first)
        return GAP + (HEIGHT - GAP) * (1 - share)


def _steps(end: float, most: int = 10) -> list[float]:
    """Return round numbers from 0 to an end."""
    rough = end / most
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [round(index * step, 9) for index in range(int(end / step + 1e-9) + 1)]


def _stretches(places: Sequence[float], heights: Sequence[float | None]) -> list[str]:
    """Return the points of each stretch without a gap."""
    found: list[list[str]] = [[]]
    for place, height in zip(places, heights, strict=True):
        if height is None:
            found.append([])
        else:
            found[-1].append(f"{place:.1f},{height:.1f}")
    return [" ".join(stretch) for stretch in found if stretch]


def _told(at: float, width: float, lines: Sequence[Line], index: int, unit: str) -> list[str]:
    until = f" to {at + width:g}" if width > 1 else ""
    values = [(line.name, line.values[index]) for line in lines]
    return [
        f"second {at:g}{until}",
        *(f"{name}: {value:.4g} {unit}".rstrip() for name, value in values if value is not None),
    ]
