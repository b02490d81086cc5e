"""Central systems that fail at CALLs of their own, or at their answers (OCPP-J 1.6 4.1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from ocpp.exceptions import FormationViolationError, OCPPError
from ocpp.messages import Call, CallError, CallResult

from server.core.call_queue import LOST, CallQueue, Operation
from server.core.links import CallFailed
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, stubs

_CODES = frozenset(error.code for error in OCPPError.__subclasses__())

# The unique id of a CALL


@mutant("call-id-overlong", "The unique ids of CALLs have 72 characters.")
class _CallIdOverlong(Session):
    def new_id(self) -> str:
        return super().new_id() + super().new_id()


stubs(Session, "new_id",
    Row("call-id-empty", "The unique ids of CALLs are empty.", ""),
    Row("call-id-constant", "All CALLs have the same unique id.", "1"),
)  # fmt: skip


@mutant("call-id-wraps-around", "The unique ids of CALLs start again after 32.")
class _CallIdWrapsAround(Session):
    number = 0

    def new_id(self) -> str:
        self.number = (self.number + 1) % 32
        return str(self.number)


# The queue of CALLs


@mutant("outcome-always-accepted", "Whatever a station answers, an operation is shown as Accepted.", remarks=True)
class _OutcomeAlwaysAccepted(CallQueue):
    async def call(self, station: Station, operation: Operation, payload: Payload) -> Payload:
        answer = await super().call(station, operation, payload)
        return {**answer, "status": "Accepted"} if "status" in answer else answer


@mutant("one-queue-for-all", "A station that does not answer keeps the CALLs to all others waiting.")
class _OneQueueForAll(CallQueue):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._turn = asyncio.Lock()

    async def call(self, station: Station, operation: Operation, payload: Payload) -> Payload:
        async with self._turn:
            if (link := self.links.of(station)) is None:
                raise CallFailed("connection lost")
            return await link.call(operation.action, payload)


@mutant(
    "calls-not-queued",
    "A CALL is sent though an earlier one to the station is unanswered.",
    faults=["lorenzodonini/ocpp-go#57"],
    remarks=True,
)
class _CallsNotQueued(CallQueue):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._under_way: set[asyncio.Task[None]] = set()

    def wake(self, station: Station) -> None:
        while (operation := self.next(station)) is not None:
            self.lane(station).waiting.remove(operation)
            task = asyncio.create_task(self.carry_out(station, operation))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def carry_out(self, station: Station, operation: Operation) -> None:
        await super().carry_out(station, operation)
        self._pending.pop(operation.id, None)
        operation.done.set()


def _never_ends(*rows: Row[Callable[[str], bool]]) -> None:
    """Declare mutants that wait forever for some of the CALLs that have failed."""
    for row in rows:
        row.declare(_waiting(row.how))


def _waiting(how: Callable[[str], bool]) -> type[CallQueue]:
    class Waiting(CallQueue):
        async def call(self, station: Station, operation: Operation, payload: Payload) -> Payload:
            try:
                return await super().call(station, operation, payload)
            except CallFailed as failure:
                if how(str(failure)):
                    await asyncio.Event().wait()
                raise

    return Waiting


_never_ends(
    Row("call-error-never-ends", "A CALL that is answered with CALLERROR is waited for forever.",
        lambda failure: failure.startswith("CALLERROR"), faults=["steve-community/steve@d7bd0db4"]),
    Row("lost-call-never-ends", "A CALL that was unanswered when its connection ended is waited for forever.",
        lambda failure: failure.startswith(LOST)),
    Row("unparsable-answer-never-ends", "A CALL whose answer cannot be made out is waited for forever.",
        lambda failure: "not formed" in failure, faults=["steve-community/steve@050e62a7"], remarks=True),
)  # fmt: skip

# Answers that a station gives


@mutant("unknown-error-code-closes", "A CALLERROR with a code that is not of the table ends the connection.")
class _UnknownErrorCodeCloses(Session):
    def take_error(self, error: CallError) -> None:
        super().take_error(error)
        if error.error_code not in _CODES:
            self.connection.abort()


@mutant("call-error-taken-for-success", "A CALLERROR counts as an answer with the status Accepted.")
class _CallErrorTakenForSuccess(Session):
    def take_error(self, error: CallError) -> None:
        self.answered(error.unique_id, lambda _: {"status": "Accepted"})


_ACCEPTED = {"status": "Accepted", "getVariableResult": [], "setVariableResult": []}
"""What passes for the answer of a station that did what it was asked to."""


@mutant("invalid-answer-taken-for-accepted", "A CALLRESULT that its schema forbids counts as Accepted.")
class _InvalidAnswerTakenForAccepted(Session):
    def take_result(self, result: CallResult) -> None:
        self.answered(
            result.unique_id, lambda schema: result.payload if schema.is_valid(result.payload) else dict(_ACCEPTED)
        )


@mutant("invalid-answer-answered", "A CALLRESULT that its schema forbids is answered with CALLERROR.")
class _InvalidAnswerAnswered(Session):
    def take_result(self, result: CallResult) -> None:
        schema, _ = self._outstanding.get(result.unique_id, (None, None))
        if schema is not None and not schema.is_valid(result.payload):
            self.refuse(Call(result.unique_id, "", {}), FormationViolationError(description="an invalid answer"))
        super().take_result(result)


@mutant("stray-answer-answered", "An answer that nobody waits for is answered with CALLERROR.")
class _StrayAnswerAnswered(Session):
    def take_result(self, result: CallResult) -> None:
        if result.unique_id not in self._outstanding:
            self.refuse(Call(result.unique_id, "", {}), FormationViolationError(description="nobody has asked"))
        super().take_result(result)
