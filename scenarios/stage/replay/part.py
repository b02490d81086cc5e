"""One part of a recorded log, played again: what the station said, and whether the same comes back for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Protocol

from harness.fieldlog.comparison import Deviation, Sort, kind_of
from harness.fieldlog.score import WAITED, Act, Part, Step
from harness.verdict import Inconclusive, Nonconformity
from scenarios.stage.replay.finds import Scribe
from scenarios.stage.replay.order import Order
from scenarios.stage.replay.prompts import Moment, Prompts
from simulators.connection import Closed, Party, Unreachable, Upgraded
from simulators.observation import Answer, ConnectionGone, Refusal
from simulators.replayed import Replayed

LONGEST_WAIT = 60.0
"""Seconds that are waited, beyond patience, for what took its time in the log too."""

TRIES, PAUSE = 10, 0.5
"""How often a station connects again where the network has ended its connection, and seconds in between."""

CONNECTION = "connection"


class Unreached(Exception):
    """There is nobody at the endpoint, from the beginning."""


class Admission(Protocol):
    """Makes stations known to the central system as the log shows them."""

    async def register(self, station: str) -> None:
        """Make a station known, if it can be done."""
        ...

    async def registration(self, station: str, status: object) -> None:
        """Have the next BootNotification of a station answered like this, if it can be done."""
        ...


class PartPlayer:
    """Plays one part with a station that says what was recorded."""

    def __init__(self, part: Part, station: Replayed, scribe: Scribe, prompts: Prompts, admission: Admission) -> None:
        self._part, self._station, self._scribe = part, station, scribe
        self._prompts, self._admission = prompts, admission
        self._awaited: dict[int, asyncio.Future[Answer | Refusal]] = {}
        self._steps = {step.index: step for step in part.steps}
        self._gaps = {after.index: _gap(before, after) for before, after in pairwise(part.steps)}
        self._told_gone: Closed | None = None
        self._shut_out = False

    async def play(self, order: Order, moment: Moment) -> None:
        """Play all steps; raises Unreached, DriverError."""
        await self._prelude()
        for step in self._part.steps:
            await order.turn(step)
            self._scribe.line = step.line
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
            case Act.CLOSED:
                await self._settle()
                await self._station.disconnect()
            case Act.ENDED | Act.LOST:
                await self._settle()
                await self._station.drop()
            case Act.CLOSED_BY_CENTRAL:
                await self._closed(step)
            case Act.CALL:
                await self._call(step)
            case Act.ANSWERED:
                await self._answered(step)
            case Act.ASKED:
                await self._connect()
                gap = self._gaps.get(step.index, 0.0)
                self._scribe.finds.played += await self._prompts.arrive(step, gap, moment)
            case Act.ANSWER:
                await self._say(self._prompts.answer(step))
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
            self._scribe.finds.note(f"{self._part.station} had booted before the log begins: it boots first")
        except (Inconclusive, Nonconformity) as error:
            self._scribe.finds.note(f"{self._part.station} had booted before the log begins, and cannot now: {error}")
        if opened:
            await self._station.disconnect()

    async def _connect(self) -> bool:
        """Have the station connected if need be, and return whether it is."""
        if self._station.connected:
            return True
        await self._admission.register(self._part.station)
        for _ in range(TRIES):
            outcome = await self._station.knock()
            if isinstance(outcome, Upgraded):
                self._shut_out = False
                return True
            if not (severed := self._station.endpoint.severed()):
                break
            await asyncio.sleep(PAUSE)
        if isinstance(outcome, Unreachable) and not self._scribe.finds.played:
            raise Unreached(str(outcome))
        if not self._shut_out and not severed:
            self._scribe.differ(CONNECTION, Deviation(Sort.CONNECTION, "opened", str(outcome)))
        self._shut_out = True
        return False

    async def _refused(self) -> None:
        """Ask for a connection that was refused to a station which was never let in.

        For one that was let in at another time it had reasons that no log of frames tells, such as its password.
        """
        if any(one.act in (Act.OPENED, Act.CALL) for one in self._part.steps):
            self._scribe.finds.unplayed["handshakes that were refused to a station which is let in otherwise"] += 1
            return
        outcome = await self._station.knock()
        if isinstance(outcome, Upgraded):
            self._scribe.differ(CONNECTION, Deviation(Sort.CONNECTION, "refused", str(outcome)))
            await self._station.disconnect()

    async def _closed(self, step: Step) -> None:
        """Wait for the central system to end the connection as it did in the log, then do it in its stead."""
        await self._settle()
        if self._station.connected:
            ended = await self._station.linger(self._patience(self._gaps.get(step.index, 0.0)))
            if ended is None:
                told = Deviation(Sort.CONNECTION, "closed by the central system", "stays open")
                self._scribe.differ(CONNECTION, told)
        await self._station.disconnect()

    def _gone(self, closed: Closed) -> None:
        """Take note that the central system has ended a connection that was open at this point of the log."""
        if closed.by is Party.THEM and closed is not self._told_gone:
            self._scribe.differ(CONNECTION, Deviation(Sort.CONNECTION, "open", str(closed)))
        self._told_gone = closed

    # What the station says

    async def _call(self, step: Step) -> None:
        answer = self._part.answers.get(step.index)
        if step.action == "BootNotification" and answer is not None and isinstance(answer.payload, dict):
            await self._admission.registration(self._part.station, answer.payload.get("status"))
        await self._put(step)

    async def _put(self, step: Step) -> None:
        """Send a CALL, connecting again where the connection is gone."""
        message = self._scribe.rewriting.sent(step.elements, step.action)
        for _ in range(TRIES):
            if not await self._connect():
                break
            try:
                self._awaited[step.index] = await self._station.put(message)
                self._scribe.finds.played += 1
                return
            except ConnectionGone as gone:
                self._gone(gone.closed)
            except Inconclusive as error:
                self._scribe.finds.note(f"line {step.line}: {error}")
                break
        self._scribe.finds.unplayed[f"{step.action}: not connected"] += 1

    async def _other(self, step: Step) -> None:
        """Say what is neither a CALL nor an answer to one of the log."""
        assert step.frame is not None
        if step.elements and step.elements[0] in (3, 4):
            self._scribe.finds.unplayed["answers to CALLs that the log lacks"] += 1
        elif await self._connect():
            await self._say(step.frame.text)

    async def _say(self, message: Sequence[Any] | str | None) -> None:
        if message is None:
            return
        try:
            await self._station.send(message)
            self._scribe.finds.played += 1
        except ConnectionGone as gone:
            self._gone(gone.closed)
        except Inconclusive as error:
            self._scribe.finds.note(f"{self._part.station}: {error}")

    # What comes back

    async def _answered(self, step: Step) -> None:
        """Wait for the answer to a CALL, and compare it with the recorded one."""
        assert step.of is not None
        call = self._steps[step.of]
        for _ in range(TRIES):
            if (awaited := self._awaited.pop(call.index, None)) is None:
                return
            outcome = await self._station.observe(awaited, patience=self._patience(_gap(call, step)))
            if not isinstance(outcome, Closed) or outcome.by is not Party.NETWORK:
                break
            await asyncio.sleep(PAUSE)
            await self._put(call)
        what = f"{step.action}.conf"
        if isinstance(outcome, Answer | Refusal):
            self._scribe.compare(what, step, outcome.entry.text, outcome.entry.index)
        elif isinstance(outcome, Closed):
            self._gone(outcome)
        else:
            self._scribe.differ(what, Deviation(Sort.MESSAGE, kind_of(step.elements), str(outcome)))

    async def _settle(self) -> None:
        """See whether CALLs are answered that were not in the log, as far as it shows that."""
        for step, answer in self._part.calls:
            awaited = self._awaited.pop(step.index, None) if answer is None else None
            if awaited is None or not self._station.connected or self._part.waited(step) < WAITED:
                continue
            outcome = await self._station.observe(awaited)
            if isinstance(outcome, Answer | Refusal):
                told = Deviation(Sort.MESSAGE, "no answer", str(outcome))
                self._scribe.differ(f"{step.action}.conf", told, line=step.line)

    def _patience(self, recorded: float) -> float:
        return self._station.patience + min(max(recorded, 0.0), LONGEST_WAIT)


def _gap(before: Step, after: Step) -> float:
    """Return the seconds between two steps, 0 where the log does not tell."""
    return after.at - before.at if after.at is not None and before.at is not None else 0.0
