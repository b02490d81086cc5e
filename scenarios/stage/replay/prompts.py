"""The CALLs of the central system that a log holds: awaited, asked for, and answered as they were."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Collection
from dataclasses import MISSING, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.csms import Operation, Refused, Unsupported, v16, v201
from harness.csms.console import Csms
from harness.csms.operation import wire_name
from harness.fieldlog.comparison import Deviation, Sort, shown
from harness.fieldlog.score import Act, Part, Step
from harness.schemas import Kind
from scenarios.stage.replay.finds import Scribe
from simulators.inbox import IncomingCall
from simulators.replayed import Replayed

PROMPT, UNASKED = 2.0, 0.25
"""A CALL that was recorded within so many seconds of the step before may come unasked again, and so much later."""

CHOSEN = frozenset({"reservationId", "requestId", "remoteStartId", "listVersion"})
"""Numbers that an operator leaves to the central system."""

_OPERATIONS: dict[str, dict[str, type[Operation]]] = {"1.6": dict(v16.OPERATIONS), "2.0.1": dict(v201.OPERATIONS)}

Moment = Callable[[Step], datetime | None]
"""Tells when a step happened, as far as the log does."""


class _Incomplete(Exception):
    """A CALL lacks a member without which nobody can ask for it."""


class Prompts:
    """What the central system asks of one station.

    The next CALL of an action is the next one of that action in the log. To the operator's console it is the station,
    which is told what is coming.
    """

    def __init__(
        self, part: Part, station: Replayed, scribe: Scribe, csms: Csms, operations: Collection[type[Operation]]
    ) -> None:
        self.id = station.id
        self._part, self._station, self._scribe = part, station, scribe
        self._csms, self._operations = csms, operations
        self._to_come: defaultdict[str, deque[Step]] = defaultdict(deque)
        self._came: dict[int, asyncio.Future[IncomingCall]] = {}
        self._expecting: defaultdict[str, list[asyncio.Event]] = defaultdict(list)
        self._answered: set[int] = set()
        for step in part.steps:
            if step.act is Act.ASKED:
                self._to_come[step.action].append(step)
                self._came[step.index] = asyncio.get_running_loop().create_future()
        station.taken = self._take
        csms.watch(self)

    def expect(self, action: str) -> asyncio.Event:
        """Return an event that is set when the next CALL of an action arrives."""
        self._expecting[action].append(event := asyncio.Event())
        return event

    def release(self, action: str) -> None:
        """Expect one CALL of an action less."""
        del self._expecting[action][-1:]

    def _take(self, incoming: IncomingCall) -> bool:
        """Take a CALL for the next one of its action in the log; one beyond those is a difference."""
        for event in self._expecting.pop(incoming.action, ()):
            event.set()
        if not self._to_come[incoming.action]:
            told = Deviation(Sort.MESSAGE, "no CALL", f"{incoming.action} {shown(incoming.payload)}")
            self._scribe.differ(f"{incoming.action}.req", told, entry=incoming.entry.index)
            return False
        step = self._to_come[incoming.action].popleft()
        self._came[step.index].set_result(incoming)
        asyncio.get_running_loop().call_later(self._station.patience / 2, self._hurry, step)
        return True

    def _hurry(self, step: Step) -> None:
        """Answer a CALL that came long before its place in the log."""
        answer = self._part.answers.get(step.index)
        message = self.answer(answer) if answer is not None and self._station.connected else None
        if message is not None:
            self._station.react(self._station.send(message))

    def answer(self, step: Step) -> list[Any] | None:
        """Return the answer to a CALL as the log has it, once; None for one that did not come."""
        assert step.of is not None
        came = self._came.get(step.of)
        if came is None or not came.done() or step.index in self._answered:
            return None
        self._answered.add(step.index)
        message = self._scribe.rewriting.sent(step.elements, step.action)
        message[1] = came.result().unique_id
        return message

    async def arrive(self, step: Step, gap: float, moment: Moment) -> bool:
        """Wait for a CALL, and return whether it came; what does not come unasked is asked for as an operator would.

        ``gap`` are the seconds since the step before.
        """
        came = self._came[step.index]
        if gap <= PROMPT:
            await asyncio.wait({came}, timeout=UNASKED + gap)
        if not came.done() and not await self._ask(step, moment):
            self._give_up(step)
            return False
        await asyncio.wait({came}, timeout=self._station.patience)
        if not came.done():
            self._give_up(step)
            limit = f"none within {self._station.patience:g} s"
            self._scribe.differ(f"{step.action}.req", Deviation(Sort.MESSAGE, "a CALL", limit))
            return False
        entry = came.result().entry
        self._scribe.compare(f"{step.action}.req", step, entry.text, entry.index)
        return True

    async def _ask(self, step: Step, moment: Moment) -> bool:
        """Have the central system send a CALL, and return whether that could be done."""
        kind = _OPERATIONS[self._part.version.name].get(step.action)
        if kind is None or kind not in self._operations:
            self._scribe.finds.unplayed[f"{step.action}: the driver has no such operation"] += 1
            return False
        what = f"{step.action}.req"
        try:
            await self._csms.perform(self._operation(kind, step, moment))
        except _Incomplete as error:
            told = Deviation(Sort.MESSAGE, f"a CALL without {error}", "none can be asked for")
            self._scribe.differ(what, told)
            return False
        except (Refused, Unsupported) as error:
            self._scribe.differ(what, Deviation(Sort.MESSAGE, "a CALL", error.reason))
            return False
        return True

    def _operation(self, kind: type[Operation], step: Step, moment: Moment) -> Operation:
        """Return what an operator asks for to have a CALL sent: its members, as far as OCPP knows them."""
        shift = datetime.now(UTC) - at if (at := moment(step)) else timedelta()
        payload = self._scribe.rewriting.payload(step.payload, step.action, Kind.REQUEST, shift)
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
        return name in CHOSEN and default is None and not self._scribe.rewriting.knows(name, step.payload[name])

    def _give_up(self, step: Step) -> None:
        if step in self._to_come[step.action]:
            self._to_come[step.action].remove(step)
