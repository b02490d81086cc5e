"""The figures of a load run over its time: what stations report, counted so that parts of a fleet can be merged.

Times come in as seconds of the monotonic clock and are kept in seconds since the run began (``origin``). An exchange
belongs to the second in which it was due; in a long run some seconds (``width``) are kept as one, under the first.
Latency counts from when a message was due, so that one that had to wait for the answer to an earlier one shows it, and
from when it was sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Self

from harness.load.latencies import Latencies
from harness.trace import Direction

ANSWERED = "answered"
UNANSWERED = "unanswered"
LOST = "lost"
INVALID = "invalid"


class Cause(StrEnum):
    """Why a station's connection changed; any other text is a failure, such as "refused: HTTP 503".

    DUE is when it is to be connected from now on, LEFT when it goes of its own accord and is expected no longer.
    """

    DUE = "due"
    OPENED = "opened"
    LEFT = "left"


_IN_ORDER = frozenset(cause.value for cause in Cause)


class Exchange(NamedTuple):
    """One CALL and what became of it: when it was due, when it was sent, and when its answer was there.

    ``direction`` is seen from the station. Of a CALL of the central system, ``scheduled`` is when the operator asked,
    ``sent`` when the order was taken, ``received`` when its end was known. ``outcome`` is ANSWERED, the code of the
    CALLERROR, INVALID (the answer breaks its schema), UNANSWERED or LOST (with the connection); where no answer came,
    ``received`` is when the waiting ended. ``checked`` is whether the answer was held to its schema.

    There is one for each CALL of a run: a tuple is made in a fifth of the time of a frozen dataclass.
    """

    action: str
    direction: Direction
    scheduled: float
    sent: float
    received: float
    outcome: str = ANSWERED
    station: str = ""
    checked: bool = True


@dataclass(frozen=True, slots=True)
class Connection:
    """A change of a station's connection."""

    station: str
    at: float
    up: bool
    cause: str


@dataclass(frozen=True, slots=True)
class Health:
    """How one worker of the generator was in one second.

    ``lag`` is by how much its loop was late at worst, ``cpu`` the share of one core that it took, ``missed`` how many
    messages it sent too late through its own fault, ``memory`` its bytes, ``stations`` how many it plays.
    """

    worker: str
    at: float
    lag: float
    cpu: float
    missed: int = 0
    memory: int = 0
    stations: int = 0


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happened to the run itself, such as the loss of a worker; it is told with the results."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Worst:
    """The longest latency of a station, from when its message was due: seconds, and the second of the run."""

    latency: float
    action: str
    second: int


@dataclass(slots=True)
class Cell:
    """What became of the CALLs of one action: latencies from when they were due and from when they were sent.

    One that was never answered counts with the time that it was waited for, so that nobody looks faster by answering
    less; what was lost with its connection counts in ``outcomes`` only.
    """

    scheduled: Latencies = field(default_factory=Latencies)
    sent: Latencies = field(default_factory=Latencies)
    outcomes: Counter[str] = field(default_factory=Counter)
    checked: int = 0

    @property
    def count(self) -> int:
        """How many there were."""
        return self.outcomes.total()

    @property
    def errors(self) -> int:
        """How many of them were not answered as they should be."""
        return self.count - self.outcomes[ANSWERED]

    def merge(self, other: Cell) -> None:
        """Add another."""
        self.scheduled.merge(other.scheduled)
        self.sent.merge(other.sent)
        self.outcomes.update(other.outcomes)
        self.checked += other.checked

    @classmethod
    def of(cls, several: Iterable[Cell]) -> Self:
        """Return several as one."""
        merged = cls()
        for one in several:
            merged.merge(one)
        return merged


Key = tuple[Direction, str]
"""The direction, seen from the station, and the action."""


@dataclass(slots=True)
class Second:
    """What happened in a second of the run, or in some that are kept as one.

    ``connected`` and ``expected`` are the seconds that stations were connected, and wanted to be. ``ended`` counts the
    connections that ended though their stations did not leave; ``causes`` counts attempts that failed too. ``samples``
    are what the target told of itself, such as its memory.
    """

    cells: dict[Key, Cell] = field(default_factory=dict)
    connected: float = 0.0
    expected: float = 0.0
    ended: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    health: dict[str, Health] = field(default_factory=dict)
    samples: dict[str, float] = field(default_factory=dict)

    @property
    def failures(self) -> int:
        """How many connections failed: refused, unreachable, ended by the central system, or lost."""
        return sum(count for cause, count in self.causes.items() if cause not in _IN_ORDER)

    def cell(self, key: Key) -> Cell:
        """Return what is counted of an action."""
        found = self.cells.get(key)
        if found is None:
            found = self.cells[key] = Cell()
        return found

    def merge(self, other: Second) -> None:
        """Add what another part of the fleet saw in the same second."""
        for key, cell in other.cells.items():
            self.cell(key).merge(cell)
        self.connected += other.connected
        self.expected += other.expected
        self.ended += other.ended
        self.causes.update(other.causes)
        self.health |= other.health
        self.samples |= other.samples

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "cells": [
                [*key, cell.scheduled.to_json(), cell.sent.to_json(), dict(cell.outcomes), cell.checked]
                for key, cell in sorted(self.cells.items())
            ],
            "connected": self.connected,
            "expected": self.expected,
            "ended": self.ended,
            "causes": dict(self.causes),
            "health": [asdict(one) for one in self.health.values()],
            "samples": self.samples,
        }

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> Self:
        """Return what ``to_json`` has told."""
        cells = {
            (Direction(direction), action): Cell(
                Latencies.from_json(scheduled), Latencies.from_json(sent), Counter(outcomes), checked
            )
            for direction, action, scheduled, sent, outcomes, checked in members["cells"]
        }
        health = {one["worker"]: Health(**one) for one in members["health"]}
        return cls(
            cells,
            members["connected"],
            members["expected"],
            members["ended"],
            Counter(members["causes"]),
            health,
            dict(members["samples"]),
        )


class _Presence:
    """How many stations are expected and connected now."""

    def __init__(self) -> None:
        self.since = 0.0
        self._expected: set[str] = set()
        self._connected: set[str] = set()

    def change(self, change: Connection) -> bool:
        """Take note of a change, and return whether a connection has ended by it against the will of its station."""
        ended = change.station in self._connected and not change.up and change.cause not in _IN_ORDER
        (self._connected.add if change.up else self._connected.discard)(change.station)
        (self._expected.discard if change.cause == Cause.LEFT else self._expected.add)(change.station)
        return ended

    @property
    def now(self) -> tuple[int, int]:
        """The stations that are connected, and those that want to be."""
        return len(self._connected), len(self._expected)


class Figures:
    """Counts what a fleet reports; parts of it can be taken, carried as JSON, and merged without loss."""

    def __init__(self, origin: float = 0.0, width: int = 1) -> None:
        self.origin = origin
        self.width = width
        self.seconds: dict[int, Second] = {}
        self.worst: dict[str, Worst] = {}
        self.incidents: list[Incident] = []
        self._presence = _Presence()

    # What the fleet reports, times being those of the monotonic clock.

    def exchange(self, one: Exchange) -> None:
        """Count one CALL."""
        action, direction, scheduled, sent, received, outcome, station, checked = one
        number = self._number(scheduled)
        cell = self._second(number).cell((direction, action))
        cell.outcomes[outcome] += 1
        if outcome == LOST:
            return
        cell.checked += checked
        latency = received - scheduled
        cell.scheduled.add(latency)
        cell.sent.add(received - sent)
        known = self.worst.get(station)
        if known is None or latency > known.latency:
            self.worst[station] = Worst(round(latency, 6), action, number)

    def connection(self, change: Connection) -> None:
        """Count a change of a connection; changes come in the order of their times."""
        self.advance(change.at)
        second = self._second(self._number(change.at))
        second.causes[change.cause] += 1
        second.ended += self._presence.change(change)

    def health(self, one: Health) -> None:
        """Keep how a worker was."""
        self._second(self._number(one.at)).health[one.worker] = one

    def incident(self, one: Incident) -> None:
        """Keep what happened to the run."""
        self.incidents.append(Incident(round(one.at - self.origin, 3), one.text))

    def sample(self, name: str, at: float, value: float) -> None:
        """Keep what the target told of itself."""
        self._second(self._number(at)).samples[name] = value

    def advance(self, now: float) -> None:
        """Count connected and expected time until now."""
        connected, expected = self._presence.now
        since, end = self._presence.since, now - self.origin
        while since < end:
            number = self._slot(since)
            until = min(end, float(number + self.width))
            if expected:
                second = self._second(number)
                second.connected += connected * (until - since)
                second.expected += expected * (until - since)
            since = until
        self._presence.since = since

    # Parts of a fleet.

    def take(self, now: float) -> Figures:
        """Return what was counted since this was asked before, and count anew; who is connected is remembered."""
        self.advance(now)
        taken = Figures(self.origin, self.width)
        taken.seconds, self.seconds = self.seconds, {}
        taken.worst, self.worst = self.worst, {}
        taken.incidents, self.incidents = self.incidents, []
        return taken

    def merge(self, other: Figures) -> None:
        """Add what another part of the fleet, or another stretch of time, has counted, in the same width."""
        for number, second in other.seconds.items():
            self._second(number).merge(second)
        for station, worst in other.worst.items():
            self.worst[station] = max(worst, self.worst.get(station, worst))
        self.incidents += other.incidents

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "width": self.width,
            "seconds": [[number, second.to_json()] for number, second in sorted(self.seconds.items())],
            "worst": [[station, one.latency, one.action, one.second] for station, one in self.worst.items()],
            "incidents": [[one.at, one.text] for one in self.incidents],
        }

    @classmethod
    def from_json(cls, members: Mapping[str, Any]) -> Self:
        """Return what ``to_json`` has told; its origin is 0."""
        made = cls(width=members["width"])
        made.seconds = {number: Second.from_json(second) for number, second in members["seconds"]}
        made.worst = {station: Worst(*rest) for station, *rest in members["worst"]}
        made.incidents = [Incident(*one) for one in members["incidents"]]
        return made

    @classmethod
    def over(cls, seconds: Iterable[Second]) -> Self:
        """Return figures of one second that holds all of some."""
        made = cls()
        for second in seconds:
            made._second(0).merge(second)
        return made

    # What they say.

    @property
    def keys(self) -> list[Key]:
        """The actions that there were, those of stations first."""
        found = {key for second in self.seconds.values() for key in second.cells}
        return sorted(found, key=lambda key: (key[0] is not Direction.SENT, key[1]))

    def cell(self, action: str | None = None, direction: Direction | None = None) -> Cell:
        """Return what became of the CALLs of an action, or of all, over the whole run."""
        return Cell.of(self._cells(action, direction))

    @property
    def connected(self) -> float:
        """The seconds for which stations were connected, all stations together."""
        return sum(second.connected for second in self.seconds.values())

    @property
    def expected(self) -> float:
        """The seconds for which stations wanted to be connected."""
        return sum(second.expected for second in self.seconds.values())

    @property
    def stability(self) -> float:
        """The part of the time for which stations were connected while they wanted to be, 0 to 1."""
        return self.connected / self.expected if self.expected else 1.0

    @property
    def errors(self) -> Counter[str]:
        """What went wrong and how often: outcomes of CALLs other than an answer, and failures of connections."""
        found: Counter[str] = Counter()
        for second in self.seconds.values():
            for cell in second.cells.values():
                found.update({kind: count for kind, count in cell.outcomes.items() if kind != ANSWERED})
            found.update({f"connection {cause}": n for cause, n in second.causes.items() if cause not in _IN_ORDER})
        return found

    def _cells(self, action: str | None, direction: Direction | None) -> Iterator[Cell]:
        for second in self.seconds.values():
            for (whose, name), cell in second.cells.items():
                if action in (None, name) and direction in (None, whose):
                    yield cell

    def _number(self, at: float) -> int:
        return self._slot(at - self.origin) if at > self.origin else 0

    def _slot(self, seconds: float) -> int:
        number = int(seconds)
        return number - number % self.width

    def _second(self, number: int) -> Second:
        found = self.seconds.get(number)
        if found is None:
            found = self.seconds[number] = Second()
        return found
