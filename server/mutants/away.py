"""Defects of operations whose station is away, or lost before it has answered (OCPP-J 1.6 4.1.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from server.core.call_queue import LOST, CallQueue, Operation
from server.core.links import CallFailed
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload, PayloadSchema
from server.mutants.registry import mutant

# Lost between the CALL and its answer


@mutant("lost-call-taken-for-accepted", "A CALL that was unanswered when its connection ended counts as Accepted.")
class _LostCallTakenForAccepted(CallQueue):
    async def call(self, station: Station, operation: Operation, payload: Payload) -> Payload:
        try:
            return await super().call(station, operation, payload)
        except CallFailed as failure:
            if str(failure).startswith(LOST):
                return {"status": "Accepted"}
            raise


@mutant("answer-of-any-id", "An answer with an id that is not known is taken for that to the CALL that is outstanding.")
class _AnswerOfAnyId(Session):
    def answered(self, unique_id: str, judge: Callable[[PayloadSchema], Payload | CallFailed]) -> None:
        outstanding = unique_id if unique_id in self._outstanding else next(iter(self._outstanding), unique_id)
        super().answered(outstanding, judge)


class _Remembering(CallQueue):
    """Remembers the operation of each station that was carried out last."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.latest: dict[Station, Operation] = {}

    async def carry_out(self, station: Station, operation: Operation) -> None:
        await super().carry_out(station, operation)
        self.latest[station] = operation


@mutant(
    "answered-operation-sent-again",
    "A station that comes back is sent once more what it answered last.",
    also=(_Remembering,),
)
class _AnsweredOperationSentAgain(Session):
    def take_over(self) -> None:
        if isinstance(self.queue, _Remembering) and (latest := self.queue.latest.pop(self.station, None)):
            self.queue.lane(self.station).waiting.append(latest)
        super().take_over()


# Ordered while the station is away


class _Aside(CallQueue):
    """Does something of its own with an operation that is taken while the station is away."""

    async def add(self, station: Station, operation: Operation) -> None:
        await super().add(station, operation)
        if station not in self.links:
            await self.aside(station, operation)

    async def aside(self, station: Station, operation: Operation) -> None:
        """Do it; the operation is the last that waits."""
        raise NotImplementedError


@mutant("away-order-delivered-twice", "What is ordered while a station is away is delivered twice.")
class _DeliveredTwice(_Aside):
    async def aside(self, station: Station, operation: Operation) -> None:
        self.lane(station).waiting.append(operation)


@mutant(
    "away-order-taken-for-accepted", "What is ordered while a station is away is told as Accepted, and not delivered."
)
class _TakenForAccepted(_Aside):
    async def aside(self, station: Station, operation: Operation) -> None:
        self.lane(station).waiting.pop()
        await self._answered(station, operation, {"status": "Accepted"})
        operation.done.set()


@mutant("away-order-forgotten", "What is ordered while a station is away is told as pending for ever.", remarks=True)
class _Forgotten(_Aside):
    async def aside(self, station: Station, operation: Operation) -> None:
        self.lane(station).waiting.pop()


@mutant(
    "away-orders-reversed", "What is ordered while a station is away is delivered last in, first out.", remarks=True
)
class _Reversed(_Aside):
    async def aside(self, station: Station, operation: Operation) -> None:
        self.lane(station).waiting.rotate(1)
