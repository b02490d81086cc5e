"""One part of a recorded log, played again: what the station said, and whether the same comes back for it."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Protocol

from harness.csms import Operation, Refused, Unsupported, v16, v201
from harness.csms.console import Csms
from harness.csms.operation import wire_name
from harness.fieldlog.comparison import Deviation, Difference, Sort, compare, kind_of, shown
from harness.fieldlog.rewriting import Rewriting
from harness.fieldlog.score import WAITED, Act, Part, Step
from harness.ocppj import elements
from harness.schemas import Kind
from harness.verdict import Inconclusive, Nonconformity
from simulators.connection import Closed, Party, Unreachable, Upgraded
from simulators.inbox import IncomingCall
from simulators.observation import Answer, ConnectionGone, Refusal
from simulators.replayed import Replayed

LONGEST_WAIT = 60.0
"""Seconds that are waited, beyond patience, for what took its time in the record too."""

PROMPT, UNASKED = 2.0, 0.25
"""A CALL that was recorded within so many seconds of the frame before may come unasked again, and so much later."""

TRIES, PAUSE = 10, 0.5
"""How often a station connects again where the network has ended its connection, and seconds in between."""

CHOSEN = frozenset({"reservationId", "requestId", "remoteStartId", "listVersion"})
"""Numbers that an operator leaves to the central system."""

_OPERATIONS: dict[str, dict[str, type[Operation]]] = {"1.6": dict(v16.OPERATIONS), "2.0.1": dict(v201.OPERATIONS)}


Moment = Callable[[Step], datetime | None]
"""Tells when a step happened, as far as the log does."""


class Unreached(Exception):
    """There is nobody at the endpoint."""


class _Incomplete(Exception):
    """A CALL lacks a member without which nobody can ask for it."""


class Order(Protocol):
    """Says when a step may begin, and is told when it is done."""

    async def turn(self, step: Step) -> None:
        """Wait until a step may begin."""
        ...

    def done(self, step: Step) -> None:
        """Take note that a step is done."""
        ...


@dataclass(slots=True)
class Finds:
    """What has come to light so far: differences, how many frames were played, and what was not, and why."""

    differences: list[Difference] = field(default_factory=list)
    played: int = 0
    unplayed: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    differing: set[int] = field(default_factory=set)

    def note(self, text: str) -> None:
        """Say something once."""
        if text not in self.notes:
            self.notes.append(text)


class Admission(Protocol):
    """Makes stations known to the central system as the log shows them."""

    async def register(self, station: str) -> None:
        """Make a station known, if it can be done."""
        ...

    async def registration(self, station: str, status: object) -> None:
        """Have the next BootNotification of a station answered like this, if it can be done."""
        ...


class PartPlayer:
    """Plays one part; it is what the operator's console tells of CALLs, in place of the station."""

    def __init__(
        self,
        part: Part,
        station: Replayed,
        rewriting: Rewriting,
        csms: Csms,
        admission: Admission,
        finds: Finds,
        *,
        operations: Collection[type[Operation]],
        ignored: Collection[str],
    ) -> None:
        self.id = station.id
        self._part, self._station, self._rewriting = part, station, rewriting
        self._csms, self._admission, self._finds = csms, admission, finds
        self._operations, self._ignored = operations, ignored
        self._awaited: dict[int, asyncio.Future[Answer | Refusal]] = {}
        self._to_come: defaultdict[str, deque[Step]] = defaultdict(deque)
        self._came: dict[int, asyncio.Future[IncomingCall]] = {}
        self._expecting: defaultdict[str, list[asyncio.Event]] = defaultdict(list)
        self._answered: set[int] = set()
        self._line = part.steps[0].line
        self._steps = {step.index: step for step in part.steps}
        self._gaps = {after.index: _gap(before, after) for before, after in pairwise(part.steps)}
        self._told_gone: Closed | None = None
        station.taken = self._take

    # What the console tells

    def expect(self, action: str) -> asyncio.Event:
        """Return an event that is set when the next CALL of an action arrives."""
        self._expecting[action].append(event := asyncio.Event())
        return event

    def release(self, action: str) -> None:
        """Expect one CALL of an action less."""
        del self._expecting[action][-1:]

    # The part

    async def play(self, order: Order, moment: Moment) -> None:
        """Play all steps; raises Unreached, DriverError."""
        loop = asyncio.get_running_loop()
        for step in self._part.steps:
            if step.act is Act.ASKED:
                self._to_come[step.action].append(step)
                self._came[step.index] = loop.create_future()
        await self._prelude()
        for step in self._part.steps:
            await order.turn(step)
            self._line = step.line
            try:
                await self._play(step, moment)
            finally:
                order.done(step)
        await self._settle()

    async def _play(self, step: Step, moment: Moment) -> None:
        match step.act:
            case Act.OPENED:
                await self._station.disconnect()
                await self._connect()
            case Act.REFUSED:
                await self._refused()
            case Act.CLOSED | Act.LOST:
                await self._settle()
                await (self._station.drop() if step.act is Act.LOST else self._station.disconnect())
            case Act.CLOSED_BY_CENTRAL:
                await self._closed(step)
            case Act.CALL:
                await self._call(step)
            case Act.ANSWERED:
                await self._answered_by_central(step)
            case Act.ASKED:
                await self._asked(step, moment)
            case Act.ANSWER:
                await self._answer(step)
            case Act.OTHER if step.frame and step.frame.by_station:
                await self._other(step)

    # Connections

    async def _prelude(self) -> None:
        """Boot a station that had done so before the log begins."""
        opened = self._part.steps[0].act in (Act.OPENED, Act.REFUSED)
        call, answer = next(((call, answer) for call, answer in self._part.calls if answer or not opened), (None, None))
        served = answer.payload is not None if answer else not opened
        booted = served and (call is None or call.action != "BootNotification")
        if self._part.connection != 1 or not booted or not await self._connect():
            return
        try:
            await self._station.boot(announce=False)
            self._finds.note(f"{self._part.station} had booted before the log begins: it boots first")
        except (Inconclusive, Nonconformity) as error:
            self._finds.note(f"{self._part.station} had booted before the log begins, and cannot now: {error}")
        if self._part.steps[0].act is Act.OPENED:
            await self._station.disconnect()

    async def _connect(self) -> bool:
        """Have the station connected if need be, and return whether it is."""
        if self._station.connected:
            return True
        await self._admission.register(self._part.station)
        for _ in range(TRIES):
            outcome = await self._station.knock()
            if isinstance(outcome, Upgraded):
                return True
            if not self._station.endpoint.severed():
                break
            await asyncio.sleep(PAUSE)
        if isinstance(outcome, Unreachable):
            raise Unreached(str(outcome))
        self._differ("connection", Deviation(Sort.CONNECTION, "opened", str(outcome)))
        return False

    async def _refused(self) -> None:
        """Ask for a connection that was refused to a station which was never let in.

        For one that was let in at another time it had reasons that no log of frames tells, such as its password.
        """
        if any(one.act in (Act.OPENED, Act.CALL) for one in self._part.steps):
            self._finds.unplayed["handshakes that were refused to a station which is let in otherwise"] += 1
            return
        outcome = await self._station.knock()
        if isinstance(outcome, Unreachable):
            raise Unreached(str(outcome))
        if isinstance(outcome, Upgraded):
            self._differ("connection", Deviation(Sort.CONNECTION, "refused", str(outcome)))
            await self._station.disconnect()

    async def _closed(self, step: Step) -> None:
        """Wait for the central system to end the connection as it did in the record, then do it in its stead."""
        await self._settle()
        if self._station.connected:
            ended = await self._station.linger(self._patience(self._gaps.get(step.index, 0.0)))
            if ended is None:
                self._differ("connection", Deviation(Sort.CONNECTION, "closed by the central system", "stays open"))
        await self._station.disconnect()

    def _gone(self, closed: Closed) -> None:
        """Take note that the central system has ended a connection that was open at this point of the record."""
        if closed.by is Party.THEM and closed is not self._told_gone:
            self._differ("connection", Deviation(Sort.CONNECTION, "open", str(closed)))
        self._told_gone = closed

    # CALLs of the station

    async def _call(self, step: Step) -> None:
        answer = self._part.answers.get(step.index)
        if step.action == "BootNotification" and answer is not None and isinstance(answer.payload, dict):
            await self._admission.registration(self._part.station, answer.payload.get("status"))
        await self._put(step)

    async def _put(self, step: Step) -> None:
        """Send a CALL, connecting again where the connection is gone."""
        message = self._rewriting.sent(step.elements, step.action)
        for _ in range(TRIES):
            if not await self._connect():
                break
            try:
                self._awaited[step.index] = await self._station.put(message)
                self._finds.played += 1
                return
            except ConnectionGone as gone:
                self._gone(gone.closed)
            except Inconclusive as error:
                self._finds.note(f"line {step.line}: {error}")
                break
        self._finds.unplayed[f"{step.action}: not connected"] += 1

    async def _answered_by_central(self, step: Step) -> None:
        """Wait for the answer to a CALL, and compare it with the recorded one."""
        assert step.of is not None
        call = self._steps[step.of]
        delay = _gap(call, step)
        for _ in range(TRIES):
            if (awaited := self._awaited.get(call.index)) is None:
                return
            outcome = await self._station.observe(awaited, patience=self._patience(delay))
            if isinstance(outcome, Closed) and outcome.by is Party.NETWORK:
                await asyncio.sleep(PAUSE)
                await self._put(call)
                continue
            break
        what = f"{step.action}.conf"
        if isinstance(outcome, Answer | Refusal):
            self._compare(what, step, outcome.entry.text, outcome.entry.index)
        elif isinstance(outcome, Closed):
            self._gone(outcome)
        else:
            self._differ(what, Deviation(Sort.MESSAGE, kind_of(step.elements), str(outcome)))
        del self._awaited[call.index]

    async def _settle(self) -> None:
        """See whether CALLs are answered that were not in the record, as far as it shows that."""
        for step, answer in self._part.calls:
            awaited = self._awaited.pop(step.index, None) if answer is None else None
            if awaited is None or not self._station.connected or self._part.waited(step) < WAITED:
                continue
            outcome = await self._station.observe(awaited)
            if isinstance(outcome, Answer | Refusal):
                deviation = Deviation(Sort.MESSAGE, "no answer", str(outcome))
                self._differ(f"{step.action}.conf", deviation, line=step.line)

    # CALLs of the central system

    def _take(self, incoming: IncomingCall) -> bool:
        """Take a CALL for the next one of its action in the record; one beyond those is a difference."""
        for event in self._expecting.pop(incoming.action, ()):
            event.set()
        if not self._to_come[incoming.action]:
            told = f"{incoming.action} {shown(incoming.payload)}"
            self._differ(f"{incoming.action}.req", Deviation(Sort.MESSAGE, "no CALL", told), entry=incoming.entry.index)
            return False
        step = self._to_come[incoming.action].popleft()
        self._came[step.index].set_result(incoming)
        asyncio.get_running_loop().call_later(self._station.patience / 2, self._hurry, step)
        return True

    def _hurry(self, step: Step) -> None:
        """Answer a CALL that came long before its place in the record."""
        answer = self._part.answers.get(step.index)
        if answer is not None and answer.index not in self._answered:
            self._station.react(self._answer(answer))

    async def _asked(self, step: Step, moment: Moment) -> None:
        """Wait for a CALL of the central system; what does not come unasked is asked for as its operator would."""
        await self._connect()
        came, gap = self._came[step.index], self._gaps.get(step.index, 0.0)
        await _until(came, UNASKED + gap if gap <= PROMPT else 0.0)
        if not came.done() and not await self._order(step, moment):
            self._give_up(step)
            return
        await _until(came, self._station.patience)
        if came.done():
            entry = came.result().entry
            self._compare(f"{step.action}.req", step, entry.text, entry.index)
            self._finds.played += 1
        else:
            self._give_up(step)
            limit = f"none within {self._station.patience:g} s"
            self._differ(f"{step.action}.req", Deviation(Sort.MESSAGE, "a CALL", limit))

    async def _order(self, step: Step, moment: Moment) -> bool:
        """Have the central system send a CALL, and return whether that could be done."""
        kind = _OPERATIONS[self._part.version.name].get(step.action)
        if kind is None or kind not in self._operations:
            self._finds.unplayed[f"{step.action}: the driver has no such operation"] += 1
            return False
        try:
            await self._csms.perform(self._operation(kind, step, moment))
        except _Incomplete as error:
            self._differ(
                f"{step.action}.req", Deviation(Sort.MESSAGE, f"a CALL without {error}", "none can be asked for")
            )
            return False
        except (Refused, Unsupported) as error:
            self._differ(f"{step.action}.req", Deviation(Sort.MESSAGE, "a CALL", error.reason))
            return False
        return True

    def _operation(self, kind: type[Operation], step: Step, moment: Moment) -> Operation:
        """Return what an operator asks for to have a CALL sent: its members, as far as OCPP knows them."""
        shift = datetime.now(UTC) - at if (at := moment(step)) else timedelta()
        payload = self._rewriting.payload(step.payload, step.action, Kind.REQUEST, shift)
        given = {}
        for one in fields(kind):
            name = wire_name(one.name)
            value = payload.get(name) if isinstance(payload, dict) else None
            if value is not None and not self._left_open(step, name, one.default):
                given[one.name] = tuple(value) if isinstance(value, list) else value
            elif one.default is MISSING and one.name != "station":
                raise _Incomplete(name)
        return kind(station=self.id, **given)

    def _left_open(self, step: Step, name: str, default: object) -> bool:
        """Whether a member is for the central system to choose: a number that it has not chosen yet."""
        return name in CHOSEN and default is None and not self._rewriting.knows(name, step.payload[name])

    def _give_up(self, step: Step) -> None:
        if step in self._to_come[step.action]:
            self._to_come[step.action].remove(step)

    async def _answer(self, step: Step) -> None:
        """Answer a CALL of the central system as the record has it; one that did not come is not answered."""
        assert step.of is not None
        came = self._came.get(step.of)
        if came is None or not came.done() or step.index in self._answered:
            return
        self._answered.add(step.index)
        message = self._rewriting.sent(step.elements, step.action)
        message[1] = came.result().unique_id
        await self._say(message)

    async def _other(self, step: Step) -> None:
        assert step.frame is not None
        if step.elements and step.elements[0] in (3, 4):
            self._finds.unplayed["answers to CALLs that the log lacks"] += 1
        elif await self._connect():
            await self._say(step.frame.text)

    async def _say(self, message: Sequence[Any] | str) -> None:
        try:
            await self._station.send(message)
            self._finds.played += 1
        except ConnectionGone as gone:
            self._gone(gone.closed)
        except Inconclusive as error:
            self._finds.note(f"{self._part.station}: {error}")

    # Comparing

    def _compare(self, what: str, step: Step, text: str, entry: int) -> None:
        now = elements(text)
        for one in compare(step.elements, now or [], step.action, self._rewriting, self._ignored):
            self._differ(what, one, line=step.line, entry=entry)

    def _differ(self, what: str, deviation: Deviation, *, line: int | None = None, entry: int | None = None) -> None:
        self._finds.differences.append(Difference(line or self._line, self._part.station, what, deviation))
        if entry is not None:
            self._finds.differing.add(entry)

    def _patience(self, recorded: float) -> float:
        return self._station.patience + min(max(recorded, 0.0), LONGEST_WAIT)


def _gap(before: Step, after: Step) -> float:
    """Return the seconds between two steps, 0 where the log does not tell."""
    return after.at - before.at if after.at is not None and before.at is not None else 0.0


async def _until(future: asyncio.Future[Any], seconds: float) -> None:
    if seconds > 0:
        await asyncio.wait({future}, timeout=seconds)
