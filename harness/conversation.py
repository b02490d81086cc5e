"""What one station and its central system say to each other, where neither is ours: both sides are judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from harness import findings
from harness.expected import Expectations, Standing
from harness.ocppj import Call, CallError, CallResult, Payload
from harness.record import Result
from harness.service import WAITED, Reading
from harness.tally import Tally
from harness.trace import Direction, Entry, Event, Trace
from harness.verdict import CONFORMANCE, SHALL, Check, Verdict, judge
from harness.versions import Version
from harness.wire import WatchedWire

CENTRAL_SYSTEM, STATION = "central-system", "station"
"""The second part of the ids of results: whose side of a conversation they are about."""

PROFILES = {CENTRAL_SYSTEM: "Central system", STATION: "Stations"}


@dataclass(slots=True)
class Side:
    """What one side has sent: its messages are counted, and how it answered the CALLs of the other, by action.

    ``answered`` and ``missed`` have the index of the first entry that shows it.
    """

    tally: Tally
    messages: int = 0
    problems: int = 0
    remarks: int = 0
    answered: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    times_missed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Owed:
    """A proper CALL that waits for its answer, since when (seconds of the trace), and the index of its entry."""

    action: str
    at: float
    index: int


class Conversation:
    """All connections of one ``station`` in one ``version``, as a relay sees them.

    Entries are told to ``heard`` and counted as they come, but not kept. A CALL that has waited as long as ``patience``
    (seconds) when its connection ends is one that was not answered.
    """

    def __init__(
        self,
        station: str,
        version: Version,
        *,
        patience: float,
        heard: Callable[[Conversation, Entry], None],
        strict: bool = False,
    ) -> None:
        self.station = station
        self.version = version
        self.patience = patience
        self.sides = {direction: Side(Tally(strict=strict)) for direction in Direction}
        self.owed: dict[tuple[Direction, int, str], Owed] = {}
        self.struck: list[str] = []
        self.refusal = ""
        self.registration = ""
        self.connectors: dict[str, str] = {}
        self.opened = 0
        self.latest = 0.0
        self._heard = heard
        self._service = Reading(patience)
        self._trace = Trace(kept=False)
        self._trace.listen(self._take)
        self._wires: dict[int, WatchedWire] = {}
        self._held: set[int] = set()

    @property
    def connected(self) -> bool:
        """Whether a connection is open."""
        return bool(self._held)

    @property
    def now(self) -> float:
        """Seconds since the conversation began."""
        return self._trace.now

    def begin(self, text: str) -> WatchedWire:
        """Record that a connection is open, and return its wire: with the lowest number that no open one has."""
        number = next(number for number in count(1) if number not in self._held)
        self._held.add(number)
        wire = self._wires.setdefault(number, WatchedWire(self.station, self.version, self._trace))
        wire.opened(number, text)
        return wire

    def end(self, wire: WatchedWire) -> None:
        """Take notice that nothing more comes over a wire; its number may be used again."""
        self._held.discard(wire.connection)

    def refuse(self, direction: Direction, event: Event, text: str) -> None:
        """Record that a connection did not come about."""
        self.refusal = text
        self._trace.add(self.station, direction, event, text)

    def lapse(self, wire: WatchedWire) -> None:
        """Let CALLs count as timed out that have waited as long as patience lasts: others may follow them."""
        for (_, connection, unique_id), call in self.owed.items():
            if connection == wire.connection and self.now - call.at >= self.patience:
                wire.write_off(unique_id)

    def spare(self, direction: Direction, wire: WatchedWire, call: Call) -> None:
        """Take notice that a CALL did not reach the other side, which therefore owes no answer."""
        self.owed.pop((direction, wire.connection, call.unique_id), None)
        wire.write_off(call.unique_id)

    def results(self, expectations: Expectations, trace: str) -> Iterator[Result]:
        """Yield what became of either side, once nothing follows; ``trace`` is the path of the recorded wire."""
        self._expire(self.now)
        service = self._service.finish()
        for name, direction in ((CENTRAL_SYSTEM, Direction.RECEIVED), (STATION, Direction.SENT)):
            side = self.sides[direction]
            if name == STATION and not side.messages:
                continue
            result = self._result(name, side, trace)
            if name == CENTRAL_SYSTEM:
                result = replace(result, service=service)
            standing, expectation = expectations.judge(result)
            yield replace(result, standing=standing, expectation=expectation)

    def _result(self, name: str, side: Side, trace: str) -> Result:
        checks = self._checks(name, side)
        verdict, message = self._verdict(side, checks)
        title = f"What {self.station} sent" if name == STATION else f"What the central system sent to {self.station}"
        return Result(
            id=f"{self.version.prefix}.{name}.{self.station}",
            title=f"{title}.",
            version=self.version.name,
            profile=PROFILES[name],
            clauses=(self._clause,),
            octt=(),
            requirements=(),
            verdict=verdict,
            standing=Standing.AS_EXPECTED,
            seconds=round(self.latest, 4),
            message=message,
            checks=checks,
            judged=side.tally.judged,
            breaches=side.tally.breaches,
            causes=findings.causes(verdict, checks, message),
            trace=trace,
            struck=tuple(self.struck),
        )

    def _verdict(self, side: Side, checks: tuple[Check, ...]) -> tuple[Verdict, str]:
        if not side.messages:
            why = f" but was not let in: {self.refusal}" if self.refusal and not self.opened else ""
            return Verdict.INCONCLUSIVE, f"the station came{why or ', and nothing was sent to it'}"
        verdict = judge(checks) if checks else Verdict.PASSED
        broken = [one for one in checks if not one.held]
        message = "; ".join(f"{one.clause}: expected {one.expected}, observed {one.observed}" for one in broken)
        if broken and self.struck:
            fault = f"a fault that was asked for struck ({self.struck[0]})"
            return Verdict.INCONCLUSIVE, f"{fault}; without it this would be {verdict}: {message}"
        return verdict, message

    def _checks(self, name: str, side: Side) -> tuple[Check, ...]:
        who = "the station" if name == STATION else "the central system"
        made = []
        for action in sorted({*side.answered, *side.missed}):
            index, missed = side.missed.get(action), side.times_missed[action]
            observed = f"none within {self.patience:g} s, {missed} time{'' if missed == 1 else 's'}" if missed else ""
            evidence = side.answered.get(action) if index is None else index
            expected = f"an answer of {who} to {action}"
            made.append(Check(self._clause, SHALL, CONFORMANCE, expected, observed, not missed, evidence))
        return tuple(made)

    @property
    def _clause(self) -> str:
        return f"OCPP-J {self.version} 4.2.1"

    def _take(self, entry: Entry) -> None:
        """Count an entry, and pass it on."""
        side = self.sides[entry.direction]
        side.tally.take(entry)
        binding = any(problem.level is SHALL for problem in entry.problems)
        side.problems += binding
        side.remarks += bool(entry.problems) and not binding
        self._service.take(entry)
        self.latest = entry.at
        match entry.event:
            case Event.OPENED:
                self.opened += 1
            case Event.CLOSED | Event.LOST:
                self._expire(entry.at, entry.connection)
            case Event.FAULT:
                self.struck.append(entry.text)
            case Event.TEXT | Event.BINARY:
                side.messages += 1
                self._follow(entry, proper=not binding)
        self._heard(self, entry)

    def _follow(self, entry: Entry, *, proper: bool) -> None:
        match entry.frame:
            case Call(unique_id, action, payload):
                if proper:
                    self.owed[entry.direction, entry.connection, unique_id] = Owed(action, entry.at, entry.index)
                if action == "StatusNotification":
                    self._learn_status(payload)
            case CallResult(unique_id) | CallError(unique_id):
                asker = Direction.SENT if entry.direction is Direction.RECEIVED else Direction.RECEIVED
                call = self.owed.pop((asker, entry.connection, unique_id), None)
                if call is not None:
                    self.sides[entry.direction].answered.setdefault(call.action, entry.index)
                    if call.action == "BootNotification" and isinstance(entry.frame, CallResult):
                        self.registration = str(entry.frame.payload.get("status", ""))

    def _learn_status(self, payload: Payload) -> None:
        """Remember what the station last said of one of its connectors."""
        evse = payload.get("evseId")
        name = str(payload.get("connectorId", "")) if evse is None else f"{evse}.{payload.get('connectorId', '')}"
        self.connectors[name] = str(payload.get("status", payload.get("connectorStatus", "")))

    def _expire(self, at: float, connection: int | None = None) -> None:
        """Count the CALLs that waited in vain, once their connection has ended, or all have."""
        for key in [key for key in self.owed if connection in (None, key[1])]:
            asker, _, _ = key
            call = self.owed.pop(key)
            if at - call.at >= WAITED * self.patience:
                answerer = self.sides[Direction.SENT if asker is Direction.RECEIVED else Direction.RECEIVED]
                answerer.missed.setdefault(call.action, call.index)
                answerer.times_missed[call.action] += 1
