"""Mutants of transactions: which of their events are not taken as they are (OCPP 2.0.1 E)."""

from __future__ import annotations

from typing import Any

from ocpp.exceptions import InternalError, OccurrenceConstraintViolationError
from ocpp.v201.enums import (
    AuthorizationStatusEnumType,
    ChargingStateEnumType,
    TransactionEventEnumType,
    TriggerReasonEnumType,
)
from sqlalchemy import Connection, select

from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, put, refuses, turn
from server.mutants.v201 import request, response
from server.v201 import tables
from server.v201.bookkeeping import ENDED
from server.v201.transactions import Transactions

STARTED = TransactionEventEnumType.started.value
_STOPS = frozenset({TriggerReasonEnumType.stop_authorized.value, TriggerReasonEnumType.remote_stop.value})
_SUSPENDED = frozenset({ChargingStateEnumType.suspended_ev.value, ChargingStateEnumType.suspended_evse.value})


def _state(event: Payload) -> Any:
    return event["transactionInfo"].get("chargingState")


def _stops_with_token(event: Payload) -> bool:
    return "idToken" in event and (event["eventType"] == ENDED or event["triggerReason"] in _STOPS)


def _is_signed(event: Payload) -> bool:
    values = [value for one in event.get("meterValue", []) for value in one["sampledValue"]]
    return any("signedMeterValue" in value for value in values)


refuses(request("TransactionEvent"),
    Row("start-without-token-refused", "A start before any token was presented is refused.",
        OccurrenceConstraintViolationError("idToken: missing"),
        when=lambda event: event["eventType"] == STARTED and "idToken" not in event),
    Row("end-without-token-refused", "The end of a transaction that names no token is refused.",
        OccurrenceConstraintViolationError("idToken: missing"),
        when=lambda event: event["eventType"] == ENDED and "idToken" not in event),
    Row("signed-value-refused", "A meter value that is signed is answered InternalError.",
        InternalError("no such column"), when=_is_signed),
    Row("suspension-refused", "An event in which charging is suspended is answered InternalError.",
        InternalError("no energy"), when=lambda event: _state(event) in _SUSPENDED),
    Row("idle-transaction-refused", "An event of a transaction without a car is answered InternalError.",
        InternalError("no car"), when=lambda event: _state(event) == ChargingStateEnumType.idle),
    Row("deauthorization-refused", "The end of a transaction whose token is not accepted is answered InternalError.",
        InternalError("there is no such transaction"),
        when=lambda event: event["triggerReason"] == TriggerReasonEnumType.deauthorized),
    Row("remote-stop-event-refused", "An event that a remote stop caused is answered InternalError.",
        InternalError("nobody presented a token"),
        when=lambda event: event["triggerReason"] == TriggerReasonEnumType.remote_stop),
)  # fmt: skip
alters(response("TransactionEvent"),
    Row("stop-told-concurrent", "A token that stops its own transaction is told ConcurrentTx.",
        put(idTokenInfo={"status": AuthorizationStatusEnumType.concurrent_tx.value}), to=_stops_with_token),
)  # fmt: skip
alters(request("RequestStopTransaction"),
    Row("remote-stop-id-cut", "The id of a transaction is cut to 20 characters in a remote stop.",
        turn(transactionId=lambda text: text[:20])),
)  # fmt: skip


@mutant("seq-no-of-the-station", "An event is refused unless its number is above those of earlier transactions.")
class _SeqNoOfTheStation(Transactions):
    def event(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        known = tables.transaction_events.c
        others = known.transaction_id != payload["transactionInfo"]["transactionId"]
        later = select(known.seq_no).where(known.station == station.id, others, known.seq_no >= payload["seqNo"])
        if tx.execute(later.limit(1)).first() is not None:
            raise OccurrenceConstraintViolationError(description="seqNo: not above that of the event before")
        return super().event(tx, station, payload)
