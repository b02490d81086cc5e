"""One station of a fleet: its connections, its one CALL at a time, and what waits behind it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from random import Random
from time import monotonic
from typing import Protocol

import gevent
import orjson

from harness.correspondence import Correspondence
from harness.load.figures import ANSWERED, INVALID, LOST, UNANSWERED, Cause, Connection, Exchange
from harness.ocppj import CALL, CALLERROR, CALLRESULT, Call, CallError, CallResult, Payload, elements, encode, parse
from harness.rules import PAYLOAD, TEXT, Problem
from harness.trace import Direction
from harness.verdict import SHALL
from simulators.load.agenda import Agenda
from simulators.load.dialect import Dialect, Message, Step
from simulators.load.transport import Access, Link, NotOpened, open_link

MOST_KEPT = 1000
"""How many messages a station keeps while it has no connection."""

UNNAMED = "an error without a code"
"""The outcome of a CALL that was refused with an empty code."""

REMEMBERED = 8
"""How many of its answered CALLs a station remembers."""

BOOT = "BootNotification"
"""What a station begins with in every version."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds between two attempts to connect: the first pause, which doubles, and the longest."""


class Sink(Protocol):
    """What takes a fleet's reports."""

    def exchange(self, one: Exchange) -> None:
        """Count one CALL."""
        ...

    def connection(self, change: Connection) -> None:
        """Count a change of a connection."""
        ...


class Surroundings(Protocol):
    """What all stations of a worker share: times in seconds of the monotonic clock.

    ``ended`` counts connections that are garbage now.
    """

    agenda: Agenda
    access: Access
    dialect: Dialect
    sink: Sink
    checked: float
    chance: Random
    ended: int

    def broke(self, station: str, problems: Sequence[Problem]) -> None:
        """Take notice of messages that break the rules of the wire."""
        ...


class _Pending:
    """A CALL that is not answered yet."""

    __slots__ = ("checked", "due", "id", "message", "sent")

    def __init__(self, id: str, message: Message, due: float, sent: float, checked: bool) -> None:
        self.id, self.message, self.due, self.sent, self.checked = id, message, due, sent, checked


class _Habit:
    """What a station says when it is due, one step after the other; it is the deed of the next one."""

    __slots__ = ("_due", "_message", "_station", "_steps")

    def __init__(self, station: LoadStation, steps: Iterator[Step]) -> None:
        self._station, self._steps = station, steps

    def plan(self) -> None:
        """Have the next step done, if there is one before the station plans nothing any more."""
        step = next(self._steps, None)
        if step is not None and step[0] < self._station.until:
            self._due, self._message = step
            self._station.around.agenda.at(self._due, self)

    def __call__(self) -> None:
        self._station.say(self._message, self._due)
        self.plan()


class LoadStation:
    """A station that has one CALL outstanding, and whose other messages wait for its answer.

    ``until`` is the time from which it plans nothing any more; ``chance`` is its own, so that what it does follows from
    the seed and its number alone. ``booted`` is told when the central system has accepted it for the first time;
    ``deferred`` is whether it was told before to come back later.
    """

    def __init__(
        self, name: str, around: Surroundings, chance: Random, until: float, booted: Callable[[], None] = lambda: None
    ) -> None:
        self.name = name
        self.chance = chance
        self.until = until
        self.around = around
        self._booted = booted
        self._correspondence = Correspondence(around.dialect.version, REMEMBERED)
        self._link: Link | None = None
        self._waiting: deque[tuple[float | None, Message]] = deque()
        self._pending: _Pending | None = None
        self._count = 0
        self._wanted = False
        self._accepted = False
        self._boots = True
        self.deferred = False

    # What a workload has it do.

    def arrive(self, *, boots: bool = True) -> None:
        """Connect, and from then on stay connected, with a BootNotification unless it is only the line that is new."""
        if self._wanted or self.until == -math.inf:
            return
        self._wanted, self._boots = True, boots
        self._report(False, Cause.DUE)
        gevent.spawn(self._connect)

    def leave(self, *, power: bool = False) -> None:
        """Close the connection, or lose it as without ``power``; it is expected no longer.

        A CALL that is still unanswered then is nobody's failure. What is kept is due again when the station is back.
        """
        if not self._wanted:
            return
        self._wanted = False
        link, self._link = self._link, None
        if link is not None:
            link.abort() if power else link.close()
        pending, self._pending = self._pending, None
        if pending is not None:
            self._put_off(pending)
        self._waiting = deque((None, message) for _, message in self._waiting if message.kept)
        self._report(False, Cause.LEFT)

    def retire(self) -> None:
        """Leave for good, whatever is still planned: somebody else may play it from now on."""
        self.until = -math.inf
        self.leave()

    def conclude(self, waited: float) -> None:
        """Leave at the end of the run; a CALL that was sent ``waited`` seconds ago or earlier counts as unanswered."""
        now = monotonic()
        if self._pending is not None and now - self._pending.sent >= waited:
            self._give_up(now, UNANSWERED)
        self.leave()

    def say(self, message: Message, due: float | None) -> None:
        """Send a message that is due now, or as soon as those before it are answered; None: it is due only then."""
        if self._link is None and not (message.kept and len(self._waiting) < MOST_KEPT):
            message.failed()
            return
        self._waiting.append((due if self._wanted else None, message))
        self._next()

    def ready(self, message: Message, due: float) -> None:
        """Make a message ready that is due soon and goes out when its link is released, after what is under way."""
        if self._link is None or self._pending is not None or self._waiting or not self._accepted:
            self.around.agenda.at(due, lambda: self.say(message, due))
            return
        self._send(message, message.payload() or {}, due, held=True)

    def keep(self, message: Message) -> None:
        """Keep a message for the next connection; it is due once those before it are answered."""
        self._waiting.append((None, message))

    def follow(self, steps: Iterator[Step]) -> None:
        """Say what is told when it is due, in seconds of the monotonic clock, one step after the other."""
        _Habit(self, steps).plan()

    @property
    def busy(self) -> bool:
        """Whether it still has something to send or to wait for."""
        return self._wanted and (self._pending is not None or bool(self._waiting and self._link))

    @property
    def link(self) -> Link | None:
        """Its connection, None while it has none."""
        return self._link

    # What the connection tells.

    def heard(self, message: str | bytes, at: float) -> None:
        """Take a message of the central system in."""
        pending, binary = self._pending, isinstance(message, bytes)
        text = message.decode(errors="replace") if isinstance(message, bytes) else message
        if pending is not None and not pending.checked:
            if self._settled_unchecked(pending, text, at):
                return
        elif pending is not None and not binary:
            payload = self._correspondence.flawless(pending.id, text)
            if payload is not None:
                self._settle(pending, at, payload, ANSWERED)
                return
        parsed = parse(text, self.around.dialect.version)
        ruling = self._correspondence.judge(parsed)
        problems = ruling.problems
        if binary:
            ruling.that(False, TEXT, "a text message", f"a binary message of {len(message)} bytes")
        if problems:
            self.around.broke(self.name, problems)
        match parsed.frame:
            case Call() as call:
                self._answer(call)
            case CallResult(id, payload) if pending is not None and pending.id == id:
                broken = any(p.level is SHALL and p.demand.name.startswith(PAYLOAD) for p in problems)
                self._settle(pending, at, payload, INVALID if broken else ANSWERED)
            case CallError(id, code) if pending is not None and pending.id == id:
                self._settle(pending, at, None, code or UNNAMED)

    def lost(self, cause: str, at: float) -> None:
        """Take notice that the connection has ended."""
        self._link = None
        self._report(False, cause, at)
        self._give_up(at, LOST)
        if self._wanted:
            self._boots = not self._accepted
            gevent.spawn(self._connect)

    def owes(self, id: str) -> bool:
        """Whether the central system has not answered a CALL yet."""
        return self._pending is not None and self._pending.id == id

    def expire(self) -> None:
        """Give up the CALL that is still unanswered."""
        self._give_up(monotonic(), UNANSWERED)
        self._next()

    # Connecting.

    def _connect(self) -> None:
        pause = FIRST_PAUSE
        while self._wanted and self._link is None:
            around = self.around
            try:
                link = open_link(around.access, self.name, around.dialect.version.subprotocol, self, around.agenda)
            except NotOpened as error:
                if self._wanted:
                    self._report(False, str(error))
                gevent.sleep(pause * self.around.chance.uniform(0.5, 1.0))
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self._opened(link)

    def _opened(self, link: Link) -> None:
        if not self._wanted:
            link.close()
            return
        self._link = link
        self._correspondence.reconnected()
        self._report(True, Cause.OPENED)
        if self._boots:
            self._boot(monotonic())
        else:
            self._next()

    def _boot(self, due: float) -> None:
        if self._link is not None:
            self._waiting.appendleft((due, self.around.dialect.boot(self._answer_to_boot)))
            self._next()

    def _answer_to_boot(self, answer: Payload) -> None:
        if answer.get("status") != "Accepted":
            self.deferred = True
            pause = answer.get("interval")
            due = monotonic() + max(1.0, float(pause) if isinstance(pause, int | float) else 0.0)
            self.around.agenda.at(due, lambda: self._boot(due))
            return
        for message in self.around.dialect.statuses():
            self.say(message, None)
        if not self._accepted:
            self._accepted = True
            self._booted()

    # One CALL at a time.

    def _next(self) -> None:
        while self._waiting and self._pending is None and self._link is not None:
            if not self._accepted and self._waiting[0][1].action != BOOT:
                return  # nothing else before the central system has accepted it (OCPP 1.6 4.2, OCPP 2.0.1 B02)
            due, message = self._waiting.popleft()
            payload = message.payload()
            if payload is not None:
                self._send(message, payload, due)

    def _send(self, message: Message, payload: Payload, due: float | None, *, held: bool = False) -> None:
        link, around = self._link, self.around
        assert link is not None
        self._count += 1
        id = f"{self.name}-{self._count}"[-36:]
        checked = around.checked >= 1 or around.chance.random() < around.checked
        if checked:
            self._correspondence.note_call(id, message.action)
        text = orjson.dumps((CALL, id, message.action, payload))
        now = due if due is not None and held else monotonic()
        self._pending = _Pending(id, message, now if due is None else due, now, checked)
        (link.hold if held else link.send)(text)
        around.agenda.owe(now + around.access.patience, self, id)

    def _answer(self, call: Call) -> None:
        if self._link is None:
            return
        answer = self.around.dialect.answer(call)
        frame = answer if isinstance(answer, CallError) else CallResult(call.unique_id, answer)
        self._correspondence.note_sent(frame)
        self._link.send(encode(frame).encode())

    def _settled_unchecked(self, pending: _Pending, message: str, at: float) -> bool:
        """Take the answer to a CALL without holding it to any rule; False for anything else."""
        match elements(message):
            case [kind, id, dict(payload)] if kind == CALLRESULT and id == pending.id:
                self._settle(pending, at, payload, ANSWERED)
            case [kind, id, str(code), *_] if kind == CALLERROR and id == pending.id:
                self._settle(pending, at, None, code or UNNAMED)
            case _:
                return False
        return True

    def _settle(self, pending: _Pending, at: float, answer: Payload | None, outcome: str) -> None:
        """Tell of an answer, None for a CALLERROR, and go on with what waits for it."""
        self._pending = None
        self._tell(pending, at, outcome)
        if answer is not None:
            pending.message.answered(answer)
        else:
            pending.message.failed()
        if self._waiting:
            self._next()

    def _give_up(self, at: float, outcome: str) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            self._tell(pending, at, outcome)
            if outcome == LOST:
                self._put_off(pending)
            else:
                pending.message.failed()

    def _put_off(self, pending: _Pending) -> None:
        """Have a CALL sent again on the next connection, if it is one that is kept."""
        if pending.message.kept:
            self._waiting.appendleft((pending.due, pending.message))
        else:
            pending.message.failed()

    def _tell(self, pending: _Pending, at: float, outcome: str) -> None:
        self.around.sink.exchange(
            Exchange(
                pending.message.action,
                Direction.SENT,
                min(pending.due, at),  # what is ready goes early with whatever else is sent
                min(pending.sent, at),
                at,
                outcome,
                self.name,
                pending.checked and outcome != UNANSWERED,
            )
        )

    def _report(self, up: bool, cause: str, at: float | None = None) -> None:
        self.around.ended += not up
        self.around.sink.connection(Connection(self.name, monotonic() if at is None else at, up, cause))
