"""How well stations were served, whatever the verdicts: answer times, stability, what remained unanswered.

Everything follows from traces. A connection counts from its handshake, if OCPP was spoken on it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.ocppj import Call, CallError, CallResult
from harness.trace import Direction, Entry, Event

WAITED = 0.95
"""The part of the patience after which a CALL counts as unanswered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What stations saw, in seconds: ``answers`` are how long CALLs waited for theirs, by action.

    ``expected`` is how long stations wanted to be connected: from the handshake on, also after an end that was not
    theirs, until they had connected again or left. ``ended`` counts the ends by the central system, but for those
    that followed an improper message or another connection of the station, ``lost`` those by the network, and
    ``reconnects`` is how long it took each time. ``unanswered`` counts CALLs that waited in vain as long as patience
    lasts.
    """

    answers: Mapping[str, Sequence[float]] = field(default_factory=dict)
    connected: float = 0.0
    expected: float = 0.0
    ended: int = 0
    lost: int = 0
    reconnects: Sequence[float] = ()
    unanswered: int = 0

    @property
    def stability(self) -> float:
        """The part of the time for which stations were connected while they wanted to be, 0 to 1."""
        return self.connected / self.expected if self.expected else 1.0

    @property
    def steady(self) -> bool:
        """Whether no connection ended before its time, and no CALL waited in vain."""
        return not (self.ended or self.lost or self.unanswered)

    @property
    def times(self) -> Sequence[float]:
        """The answer times of all actions."""
        return [seconds for times in self.answers.values() for seconds in times]

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> Service:
        """Return what a record holds."""
        answers = {action: tuple(times) for action, times in members["answers"].items()}
        return cls(**{**members, "answers": answers, "reconnects": tuple(members["reconnects"])})


@dataclass(slots=True)
class _Line:
    """What is known of one connection number of a station while its trace is read."""

    opened: float | None = None
    gone: float | None = None
    spoken: bool = False
    improper: bool = False
    last: float = 0.0
    waiting: dict[str, tuple[str, float]] = field(default_factory=dict)


class Reading:
    """Reads one trace, entry by entry; ``patience`` is how long its stations wait for an answer, in seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lines: defaultdict[tuple[str, int], _Line] = defaultdict(_Line)
        self.answers: defaultdict[str, list[float]] = defaultdict(list)
        self.connected = self.expected = 0.0
        self.ended = self.lost = self.unanswered = 0
        self.reconnects: list[float] = []

    def take(self, entry: Entry) -> None:
        """Take the next entry."""
        line = self._lines[entry.station, entry.connection]
        line.last = entry.at
        match entry.event:
            case Event.OPENED:
                self._open(line, entry.at)
            case Event.CLOSED | Event.LOST:
                self._end(line, entry)
            case Event.TEXT | Event.BINARY:
                self._message(line, entry)

    def finish(self) -> Service:
        """Return how the stations were served, once nothing follows."""
        for line in self._lines.values():
            self._close(line, line.last)
            if line.gone is not None:
                self.expected += line.last - line.gone
        return Service(
            answers={action: tuple(times) for action, times in sorted(self.answers.items())},
            connected=round(self.connected, 4),
            expected=round(self.expected, 4),
            ended=self.ended,
            lost=self.lost,
            reconnects=tuple(self.reconnects),
            unanswered=self.unanswered,
        )

    def _open(self, line: _Line, at: float) -> None:
        self._close(line, at)
        line.opened, line.spoken, line.improper = at, False, False
        if line.gone is not None:
            self.reconnects.append(round(at - line.gone, 4))
            self.expected += at - line.gone
            line.gone = None

    def _end(self, line: _Line, entry: Entry) -> None:
        if line.opened is None or not line.spoken:
            line.opened = None
            return
        others = (one for key, one in self._lines.items() if key[0] == entry.station and one is not line)
        replaced = any(one.opened is not None for one in others)
        theirs = entry.direction is Direction.RECEIVED and not line.improper and not replaced
        self._close(line, entry.at)
        self.lost += entry.event is Event.LOST
        self.ended += theirs
        if theirs or entry.event is Event.LOST:
            line.gone = entry.at

    def _close(self, line: _Line, at: float) -> None:
        if line.opened is not None and line.spoken:
            self.connected += at - line.opened
            self.expected += at - line.opened
        line.opened = None
        self.unanswered += sum(at - since >= WAITED * self._patience for _, since in line.waiting.values())
        line.waiting.clear()

    def _message(self, line: _Line, entry: Entry) -> None:
        if entry.direction is Direction.SENT and (entry.frame is None or entry.event is Event.BINARY):
            line.improper = True
        match entry.direction, entry.frame:
            case Direction.SENT, Call(unique_id, action):
                line.waiting[unique_id] = action, entry.at
            case Direction.RECEIVED, CallResult(unique_id) | CallError(unique_id):
                if known := line.waiting.pop(unique_id, None):
                    self.answers[known[0]].append(round(entry.at - known[1], 4))
        if entry.event is Event.TEXT and entry.frame is not None:
            line.spoken = True
            if line.opened is None and line.gone is None:  # it was connected before this trace began
                line.opened = entry.at


def service_of(trace: Iterable[Entry], patience: float) -> Service:
    """Return how the stations of a trace were served; ``patience`` is how long they wait for an answer."""
    reading = Reading(patience)
    for entry in trace:
        reading.take(entry)
    return reading.finish()


def total(services: Iterable[Service]) -> Service:
    """Return how stations were served over several traces."""
    each = list(services)
    answers: defaultdict[str, list[float]] = defaultdict(list)
    for one in each:
        for action, times in one.answers.items():
            answers[action] += times
    return Service(
        answers=dict(sorted(answers.items())),
        connected=sum(one.connected for one in each),
        expected=sum(one.expected for one in each),
        ended=sum(one.ended for one in each),
        lost=sum(one.lost for one in each),
        reconnects=[seconds for one in each for seconds in one.reconnects],
        unanswered=sum(one.unanswered for one in each),
    )


def percentile(times: Sequence[float], part: float) -> float:
    """Return the smallest time that ``part`` of the times, 0 to 1, do not exceed; there is at least one."""
    return sorted(times)[max(0, math.ceil(part * len(times)) - 1)]
