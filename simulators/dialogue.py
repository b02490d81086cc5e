"""What a charge point and its central system say to each other, for somebody who only listens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.ocppj import Call, CallError, CallResult, Payload
from harness.trace import Direction, Entry, Event, Trace
from harness.verdict import Inconclusive, Nonconformity
from harness.versions import Version
from simulators.inbox import covers
from simulators.members import Received


@dataclass(frozen=True, slots=True)
class Exchange:
    """A CALL and its CALLRESULT; ``entry`` is that of the answer."""

    action: str
    payload: Payload
    answer: Payload
    entry: Entry


class Dialogue:
    """The dialogue of the charge point ``id``, as its trace shows it.

    Each wait finds a CALL that no other has found, of those since ``anew``. ``patience`` is the time in seconds that
    the central system has for what it owes, ``slack`` that the charge point has for what it does by itself.
    """

    def __init__(self, id: str, version: Version, trace: Trace, *, patience: float, slack: float) -> None:
        self.id = id
        self._version = version
        self._trace = trace
        self._patience = patience
        self._slack = slack
        self._found: set[int] = set()
        self._since = 0
        self._awaited: dict[str, list[asyncio.Event]] = {}
        self._news = asyncio.Event()
        trace.listen(self._hear)

    def anew(self) -> None:
        """Forget what was said so far: something new is about to be done."""
        self._since = len(self._trace)

    async def told(self, action: str, *, within: float | None = None, **members: Any) -> Exchange:
        """Wait for a CALL of the charge point that has these members, and for its CALLRESULT, which is owed.

        Raises Inconclusive where the charge point does not send it, and Nonconformity for any other answer.
        """
        limit = self._slack if within is None else within
        entry = await self._within(limit, lambda: self._call(Direction.SENT, action, members))
        if entry is None:
            raise Inconclusive(f"{self.id} sent no {action}{_with(members)} within {limit:g} s")
        answered = await self._answer_to(entry, self._patience)
        if answered is not None and isinstance(answered.frame, CallResult):
            self._trace.regard(answered)
            return _exchange(entry, answered)
        observed = answered.label() if answered else f"no answer within {self._patience:g} s"
        evidence = answered.index if answered else None
        clause = f"OCPP-J {self._version} 4.2"
        raise Nonconformity(f"a CALLRESULT to {action}", observed, clause=clause, evidence=evidence)

    async def let_in(self, *, within: float | None = None, clause: str) -> None:
        """Wait until the charge point is let in, which is owed to one that asks.

        Raises Nonconformity where it is refused, and Inconclusive where it does not even ask.
        """
        limit = self._slack if within is None else within
        if await self._within(limit, lambda: self._event(Event.OPENED)) is not None:
            return
        refused = self._event(Event.REFUSED)
        if refused is None:
            raise Inconclusive(f"{self.id} did not connect within {limit:g} s")
        raise Nonconformity("a connection that is let in", refused.text, clause=clause, evidence=refused.index)

    async def ordered(self, action: str, **members: Any) -> Exchange:
        """Wait for a CALL of the central system that has these members, which is owed, and for the CALLRESULT to it.

        Raises Nonconformity where it does not come, and Inconclusive where the charge point answers otherwise.
        """
        entry = await self._within(self._patience, lambda: self._call(Direction.RECEIVED, action, members))
        if entry is None:
            expected, observed = f"a CALL {action}{_with(members)}", f"no such CALL within {self._patience:g} s"
            raise Nonconformity(expected, observed, clause=f"OCPP-J {self._version} 4.2.1")
        self._trace.regard(entry)
        answered = await self._answer_to(entry, self._slack)
        if answered is None or not isinstance(answered.frame, CallResult):
            seen = answered.label() if answered else f"nothing within {self._slack:g} s"
            raise Inconclusive(f"{self.id} answered {action} with {seen}")
        return _exchange(entry, answered)

    def calls(self, action: str) -> list[Payload]:
        """Return the payloads of all CALLs of the charge point since it was last told anew."""
        return [call.payload for entry, call in self._calls(Direction.SENT) if call.action == action]

    # What the central system's operator waits for

    def expect(self, action: str) -> asyncio.Event:
        """Return an event that is set when the next CALL of this action arrives from the central system."""
        arrived = asyncio.Event()
        self._awaited.setdefault(action, []).append(arrived)
        return arrived

    def release(self, action: str) -> None:
        """Wait no longer for the CALL that was expected last."""
        if awaited := self._awaited.get(action):
            awaited.pop()

    # Inside

    def _hear(self, entry: Entry) -> None:
        if entry.station != self.id:
            return
        if isinstance(entry.frame, Call) and entry.direction is Direction.RECEIVED:
            for arrived in self._awaited.pop(entry.frame.action, ()):
                arrived.set()
        self._news.set()
        self._news = asyncio.Event()

    async def _within(self, limit: float, look: Any) -> Entry | None:
        try:
            async with asyncio.timeout(limit):
                while (found := look()) is None:
                    await self._news.wait()
                return found  # type: ignore[no-any-return]
        except TimeoutError:
            return None

    def _call(self, direction: Direction, action: str, members: dict[str, Any]) -> Entry | None:
        for entry, call in self._calls(direction):
            if entry.index not in self._found and call.action == action and covers(call.payload, members):
                self._found.add(entry.index)
                return entry
        return None

    def _calls(self, direction: Direction) -> Iterator[tuple[Entry, Call]]:
        for entry in list(self._trace)[self._since :]:
            if entry.station == self.id and entry.direction is direction and isinstance(entry.frame, Call):
                yield entry, entry.frame

    def _event(self, event: Event) -> Entry | None:
        """Return the latest event of a kind, None where there was none."""
        mine = (one for one in reversed(list(self._trace)[self._since :]) if one.station == self.id)
        return next((one for one in mine if one.event is event), None)

    async def _answer_to(self, entry: Entry, limit: float) -> Entry | None:
        assert isinstance(entry.frame, Call)
        unique_id = entry.frame.unique_id

        def look() -> Entry | None:
            for one in list(self._trace)[entry.index :]:
                mine = one.station == self.id and one.direction is not entry.direction
                if mine and isinstance(one.frame, CallResult | CallError) and one.frame.unique_id == unique_id:
                    return one
            return None

        return await self._within(limit, look)


def _with(members: dict[str, Any]) -> str:
    return f" with {members}" if members else ""


def _exchange(call: Entry, answer: Entry) -> Exchange:
    assert isinstance(call.frame, Call)
    assert isinstance(answer.frame, CallResult)
    return Exchange(call.frame.action, Received(call.frame.payload), Received(answer.frame.payload), answer)
