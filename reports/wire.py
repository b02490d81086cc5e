"""The recorded wire of one scenario, read back from its trace file and put into words."""

from __future__ import annotations

import json
import math
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from harness.trace import Direction, Event, line_name

FIRST_MESSAGES: Final = 300
LAST_MESSAGES: Final = 200
"""How much of the wire of a flooded scenario is kept, besides the messages that a check points to."""

_STRING = r'"((?:[^"\\]|\\.)*)"'
_FRAME = re.compile(rf"\s*\[\s*([234])\s*,\s*{_STRING}\s*(?:,\s*{_STRING})?")
_STATUS = re.compile(r'"status"\s*:\s*"(\w{1,40})"')
_STATUS_WITHIN = 2_000


class Shape(StrEnum):
    """How a message is drawn."""

    CALL = "call"
    RESULT = "result"
    ERROR = "error"
    OTHER = "other"
    CONNECTION = "connection"


@dataclass(frozen=True, slots=True)
class Message:
    """One event on the wire in words; ``at`` is in seconds since the trace began.

    ``station`` names the connection too where it is not the first of its identity.
    """

    index: int
    at: float
    station: str
    direction: Direction
    event: Event
    shape: Shape
    label: str
    text: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wire:
    """What is left of a trace; ``remark`` says what is missing and why, empty when nothing is."""

    messages: Sequence[Message] = ()
    remark: str = ""

    @property
    def stations(self) -> list[str]:
        """The stations in order of appearance."""
        return list(dict.fromkeys(message.station for message in self.messages))


def load(folder: Path, trace: str, evidence: Collection[int] = ()) -> Wire:
    """Read the trace file ``trace`` of a run record that lies in ``folder``; never raises for its content.

    Of a long trace the first and last messages are kept, and those whose index is in ``evidence``.
    """
    path = folder / trace
    damaged: list[int] = []
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return Wire(remark=f"The trace {trace} lies outside the folder of the record and is not shown.")
        with path.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            messages, left_out = _excerpt(_messages(lines, damaged), evidence)
    except (OSError, ValueError) as error:
        return Wire(remark=f"The trace {trace} cannot be read: {getattr(error, 'strerror', None) or error}.")
    return Wire(messages, " ".join(_remarks(trace, damaged, left_out)))


def _remarks(trace: str, damaged: Sequence[int], left_out: int) -> Iterator[str]:
    if damaged:
        count = f", and {len(damaged) - 1} more" if len(damaged) > 1 else ""
        yield f"The trace {trace} is damaged: line {damaged[0]} is no trace entry{count}."
    if left_out:
        yield f"{left_out} events in the middle are not shown; all are in {trace}."


def _excerpt(messages: Iterable[Message], evidence: Collection[int]) -> tuple[list[Message], int]:
    first: list[Message] = []
    last: deque[Message] = deque(maxlen=LAST_MESSAGES)
    left_out = 0
    for message in messages:
        if len(first) < FIRST_MESSAGES:
            first.append(message)
            continue
        if len(last) == LAST_MESSAGES:
            if last[0].index in evidence:
                first.append(last[0])
            else:
                left_out += 1
        last.append(message)
    return [*first, *last], left_out


def _messages(lines: Iterable[str], damaged: list[int]) -> Iterator[Message]:
    narrator = Narrator()
    for number, line in enumerate(lines, 1):
        try:
            yield narrator.message(json.loads(line))
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            damaged.append(number)


@dataclass(slots=True)
class Narrator:
    """Names answers after the CALL that they belong to."""

    asked: dict[tuple[str, Direction, str], str] = field(default_factory=dict)

    def message(self, members: dict[str, Any]) -> Message:
        """Return an entry, given in its JSON form, in words; raises ValueError, TypeError or KeyError if it is none."""
        index, at = members["index"], float(members["at"])
        if not isinstance(index, int) or not math.isfinite(at):
            raise ValueError("an entry needs a number and a time")
        station, text = line_name(members), str(members["text"])
        direction, event = Direction(members["direction"]), Event(members["event"])
        shape, label = self._words(station, direction, text) if event is Event.TEXT else _event_words(event, text)
        problems = tuple(
            f"{p['clause']} ({p['level']}): expected {p['expected']}, observed {p['observed']}"
            for p in members.get("problems", ())
        )
        return Message(index, at, station, direction, event, shape, label, text, problems)

    def _words(self, station: str, direction: Direction, text: str) -> tuple[Shape, str]:
        if not (match := _FRAME.match(text)):
            return Shape.OTHER, "not an OCPP-J frame"
        kind, unique_id, name = match.groups()
        if kind == "2":
            self.asked[station, direction, unique_id] = name or "CALL"
            return Shape.CALL, name or "CALL without action"
        asker = Direction.RECEIVED if direction is Direction.SENT else Direction.SENT
        action = self.asked.pop((station, asker, unique_id), None)
        if kind == "4":
            return Shape.ERROR, f"{action or 'CALLERROR nobody asked for'}: {name or 'no error code'}"
        status = _STATUS.search(text, 0, _STATUS_WITHIN)
        outcome = f": {status[1]}" if status else ""
        return Shape.RESULT, f"{action or 'CALLRESULT nobody asked for'}{outcome}"


def _event_words(event: Event, text: str) -> tuple[Shape, str]:
    match event:
        case Event.OPENED | Event.REFUSED | Event.CLOSED:
            return Shape.CONNECTION, f"connection {event}: {text[:60]}".removesuffix(": ")
        case Event.BINARY:
            return Shape.OTHER, "binary message"
    return Shape.CONNECTION, f"{event} {text[:40]}".strip()
