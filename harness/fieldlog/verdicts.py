"""Judges a log without any target: both sides are held to the rules of the wire, station by station."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.fieldlog.form import Turn
from harness.fieldlog.reading import Change, Fieldlog, Logged
from harness.rules import ID_FRESH, ID_KNOWN, ONE_ANSWER, Problem
from harness.trace import Trace
from harness.verdict import SHOULD
from harness.versions import V16
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

    What rests on frames that a log may lack, or on connections where it tells of none, only remarks.
    """
    wires: dict[tuple[str, int], WatchedWire] = {}
    for one in log.entries:
        station = one.station or ""
        version = log.versions.get(station, V16)
        wire = wires.setdefault((station, one.connection), WatchedWire(station, version, Trace(kept=False)))
        if isinstance(one, Change):
            if one.turn is Turn.OPENED:
                wire.opened(one.connection, "")
            continue
        entry = wire.sent(one.text)[1] if one.by_station else wire.received(one.text)
        for problem in entry.problems:
            fair = replace(problem, level=SHOULD) if problem.demand in _UNSURE else problem
            yield Broken(one, bool(one.by_station), fair)
