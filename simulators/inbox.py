"""The CALLs of the central system: which of them a scenario claims, and which the station answers by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from harness.ocppj import Call, CallError, CallResult, Frame, Payload
from harness.trace import Entry
from simulators.members import Received


class Answering(Protocol):
    """A station as far as the answers to CALLs go."""

    async def send(self, message: Frame) -> Entry:
        """Send an answer."""
        ...

    async def answer_by_default(self, incoming: IncomingCall) -> None:
        """Answer as a correct station does."""
        ...


class IncomingCall:
    """A CALL of the central system; a scenario that has taken it over must answer it.

    ``payload`` is in wire spelling.
    """

    def __init__(self, station: Answering, call: Call, entry: Entry) -> None:
        self._station = station
        self.call = call
        self.entry = entry
        self.payload: Payload = Received(call.payload)

    @property
    def unique_id(self) -> str:
        """The message id under which it is answered."""
        return self.call.unique_id

    @property
    def action(self) -> str:
        """The action, such as "Reset"."""
        return self.call.action

    async def answer(self, payload: Mapping[str, Any] | None = None, **members: Any) -> None:
        """Answer with a CALLRESULT of these members in wire spelling; None stands for an empty payload."""
        await self._station.send(CallResult(self.unique_id, {**(payload or {}), **members}))

    async def refuse(self, code: str, description: str = "", details: Payload | None = None) -> None:
        """Answer with a CALLERROR."""
        await self._station.send(CallError(self.unique_id, code, description, details or {}))

    async def answer_by_default(self) -> None:
        """Answer as a correct station does."""
        await self._station.answer_by_default(self)


def covers(found: Any, wanted: Any) -> bool:
    """Return whether a value has all that is wanted of it: objects may have more members, at any depth."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(covers(found.get(name), one) for name, one in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(covers, found, wanted))
    return bool(found == wanted)


@dataclass(frozen=True, slots=True)
class _Claim:
    action: str
    arrived: asyncio.Event


class Inbox:
    """Keeps the CALLs whose action a scenario has claimed, and hands the others to the station at once.

    ``answer`` has the station answer a CALL by itself; it returns without waiting for that.
    """

    def __init__(self, answer: Callable[[IncomingCall], None]) -> None:
        self._answer = answer
        self._claims: list[_Claim] = []
        self._claimed_since: dict[str, int] = {}
        self._kept: list[IncomingCall] = []
        self._untaken: list[IncomingCall] = []
        self._news = asyncio.Event()

    def claim(self, action: str, since: int) -> asyncio.Event:
        """Keep CALLs of this action from now, trace entry ``since``, on; the event is set when the next arrives."""
        if not self.claimed(action):
            self._claimed_since[action] = since
        claim = _Claim(action, asyncio.Event())
        self._claims.append(claim)
        return claim.arrived

    def claimed(self, action: str) -> bool:
        """Whether CALLs of this action are kept."""
        return any(claim.action == action for claim in self._claims)

    def release(self, action: str, *, latest: bool = False) -> None:
        """Give up one claim on an action, the oldest unless said otherwise.

        Without any left, the station answers what was kept of it.
        """
        claims = [claim for claim in self._claims if claim.action == action]
        if claims:
            self._claims.remove(claims[-1 if latest else 0])
        if not self.claimed(action):
            for incoming in self._of(action):
                self._pass_on(incoming)

    def put(self, incoming: IncomingCall) -> None:
        """Take a CALL in that has just arrived."""
        self._untaken.append(incoming)
        claims = [claim for claim in self._claims if claim.action == incoming.action]
        if not claims:
            self._answer(incoming)
            return
        next((claim for claim in claims if not claim.arrived.is_set()), claims[0]).arrived.set()
        self._kept.append(incoming)
        self.wake()

    def take(self, action: str, members: Mapping[str, Any]) -> IncomingCall | None:
        """Return the next kept CALL of an action with these payload members, None if there is none yet.

        Those without them are ones that the central system makes of its own accord: the station answers them.
        """
        for incoming in self._of(action):
            if covers(incoming.payload, members):
                self._kept.remove(incoming)
                self._untaken.remove(incoming)
                return incoming
            self._pass_on(incoming)
        return None

    def untaken(self, action: str) -> list[Entry]:
        """Return the CALLs of an action that no scenario took over, from its latest claim on."""
        since = self._claimed_since.get(action, 0)
        return [one.entry for one in self._untaken if one.action == action and one.entry.index >= since]

    def empty(self) -> list[IncomingCall]:
        """Give all claims up, and return what was kept without an answer."""
        self._claims.clear()
        kept, self._kept = self._kept, []
        return kept

    def wake(self) -> None:
        """Let everyone who waits for news look again."""
        self._news.set()
        self._news = asyncio.Event()

    async def news(self) -> None:
        """Wait for the next CALL that is kept, or for the end of the connection."""
        await self._news.wait()

    def _of(self, action: str) -> list[IncomingCall]:
        return [incoming for incoming in self._kept if incoming.action == action]

    def _pass_on(self, incoming: IncomingCall) -> None:
        self._kept.remove(incoming)
        self._answer(incoming)
