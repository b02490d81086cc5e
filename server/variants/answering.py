"""Variants of how CALLs of a station are answered (OCPP-J 1.6 4)."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from ocpp.exceptions import FormationViolationError, GenericError, OCPPError
from ocpp.messages import Call

from server.core.framing import BrokenCall, Framing, Message
from server.core.session import Session
from server.variants.registry import variant

HELD = 0.02
"""Seconds for which answers are held, to be sent in another order."""


@variant(
    "generic-error-for-everything",
    "Whatever is refused is refused with GenericError.",
    grounds="OCPP-J 1.6 4.2.3: the code for any other error",
)
class _GenericError(Session):
    def refuse(self, call: Call, error: OCPPError) -> None:
        super().refuse(call, GenericError(description=error.description))


@variant(
    "null-payload-refused",
    "A CALL with null in place of its payload is refused.",
    grounds="OCPP-J 1.6 4.2.1: an empty object is the better notation",
)
class _NullRefused(Framing):
    def _rarer(self, elements: list[Any]) -> Message:
        match elements:
            case [2, str(unique_id), str(), None] if unique_id:
                raise BrokenCall(unique_id, FormationViolationError(description="the payload is no object"))
        return super()._rarer(elements)


@variant(
    "own-calls-first",
    "While a CALL to a station is unanswered, the CALLs of the station wait.",
    grounds="OCPP-J 1.6 4.1.1 can be read as one CALL in both directions; CitrineOS holds to that",
)
class _OwnCallsFirst(Session):
    def serve(self, call: Call, began: float) -> None:
        if self._outstanding:
            _, answer = next(iter(self._outstanding.values()))
            answer.add_done_callback(lambda _: self.serve(call, began))
        else:
            super().serve(call, began)


@variant(
    "unreadable-answered",
    "A text that is not JSON is answered with a CALLERROR that has the id -1.",
    grounds="OCPP-J 1.6 is silent on what is no message; later versions foresee this, MaEVe and CitrineOS do it",
)
class _UnreadableAnswered(Session):
    def ignore(self, problem: str) -> None:
        super().ignore(problem)
        if "JSON" in problem:
            self.refuse(Call("-1", "", {}), FormationViolationError(description=problem))


@variant(
    "repeated-call-answered-from-a-cache",
    "A CALL whose id has been used before is answered as the first one was.",
    grounds="OCPP-J 1.6 4.1.4 does not say how the receiver reacts",
)
class _AnsweredFromACache(Session):
    def take_over(self) -> None:
        self._answers: dict[str, bytes] = {}
        super().take_over()

    def serve(self, call: Call, began: float) -> None:
        if call.unique_id in self._answers:
            self.send(self._answers[call.unique_id])
        elif call.unique_id not in self._seen:
            super().serve(call, began)

    def send(self, data: bytes) -> None:
        kind, unique_id, *_ = orjson.loads(data)
        if kind != 2:
            self._answers[unique_id] = data
        super().send(data)


@variant(
    "answers-in-any-order",
    "CALLs that are sent without waiting are answered in the reverse order.",
    grounds="OCPP-J 1.6 4.1.1: ids, not the order, tell what an answer belongs to",
)
class _AnyOrder(Session):
    def take_over(self) -> None:
        self._held: list[bytes] = []
        super().take_over()

    def send(self, data: bytes) -> None:
        if data.startswith(b"[2,"):
            self._let_go()
            super().send(data)
            return
        if not self._held:
            asyncio.get_running_loop().call_later(HELD, self._let_go)
        self._held.append(data)

    def _let_go(self) -> None:
        held, self._held = self._held, []
        for data in reversed(held):
            super().send(data)
