"""Judges a log without any target: both sides are held to the rules of the wire, station by station."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.fieldlog.reading import Fieldlog, Logged
from harness.rules import ID_FRESH, ID_KNOWN, ONE_ANSWER, Problem
from harness.trace import Trace
from harness.verdict import SHOULD
from harness.wire import WatchedWire

_UNSURE = frozenset({ID_FRESH, ID_KNOWN, ONE_ANSWER})


@dataclass(frozen=True, slots=True)
class Broken:
    """A frame that breaks a rule, and whether it is the station's."""

    frame: Logged
    by_station: bool
    problem: Problem


def judge(log: Fieldlog) -> Iterator[Broken]:
    """Yield what the frames of a log break, in their order.

    What rests on frames that a log may lack, or on connections that it does not tell apart, only remarks.
    """
    wires: dict[str, WatchedWire] = {}
    for frame in log.frames:
        station = frame.station or ""
        wire = wires.setdefault(station, WatchedWire(station, log.version, Trace(kept=False)))
        entry = wire.sent(frame.text)[1] if frame.by_station else wire.received(frame.text)
        for problem in entry.problems:
            fair = replace(problem, level=SHOULD) if problem.demand in _UNSURE else problem
            yield Broken(frame, bool(frame.by_station), fair)
