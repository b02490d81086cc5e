"""Judges a log without any target: both sides are held to the rules of the wire, station by station."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.fieldlog.reading import Fieldlog, Logged
from harness.rules import ID_FRESH, ID_KNOWN, ONE_ANSWER, Problem
from harness.trace import Trace
from harness.verdict import SHOULD
from harness.wire import Wire

_UNSURE = frozenset({ID_FRESH, ID_KNOWN, ONE_ANSWER})


@dataclass(frozen=True, slots=True)
class Broken:
    """A frame that breaks a rule, and whether it is the station's."""

    frame: Logged
    by_station: bool
    problem: Problem


class _Both:
    """The wire of one station, judged from either end."""

    def __init__(self, log: Fieldlog, station: str) -> None:
        self.of_central = Wire(station, log.version, Trace())
        self.of_station = Wire(station, log.version, Trace())

    def pass_on(self, frame: Logged) -> tuple[Problem, ...]:
        judge, other = (self.of_station, self.of_central) if frame.by_station else (self.of_central, self.of_station)
        other.sent(list(frame.elements))
        return judge.received(frame.text).problems


def judge(log: Fieldlog) -> Iterator[Broken]:
    """Yield what the frames of a log break, in their order.

    What rests on frames that a log may lack, or on connections that it does not tell apart, only remarks.
    """
    stations: dict[str, _Both] = {}
    for frame in log.frames:
        station = frame.station or ""
        both = stations.setdefault(station, _Both(log, station))
        for problem in both.pass_on(frame):
            fair = replace(problem, level=SHOULD) if problem.demand in _UNSURE else problem
            yield Broken(frame, bool(frame.by_station), fair)
