"""Defects that show when the messages of a transaction are lost and sent again, whatever the OCPP version."""

from __future__ import annotations

from typing import Any, ClassVar

from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.messages import Call

from server.core.framing import CALLRESULT, Outgoing
from server.core.session import Session
from server.core.validation import Payload
from server.mutants.registry import mutant


@mutant(
    "repeated-call-unanswered", "A CALL that says what the one before has said, on whatever connection, is ignored."
)
class _RepeatedCallUnanswered(Session):
    latest: ClassVar[dict[str, tuple[str, Payload]]] = {}

    def serve(self, call: Call, began: float) -> None:
        said = call.action, call.payload
        if call.payload:
            if self.latest.get(self.station.id) == said:
                self.ignore("it has been said before")
                return
            self.latest[self.station.id] = said
        super().serve(call, began)


@mutant(
    "transactions-of-the-connection",
    "What a station tells of a transaction is refused, unless it has begun on the same connection.",
)
class _TransactionsOfTheConnection(Session):
    def take_over(self) -> None:
        self.begun: set[Any] = set()
        super().take_over()

    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        id = payload.get("transactionInfo", payload).get("transactionId")
        if payload.get("eventType") == "Started":
            self.begun.add(id)
        if id is not None and id not in self.begun:
            raise PropertyConstraintViolationError(description="there is no such transaction")

    def emit(self, message: Outgoing) -> None:
        if (message.kind, message.action) == (CALLRESULT, "StartTransaction"):
            self.begun.add(message.frame[2]["transactionId"])
        super().emit(message)
