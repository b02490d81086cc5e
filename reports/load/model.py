"""What the documents of a load run share: rows of percentiles, slices of time, sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.gates import Judged, Unit, told
from harness.load.figures import ANSWERED, LOST, UNANSWERED, Cell, Figures, Second
from harness.load.latencies import Latencies
from harness.load.measured import spans, throughput
from harness.load.record import Ending, LoadRun, ending
from harness.load.trend import Trend, trends
from harness.trace import Direction

PARTS = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "p99.9": 0.999, "max": 1.0}
"""The percentiles that are told."""

MOST_SLICES = 300
"""How many points a chart has at most; a longer run has more seconds in each."""

CHECKED = "answers held to their schema"
"""The fact that tells for which share of answers it is known whether they are valid."""

WHOSE = {Direction.SENT: "station", Direction.RECEIVED: "central system"}


@dataclass(frozen=True, slots=True)
class Row:
    """The CALLs of one action, or of all: latencies by percentile in seconds, none where there was no answer.

    ``due`` counts from when a message was due, ``sent`` from when it was sent. ``own`` is the share of the p99 that is
    the generator's own, None where no calibration tells.
    """

    action: str
    whose: str
    count: int
    errors: int
    due: Sequence[float]
    sent: Sequence[float]
    own: float | None


@dataclass(frozen=True, slots=True)
class Slice:
    """Some seconds of the run as one: the first of them, how many, and what happened."""

    first: int
    width: int
    second: Second

    @property
    def cell(self) -> Cell:
        """The CALLs of all actions."""
        return Cell.of(self.second.cells.values())


@dataclass(frozen=True, slots=True)
class Error:
    """One kind of error: how often, and when."""

    kind: str
    count: int
    when: str


class LoadReport:
    """A load run as documents show it."""

    def __init__(self, run: LoadRun) -> None:
        self.run = run

    @cached_property
    def ending(self) -> Ending:
        """How the run came out."""
        return ending(self.run)

    @cached_property
    def judged(self) -> Sequence[Judged]:
        """The gates, those that were missed first."""
        return sorted(self.run.judged, key=lambda one: one.met)

    @cached_property
    def alarms(self) -> Sequence[str]:
        """What stands above all figures: outages, what makes the run no measurement, what happened to it."""
        early = ["The run ended before its time; this is what was measured until then."] if self.run.truncated else []
        told_of_run = [f"second {one.at:g}: {one.text}" for one in self.run.figures.incidents]
        return [*early, *map(str, self.run.outages), *map(str, self.run.complaints), *told_of_run]

    @cached_property
    def rows(self) -> Sequence[Row]:
        """A row for each action, and one for all."""
        figures = self.run.figures
        each = [self._row(action, direction) for direction, action in figures.keys]
        return [*each, self._row(None, None)] if len(each) > 1 else each

    def _row(self, action: str | None, direction: Direction | None) -> Row:
        cell = self.run.figures.cell(action, direction)
        floor = self.run.floor
        own = floor.cell(action, direction).scheduled if floor else Latencies()
        if floor is not None and not len(own):
            own = floor.cell().scheduled
        measured = len(own) and len(cell.scheduled)
        share = own.percentile(0.99) / max(cell.scheduled.percentile(0.99), 1e-6) if measured else None
        whose = WHOSE[direction] if direction else ""
        return Row(
            action or "all",
            whose,
            cell.count,
            cell.errors,
            _percentiles(cell.scheduled),
            _percentiles(cell.sent),
            share,
        )

    @cached_property
    def slices(self) -> Sequence[Slice]:
        """The run in at most MOST_SLICES equal parts."""
        figures = self.run.figures
        end = max(figures.seconds, default=-figures.width) + figures.width
        width = figures.width * max(1, math.ceil(end / MOST_SLICES / figures.width))
        return [
            Slice(first, min(width, end - first), _together(figures, range(first, min(first + width, end))))
            for first in range(0, end, width)
        ]

    @cached_property
    def errors(self) -> Sequence[Error]:
        """What went wrong, most frequent first."""
        by_second = {n: Figures.over([second]).errors for n, second in self.run.figures.seconds.items()}
        return [
            Error(kind, count, spans((n for n, errors in by_second.items() if errors[kind]), self.run.figures.width))
            for kind, count in self.run.figures.errors.most_common()
        ]

    @cached_property
    def trends(self) -> Sequence[Trend]:
        """What grew while the load stayed the same."""
        return trends(self.run.figures)

    @cached_property
    def facts(self) -> Sequence[tuple[str, str]]:
        """The figures of the whole run: name and value."""
        figures, cell = self.run.figures, self.run.figures.cell()
        rate = throughput(figures)
        ours = figures.cell(direction=Direction.SENT)
        answers = ours.count - ours.outcomes[UNANSWERED] - ours.outcomes[LOST]
        told_of_run = [
            ("CALLs", f"{cell.count} ({cell.outcomes[ANSWERED]} answered as they should be)"),
            ("throughput", "not measured" if rate is None else f"{rate:.1f} answers/s with the whole fleet"),
            (
                "stability",
                f"{figures.stability * 100:.3f} % (connected {figures.connected:.1f} of {figures.expected:.1f} s)",
            ),
            (
                CHECKED,
                f"{100 * min(ours.checked, answers) / answers:.1f} %" if answers else "no answers",
            ),
        ]
        if self.run.floor is not None and len(own := self.run.floor.cell().scheduled):
            told_of_run.append(
                (
                    "the generator's own latency, p50 / p99",
                    " / ".join(told(own.percentile(p), Unit.TIME) for p in (0.5, 0.99)),
                )
            )
        return told_of_run

    @cached_property
    def workers(self) -> Sequence[tuple[str, ...]]:
        """The workers of the generator: stations, CPU (mean and most), worst lag, messages sent late, memory."""
        names = sorted({name for second in self.run.figures.seconds.values() for name in second.health})
        return [self._worker(name) for name in names]

    def _worker(self, name: str) -> tuple[str, ...]:
        each = [second.health[name] for second in self.run.figures.seconds.values() if name in second.health]
        cpus = [one.cpu for one in each]
        memory, stations = max(one.memory for one in each), max(one.stations for one in each)
        return (
            name,
            str(stations),
            f"{100 * sum(cpus) / len(cpus):.0f} %",
            f"{100 * max(cpus):.0f} %",
            told(max(one.lag for one in each), Unit.TIME),
            str(sum(one.missed for one in each)),
            f"{memory / 2**20:.0f} MiB" if memory else "not told",
            f"{memory / 1024 / stations:.0f} KiB" if memory and stations else "",
        )


def trend_in_words(trend: Trend) -> str:
    """Return a slope with its error, per hour."""
    scale, unit = {Unit.TIME: (3_600_000.0, "ms"), Unit.RATE: (3600.0, "/s")}.get(trend.unit, (3600.0, ""))
    growth = "grows" if trend.grows else "no certain growth"
    return f"{trend.slope * scale:+.3g} ± {trend.error * scale:.2g} {unit}".rstrip() + f" per hour ({growth})"


def milliseconds(seconds: float) -> str:
    """Return a duration in ms as tables show it."""
    return f"{seconds * 1000:.1f}"


def _percentiles(latencies: Latencies) -> Sequence[float]:
    return [latencies.percentile(part) for part in PARTS.values()] if len(latencies) else []


def _together(figures: Figures, numbers: Sequence[int]) -> Second:
    merged = Second()
    for number in numbers:
        merged.merge(figures.seconds.get(number, Second()))
    return merged
