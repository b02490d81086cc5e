"""Gates: limits that the figures of a run must keep, and by how much they are missed.

A gate is written ``p95=100ms``, ``p99.Authorize=50ms``, ``max.*=1s``, ``coverage.cases=90%``, ``errors=0``; the same
words hold for conformance runs and for load runs, on the command line and in the target file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from harness.load.latencies import Latencies

EVERY = "*"
"""In the place of an action: the gate holds for each action by itself."""

COVERABLE = ("requirements", "cases")
"""In the place of an action: what coverage is told of; where neither is named, scenarios are meant."""


class GateError(ValueError):
    """A gate that cannot be understood; the text says how gates are written."""


class Unit(StrEnum):
    """What a limit is counted in; a COUNT, unlike a NUMBER, may be given as a share of all CALLs too."""

    TIME = "time"
    SHARE = "share"
    COUNT = "count"
    NUMBER = "number"
    RATE = "rate"
    GROWTH = "growth"


class Measurement(StrEnum):
    """What figures come from: a conformance run, a load run, or foreign stations that are watched."""

    RUN = "run"
    LOAD = "load"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a gate is about: its unit, whether the figure must be at most or at least the limit, an example.

    ``of`` is what it may be about a part of, but for actions: where it is about those, ``per_action`` is set.
    ``measured_by`` is what has such a figure.
    """

    unit: Unit
    at_most: bool
    per_action: bool
    example: str
    of: Collection[str] = ()
    measured_by: Collection[Measurement] = tuple(Measurement)


_PLAYED, _LOADED = (Measurement.RUN,), (Measurement.LOAD,)

KINDS: Mapping[str, Kind] = {
    "p": Kind(Unit.TIME, True, True, "p95=100ms"),
    "max": Kind(Unit.TIME, True, True, "max=2s"),
    "errors": Kind(Unit.COUNT, True, True, "errors=0", measured_by=_LOADED),
    "unanswered": Kind(Unit.COUNT, True, True, "unanswered=0"),
    "throughput": Kind(Unit.RATE, False, True, "throughput=1000/s", measured_by=_LOADED),
    "growth": Kind(Unit.GROWTH, True, True, "growth=1ms/min", measured_by=_LOADED),
    "stability": Kind(Unit.SHARE, False, False, "stability=99.9%"),
    "coverage": Kind(Unit.SHARE, False, False, "coverage=95%", COVERABLE, _PLAYED),
    "applicable": Kind(Unit.SHARE, False, False, "applicable.cases=80%", COVERABLE, _PLAYED),
    "accuracy": Kind(Unit.SHARE, False, False, "accuracy=99%", measured_by=_PLAYED),
    "news": Kind(Unit.NUMBER, True, False, "news=0", measured_by=(Measurement.RUN, Measurement.WATCH)),
}
"""All gates there are, "p" being any percentile."""

_NAME = re.compile(r"(p(?=\d)|[a-z]+)(\d+(?:\.\d+)?)?(?:\.(\*|[A-Za-z]\w*))?")
_LIMITS = {
    Unit.TIME: (re.compile(r"(\d+(?:\.\d+)?)(us|µs|ms|s)"), {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0}),
    Unit.SHARE: (re.compile(r"(\d+(?:\.\d+)?)(%)"), {"%": 0.01}),
    Unit.COUNT: (re.compile(r"(\d+(?:\.\d+)?)(%|)"), {"%": 0.01, "": 1.0}),
    Unit.NUMBER: (re.compile(r"(\d+)()"), {"": 1.0}),
    Unit.RATE: (re.compile(r"(\d+(?:\.\d+)?)(/s|/min)"), {"/s": 1.0, "/min": 1 / 60}),
    Unit.GROWTH: (
        re.compile(r"(\d+(?:\.\d+)?)(us/min|ms/min|ms/h)"),
        {"us/min": 1e-6 / 60, "ms/min": 1e-3 / 60, "ms/h": 1e-3 / 3600},
    ),
}


@dataclass(frozen=True, slots=True)
class Gate:
    """A limit: times in seconds, shares from 0 to 1, rates and growth per second.

    ``part`` is that of a percentile, 0 to 1; ``action`` is None where all count together, EVERY where each does, and of
    coverage one of COVERABLE.
    ``unit`` is SHARE for a count that was given as a share.
    """

    name: str
    kind: str
    limit: float
    unit: Unit
    part: float = 1.0
    action: str | None = None

    @property
    def at_most(self) -> bool:
        """Whether the figure must not exceed the limit; otherwise it must reach it."""
        return KINDS[self.kind].at_most

    @property
    def subject(self) -> tuple[str, float, str | None]:
        """What it is about, whatever the limit and however its name is written."""
        return self.kind, self.part, self.action

    def __str__(self) -> str:
        return f"{self.name}={told(self.limit, self.unit)}"


def gate(text: str) -> Gate:
    """Return the gate that a text such as ``p99.Authorize=50ms`` stands for; raises GateError."""
    name, equals, limit = (part.strip() for part in text.partition("="))
    if not equals:
        raise GateError(f"{text!r} is no gate: a gate is a name and a limit, such as {_examples()}")
    return _gate(name, limit)


def gates(table: Mapping[str, Any]) -> tuple[Gate, ...]:
    """Return the gates of a table, names and limits; an unquoted ``p99.Authorize`` of TOML is understood too."""
    return tuple(_gate(name, str(limit)) for name, limit in _flat(table))


def binding(declared: Iterable[Gate], asked: Iterable[Gate], by: Measurement) -> tuple[Gate, ...]:
    """Return the gates that a measurement is held to: those asked for, and those declared for all measurements.

    A declared one is left out where the measurement has no such figure, and where one asked for is about the same.
    """
    asked = tuple(asked)
    subjects = {one.subject for one in asked}
    return (*(one for one in declared if _measures(by, one) and one.subject not in subjects), *asked)


def _measures(by: Measurement, one: Gate) -> bool:
    """Return whether a measurement has the figure that a gate is about; only load runs count by action."""
    counted_by_action = one.action is not None and KINDS[one.kind].unit is Unit.COUNT
    return by in KINDS[one.kind].measured_by and (by is Measurement.LOAD or not counted_by_action)


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _gate(name: str, limit: str) -> Gate:
    found = _NAME.fullmatch(name)
    kind, part, action = found.groups() if found else ("", None, None)
    if kind not in KINDS or (kind == "p") is (part is None) or (part and not 0 < float(part) <= 100):
        raise GateError(f"{name!r} is nothing that can be gated; there are {_examples()}")
    if action is not None and not (KINDS[kind].per_action or action in KINDS[kind].of):
        of = " and ".join(KINDS[kind].of)
        raise GateError(f"{name!r}: {kind} is not measured by action{of and f', but of {of}'}")
    unit = KINDS[kind].unit
    pattern, units = _LIMITS[unit]
    matched = pattern.fullmatch(limit.replace(" ", ""))
    if matched is None:
        raise GateError(f"{name}={limit}: the limit is not understood; write it as in {KINDS[kind].example}")
    number, suffix = matched.groups()
    if suffix == "%":
        unit = Unit.SHARE
    part = float(part) / 100 if part else 1.0
    return Gate(name, kind, round(float(number) * units[suffix], 12), unit, round(part, 9), action)


def _examples() -> str:
    return ", ".join(kind.example for kind in KINDS.values())


class Measured(Protocol):
    """What gates are held against; None stands for all actions together, and for what the run does not measure."""

    @property
    def actions(self) -> Sequence[str]:
        """The actions that there were."""
        ...

    def latencies(self, action: str | None) -> Latencies:
        """Return how long answers took."""
        ...

    def calls(self, action: str | None) -> int:
        """Return how many CALLs there were."""
        ...

    def figure(self, kind: str, action: str | None) -> float | None:
        """Return a count, a rate per second or a share, by the name of its gate."""
        ...

    def place(self, gate: Gate, action: str | None) -> str:
        """Return where a gate was missed in a few words: actions, times, stations."""
        ...


@dataclass(frozen=True, slots=True)
class Judged:
    """A gate and what became of it; ``by`` says by how much it was missed and ``place`` where, for one that was."""

    gate: str
    limit: str
    observed: str
    met: bool
    by: str = ""
    place: str = ""


def judge(asked: Iterable[Gate], measured: Measured) -> list[Judged]:
    """Return what became of each gate; one about every action becomes one of each."""
    return [
        _judge(one, action, measured)
        for one in asked
        for action in (measured.actions if one.action == EVERY else [one.action])
    ]


def _judge(one: Gate, action: str | None, measured: Measured) -> Judged:
    name = one.name.replace(EVERY, action or EVERY)
    limit = f"{'≤' if one.at_most else '≥'} {told(one.limit, one.unit)}"
    timed = KINDS[one.kind].unit is Unit.TIME
    latencies = measured.latencies(action) if timed else None
    found = _percentile(latencies, one.part) if latencies is not None else _figure(one, action, measured)
    if found is None:
        return Judged(name, limit, "not measured", False, "unknown")
    if latencies is not None:
        met = latencies.within(one.part, one.limit)
    else:
        met = found <= one.limit if one.at_most else found >= one.limit
    observed = told(found, one.unit)
    if met:
        return Judged(name, limit, observed, True)
    return Judged(name, limit, observed, False, _by(one, found), measured.place(one, action))


def _percentile(latencies: Latencies, part: float) -> float | None:
    return latencies.percentile(part) if len(latencies) else None


def _figure(one: Gate, action: str | None, measured: Measured) -> float | None:
    """Return the figure that a gate is about, as a share where its limit is one; None where there is none."""
    found = measured.figure(one.kind, action)
    if found is None or not (one.unit is Unit.SHARE and KINDS[one.kind].unit is Unit.COUNT):
        return found
    calls = measured.calls(action)
    return found / calls if calls else None


def _by(one: Gate, found: float) -> str:
    """Return by how much a gate was missed, times and rates with the factor."""
    difference = told(abs(found - one.limit), one.unit)
    if one.unit in (Unit.TIME, Unit.RATE) and min(found, one.limit) > 0:
        return f"{difference} (×{found / one.limit:.2f})"
    return difference


def told(value: float, unit: Unit) -> str:
    """Return a figure in words."""
    match unit:
        case Unit.TIME:
            return f"{value * 1000:.1f} ms" if value < 10 else f"{value:.1f} s"
        case Unit.SHARE:
            return f"{value * 100:.3f} %"
        case Unit.RATE:
            return f"{value:.1f}/s"
        case Unit.GROWTH:
            return f"{value * 60_000:.3f} ms/min"
        case Unit.COUNT | Unit.NUMBER:
            return f"{value:g}"
