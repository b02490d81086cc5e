"""Mutants of events that come again, late, or never (OCPP 2.0.1 E04, E08, E13)."""

from __future__ import annotations

from typing import Any

from ocpp.exceptions import OccurrenceConstraintViolationError, PropertyConstraintViolationError
from sqlalchemy import Connection, func, select, update

from server.core import instants
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v201 import tables
from server.v201.bookkeeping import ENDED, Bookkeeping

_told = tables.transaction_events.c


def _of(station: str, event: Payload) -> tuple[Any, Any]:
    return _told.station == station, _told.transaction_id == event["transactionInfo"]["transactionId"]


@mutant("repeated-event-refused", "An event that is sent again is refused.", remarks=True)
class _RepeatedEventRefused(Bookkeeping):
    def record(self, tx: Connection, station: str, event: Payload) -> bool:
        if not super().record(tx, station, event):
            raise PropertyConstraintViolationError(description="seqNo: the event has been booked")
        return True


@mutant("event-after-a-gap-refused", "An event is refused while one before it has not come.")
class _EventAfterAGapRefused(Bookkeeping):
    def record(self, tx: Connection, station: str, event: Payload) -> bool:
        latest = tx.execute(select(func.max(_told.seq_no)).where(*_of(station, event))).scalar()
        if latest is not None and event["seqNo"] > latest + 1:
            raise OccurrenceConstraintViolationError(description="seqNo: an event is missing")
        return super().record(tx, station, event)


@mutant(
    "event-before-the-start-refused",
    "What went on offline in a transaction is refused as long as its start has not come.",
    remarks=True,
)
class _EventBeforeTheStartRefused(Bookkeeping):
    def record(self, tx: Connection, station: str, event: Payload) -> bool:
        begun = select(_told.number).where(*_of(station, event), _told.type == "Started")
        late = event.get("offline", False) and event["eventType"] == "Updated"
        if late and tx.execute(begun).first() is None:
            raise PropertyConstraintViolationError(description="there is no such transaction")
        return super().record(tx, station, event)


@mutant(
    "offline-event-forgotten",
    "What happened in a transaction while its station was offline is not recorded.",
    remarks=True,
)
class _OfflineEventForgotten(Bookkeeping):
    def record(self, tx: Connection, station: str, event: Payload) -> bool:
        forgotten = event.get("offline", False) and event["eventType"] == "Updated"
        return not forgotten and super().record(tx, station, event)


@mutant("events-dated-by-arrival", "A transaction is booked with the times at which its events came.", remarks=True)
class _EventsDatedByArrival(Bookkeeping):
    def book(self, tx: Connection, station: str, event: Payload) -> Payload | None:
        return super().book(tx, station, {**event, "timestamp": instants.to_wire(instants.now())})


@mutant("repeated-start-reopens", "A transaction whose start is told again is taken to be running.", remarks=True)
class _RepeatedStartReopens(Bookkeeping):
    def book(self, tx: Connection, station: str, event: Payload) -> Payload | None:
        info = super().book(tx, station, event)
        if event["eventType"] == "Started":
            known = tables.transactions.c
            same = known.station == station, known.id == event["transactionInfo"]["transactionId"]
            tx.execute(update(tables.transactions).where(*same).values(active=True))
        return info


@mutant(
    "charging-state-of-the-latest",
    "The charging state that came last is taken for the present one.",
    remarks=True,
)
class _ChargingStateOfTheLatest(Bookkeeping):
    def changes(self, row: Any, event: Payload, info: Payload | None) -> dict[str, Any]:
        changes = super().changes(row, event, info)
        state = event["transactionInfo"].get("chargingState", row.charging_state)
        return {**changes, "charging_state": state}


@mutant("repeated-end-ends-another", "An end that is sent again ends what else is running on the station.")
class _RepeatedEndEndsAnother(Bookkeeping):
    def record(self, tx: Connection, station: str, event: Payload) -> bool:
        new = super().record(tx, station, event)
        if event["eventType"] == ENDED and not new:
            running = tables.transactions.c.station == station
            tx.execute(update(tables.transactions).where(running).values(active=False))
        return new
