"""What a log holds as something to be played again: step by step, each line of a station by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from statistics import median_high
from typing import Any

from harness.fieldlog.form import Turn
from harness.fieldlog.reading import Change, Fieldlog, Logged
from harness.judgement import iso8601, timestamps
from harness.ocppj import CALL, CALLERROR, CALLRESULT
from harness.schemas import Kind
from harness.versions import V16, Version

WAITED = 1.0
"""Seconds after a CALL from which on a log shows that it was not answered."""

_NOW = "currentTime"


class Act(StrEnum):
    """What happens in a step; CALL and ANSWER are the station's, ASKED and ANSWERED the central system's.

    ENDED is a connection of which the log does not say who ended it, LOST one that the network did.
    """

    OPENED = "opened"
    REFUSED = "refused"
    CLOSED = "closed"
    CLOSED_BY_CENTRAL = "closed by the central system"
    ENDED = "ended"
    LOST = "lost"
    CALL = "call"
    ANSWER = "answer"
    ASKED = "asked"
    ANSWERED = "answered"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its place ``index`` in the whole log, its line there, and its time if it has one.

    ``action`` is that of a CALL, or of the CALL that is answered; ``of`` is the index of the latter's step.
    """

    index: int
    act: Act
    line: int
    at: float | None
    frame: Logged | None = None
    action: str = ""
    of: int | None = None

    @property
    def elements(self) -> Sequence[Any]:
        """The elements of the frame; none where there is none."""
        return self.frame.elements if self.frame else ()

    @property
    def payload(self) -> Any:
        """The payload of a CALL or a CALLRESULT, None of anything else."""
        place = {CALL: 3, CALLRESULT: 2}.get(self.elements[0]) if self.elements else None
        return self.elements[place] if place is not None and len(self.elements) > place else None


@dataclass(slots=True)
class Part:
    """The steps of one line of a station, in order; ``answers`` has the step that answers another, by its index."""

    station: str
    version: Version
    connection: int
    steps: list[Step] = field(default_factory=list)
    answers: dict[int, Step] = field(default_factory=dict)

    def waited(self, call: Step) -> float:
        """Return the seconds for which the log shows a CALL without an answer: until its connection ends.

        There are none where the network ended it, which may have lost the answer too.
        """
        if call.at is None:
            return 0.0
        later = [one for one in self.steps if one.index > call.index and one.at is not None]
        end = next((one for one in later if one.act in _ENDS), later[-1] if later else None)
        if end is None or end.at is None or end.act is Act.LOST:
            return 0.0
        return end.at - call.at

    @property
    def calls(self) -> Iterator[tuple[Step, Step | None]]:
        """The CALLs of the station, each with the step that answers it, if there is one."""
        return ((one, self.answers.get(one.index)) for one in self.steps if one.act is Act.CALL)


_ENDS = frozenset({Act.CLOSED, Act.CLOSED_BY_CENTRAL, Act.ENDED, Act.LOST})


@dataclass(frozen=True, slots=True)
class Score:
    """All parts of a log, which lasted from ``first`` to ``last`` in seconds of its own, and ``ended`` at this moment.

    The moment is that of the wire, not of the logger: the latest present time that the central system told, else the
    latest moment that a station did; None where no frame tells of any.
    """

    parts: Sequence[Part]
    first: float
    last: float
    ended: datetime | None

    def moment(self, step: Step) -> datetime | None:
        """Return when a step happened, None where the log does not tell."""
        if self.ended is None or step.at is None:
            return self.ended
        return self.ended - timedelta(seconds=self.last - step.at)


def score(log: Fieldlog) -> Score:
    """Return what is to be played of a log."""
    parts: dict[tuple[str, int], Part] = {}
    open_calls: dict[tuple[str, int, bool, str], Step] = {}
    silent = next(iter(log.versions.values()), V16)
    for index, one in enumerate(log.entries):
        station = one.station or ""
        version = log.versions.get(station, silent)
        part = parts.setdefault((station, one.connection), Part(station, version, one.connection))
        if isinstance(one, Change):
            part.steps.append(Step(index, _act_of(one), one.line, one.at))
            continue
        step = _step(index, one, open_calls)
        part.steps.append(step)
        if step.of is not None:
            part.answers[step.of] = step
    times = [step.at for part in parts.values() for step in part.steps if step.at is not None]
    first, last = min(times, default=0.0), max(times, default=0.0)
    return Score(list(parts.values()), first, last, _ended(log, last))


def _act_of(change: Change) -> Act:
    if change.turn is not Turn.CLOSED:
        return Act(change.turn.value)
    if change.by_station is None:
        return Act.ENDED
    return Act.CLOSED if change.by_station else Act.CLOSED_BY_CENTRAL


def _step(index: int, one: Logged, open_calls: dict[tuple[str, int, bool, str], Step]) -> Step:
    """Return the step that a frame is; CALLs are kept until they are answered."""
    kind, by_station = one.elements[0] if one.elements else None, bool(one.by_station)
    place = (one.station or "", one.connection)
    if kind == CALL and len(one.elements) > 2:
        call = Step(index, Act.CALL if by_station else Act.ASKED, one.line, one.at, one, str(one.elements[2]))
        open_calls[*place, by_station, str(one.elements[1])] = call
        return call
    if kind in (CALLRESULT, CALLERROR) and len(one.elements) > 1:
        act = Act.ANSWER if by_station else Act.ANSWERED
        answered = open_calls.pop((*place, not by_station, str(one.elements[1])), None)
        if answered is not None:
            return Step(index, act, one.line, one.at, one, answered.action, answered.index)
    return Step(index, Act.OTHER, one.line, one.at, one)


def _ended(log: Fieldlog, last: float) -> datetime | None:
    """Return the moment at which a log ends, as most of what was told has it: by the central system, else by stations.

    Where frames have no times, it is the latest that was told.
    """
    told: dict[bool, list[tuple[datetime, float | None]]] = {True: [], False: []}
    for one in log.frames:
        found = _told_by_station(one, log.versions[one.station or ""]) if one.by_station else _told_by_central(one)
        told[bool(one.by_station)] += [(in_utc(moment), one.at) for text in found if (moment := iso8601(text))]
    moments = told[False] or told[True]
    ends = [moment + timedelta(seconds=last - at) for moment, at in moments if at is not None]
    return median_high(ends) if ends else max((moment for moment, _ in moments), default=None)


def in_utc(moment: datetime) -> datetime:
    """Return a moment with a time zone, which is UTC where none is named."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _told_by_central(one: Logged) -> Iterator[str]:
    if one.elements[:1] == [CALLRESULT] and isinstance(payload := one.elements[-1], dict):
        now = payload.get(_NOW)
        if isinstance(now, str):
            yield now


def _told_by_station(one: Logged, version: Version) -> Iterator[str]:
    if one.elements[:1] == [CALL] and len(one.elements) > 3 and one.elements[2] in version.schemas.actions:
        schema = version.schemas.schema(one.elements[2], Kind.REQUEST)
        yield from (text for _, text in timestamps(one.elements[3], schema))
