"""Mutants of transactions: which of their events are not taken as they are (OCPP 2.0.1 E)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ocpp.exceptions import InternalError, OccurrenceConstraintViolationError
from ocpp.v201.enums import (
    AuthorizationStatusEnumType,
    ChargingStateEnumType,
    ReasonEnumType,
    TransactionEventEnumType,
    TriggerReasonEnumType,
)
from sqlalchemy import Connection, select

from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, drop, put, refuses, turn
from server.mutants.v201 import request, response
from server.v201 import tables
from server.v201.bookkeeping import ENDED, Bookkeeping
from server.v201.readings import Readings201
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


# What is on record


@mutant(
    "connector-of-the-station",
    "A connector number is taken for that of the whole station, so that each EVSE is EVSE 1.",
    faults=["citrineos/citrineos-core#859"],
    remarks=True,
)
class _ConnectorOfTheStation(Bookkeeping):
    def changes(self, row: Any, event: Payload, info: Payload | None) -> dict[str, Any]:
        changes = super().changes(row, event, info)
        return {**changes, "evse_id": changes["connector_id"]} if "evse_id" in changes else changes


@mutant("stopped-reason-lost", "Every stop is recorded as one that the driver wanted.", remarks=True)
class _StoppedReasonLost(Bookkeeping):
    def changes(self, row: Any, event: Payload, info: Payload | None) -> dict[str, Any]:
        return turn(reason=lambda _: ReasonEnumType.local.value)(super().changes(row, event, info))


@mutant("last-reading-mistaken", "The meter at the start of a transaction is shown as that at its end.", remarks=True)
class _LastReadingMistaken(Readings201):
    def transactions(self, tx: Connection, station: str) -> Sequence[Payload]:
        return [put(meter_stop=one["meter_start"])(one) for one in super().transactions(tx, station)]


@mutant("charging-state-of-the-start", "The first charging state of a transaction is recorded for good.", remarks=True)
class _ChargingStateOfTheStart(Bookkeeping):
    def changes(self, row: Any, event: Payload, info: Payload | None) -> dict[str, Any]:
        changes = super().changes(row, event, info)
        return changes if row.charging_state is None else drop("charging_state")(changes)


# What comes late


@mutant(
    "queued-end-dropped",
    "The end of a transaction that was offline is confirmed, and not recorded.",
    faults=["citrineos/citrineos-core#1053"],
    remarks=True,
)
class _QueuedEndDropped(Bookkeeping):
    def record(self, tx: Connection, station: str, event: Payload) -> bool:
        queued = event["eventType"] == ENDED and event.get("offline", False)
        return not queued and super().record(tx, station, event)


@mutant("late-end-taken-for-the-latest", "The end of a transaction ends the latest one of its station.", remarks=True)
class _LateEndTakenForTheLatest(Bookkeeping):
    def transaction(self, tx: Connection, station: str, event: Payload) -> Any:
        row = super().transaction(tx, station, event)
        known = tables.transactions
        latest = select(known).where(known.c.station == station).order_by(known.c.number.desc()).limit(1)
        return tx.execute(latest).one() if event["eventType"] == ENDED else row


@mutant(
    "late-event-live",
    "A transaction of which an event comes late is taken to be running.",
    faults=["lbbrhzn/ocpp#2141"],
    remarks=True,
)
class _LateEventLive(Bookkeeping):
    def changes(self, row: Any, event: Payload, info: Payload | None) -> dict[str, Any]:
        changes = super().changes(row, event, info)
        return changes if event["eventType"] == ENDED else {**changes, "active": True}


@mutant("missing-events-overlooked", "It is not noticed that events of a transaction have not come.", remarks=True)
class _MissingEventsOverlooked(Readings201):
    def transactions(self, tx: Connection, station: str) -> Sequence[Payload]:
        return [put(missing=[])(one) for one in super().transactions(tx, station)]
