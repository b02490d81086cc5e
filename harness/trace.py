"""The recorded wire: who, when, what text, and what the parser made of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from harness.ocppj import Call, CallError, CallResult, Frame
from harness.rules import Problem, Rule, Ruling

MAX_RECORDED_TEXT = 65_536
"""Characters of one message that a trace keeps; what is longer is cut with a note of its length."""


class Direction(StrEnum):
    """Seen from the station."""

    SENT = "sent"
    RECEIVED = "received"

    __hash__ = str.__hash__  # that of an enum is a function in Python, and figures are kept by direction


class Event(StrEnum):
    """What happened on the wire; LOST is what the network ended, or did not let through, FAULT what was asked for.

    LOG is what real firmware says of itself meanwhile, a line each.
    """

    OPENED = "opened"
    REFUSED = "refused"
    TEXT = "text"
    BINARY = "binary"
    PING = "ping"
    PONG = "pong"
    CLOSED = "closed"
    LOST = "lost"
    FAULT = "fault"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event on the wire of one station; ``at`` is in seconds since the trace began.

    ``connection`` tells apart the connections that an identity holds at the same time; the first has number 1.
    ``rules`` are those of the wire that it was held to, ``problems`` what it broke of them.
    """

    index: int
    at: float
    station: str
    connection: int
    direction: Direction
    event: Event
    text: str
    frame: Frame | None = None
    rules: tuple[Rule, ...] = ()
    problems: tuple[Problem, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the entry as a JSON object; the frame is left out, for it follows from the text."""
        members: dict[str, Any] = {
            "index": self.index,
            "at": round(self.at, 6),
            "station": self.station,
            "connection": self.connection,
            "direction": self.direction.value,
            "event": self.event.value,
            "text": _cut(self.text),
        }
        if self.problems:
            members["problems"] = [
                {
                    "rule": problem.rule.id,
                    "clause": problem.rule.clause,
                    "level": problem.level.value,
                    "expected": _cut(problem.expected),
                    "observed": _cut(problem.observed),
                }
                for problem in self.problems
            ]
        return members

    def label(self) -> str:
        """Return a short description: the action and id of a frame, or the event and its text."""
        match self.frame:
            case Call():
                return f"CALL {self.frame.action}"
            case CallResult():
                return "CALLRESULT"
            case CallError():
                return f"CALLERROR {self.frame.code}"
        return f"{self.event.value} {self.text[:80]}".strip()


def _cut(text: str) -> str:
    kept = text[:MAX_RECORDED_TEXT]
    return text if kept == text else f"{kept}… ({len(text)} characters in all)"


class Trace:
    """The wire of all stations of one scenario, in the order in which the harness saw it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, kept: bool = True) -> None:
        """Begin an empty one; entries that are not ``kept`` are only told to who listens."""
        self._clock = clock
        self._listeners: list[Callable[[Entry], None]] = []
        self._began = clock()
        self._kept = kept
        self._count = 0
        self._entries: list[Entry] = []
        self._regarded: int | None = None

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    @property
    def now(self) -> float:
        """Seconds since it began."""
        return self._clock() - self._began

    def __getitem__(self, index: int) -> Entry:
        return self._entries[index]

    def add(
        self,
        station: str,
        direction: Direction,
        event: Event,
        text: str = "",
        *,
        connection: int = 1,
        frame: Frame | None = None,
        ruling: Ruling | None = None,
    ) -> Entry:
        """Append an event and return its entry."""
        ruled = (tuple(ruling.rules), tuple(ruling.problems)) if ruling else ((), ())
        return self._append(Entry(self._count, self.now, station, connection, direction, event, text, frame, *ruled))

    def take(self, entry: Entry, *, judged: bool) -> Entry:
        """Append what another trace has just recorded, with what the rules say of it if it is to be ``judged`` here."""
        ruled: dict[str, Any] = {} if judged else {"rules": (), "problems": ()}
        return self._append(replace(entry, index=self._count, at=self.now, **ruled))

    def _append(self, entry: Entry) -> Entry:
        self._count += 1
        if self._kept:
            self._entries.append(entry)
        for listener in self._listeners:
            listener(entry)
        return entry

    def listen(self, listener: Callable[[Entry], None]) -> None:
        """Have each entry told to somebody as it is added."""
        self._listeners.append(listener)

    def regard(self, entry: Entry) -> None:
        """Note that a scenario is now looking at this entry, which the central system produced."""
        self._regarded = entry.index

    def evidence(self) -> int | None:
        """Return the index of the entry that the scenario is looking at, or of the newest that was received.

        None as long as the central system has produced nothing.
        """
        if self._regarded is not None:
            return self._regarded
        return next((e.index for e in reversed(self._entries) if e.direction is Direction.RECEIVED), None)

    def lines(self) -> Iterator[str]:
        """Yield the trace as JSON lines."""
        for entry in self:
            yield json.dumps(entry.to_json(), ensure_ascii=False)


def lost(trace: Iterable[Entry]) -> list[str]:
    """Return what the network ended, or did not let through."""
    return [entry.text for entry in trace if entry.event is Event.LOST]


def faults(trace: Iterable[Entry]) -> list[str]:
    """Return the faults of messages that struck, as they were asked for."""
    return [entry.text for entry in trace if entry.event is Event.FAULT]


def line_name(members: Mapping[str, Any]) -> str:
    """Return the station of an entry in its JSON form, and which of its simultaneous connections if not the first."""
    number = members.get("connection", 1)
    return f"{members['station']}{'' if number == 1 else f' (connection {number})'}"


def entry_line(members: Mapping[str, Any]) -> str:
    """Return one line for a person from an entry in its JSON form."""
    arrow = "→" if members["direction"] == Direction.SENT else "←"
    event = "" if members["event"] == Event.TEXT else f"({members['event']}) "
    return f"{members['at']:8.3f}  {line_name(members)} {arrow} {event}{members['text'][:400]}"
