"""Transactions in the store, as their events make them: in whatever order they come, and however often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import orjson
from ocpp.v201.enums import (
    AuthorizationStatusEnumType,
    ReasonEnumType,
    TransactionEventEnumType,
    TriggerReasonEnumType,
)
from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.sqlite import insert

from server.core import instants
from server.core.validation import Payload
from server.v201 import samples, tables
from server.v201.id_tokens import ACCEPTED, IdTokens

MAX_MISSING = 1000
"""Most seqNos of one transaction that are listed as missing."""

ENDED = TransactionEventEnumType.ended.value

_known = tables.transactions.c
_once = insert(tables.transaction_events).on_conflict_do_nothing()


class Bookkeeping:
    """Books the events of transactions (OCPP 2.0.1 E)."""

    def __init__(self, id_tokens: IdTokens, *, parallel_tag_use: bool) -> None:
        self.id_tokens = id_tokens
        self.parallel_tag_use = parallel_tag_use

    def book(self, tx: Connection, station: str, event: Payload) -> Payload | None:
        """Book an event and return the idTokenInfo of its token, None where it has none.

        An event that comes again, its answer having been lost, changes nothing (E13).
        """
        row = self.transaction(tx, station, event)
        info = self.verify(tx, row, event)
        if self.record(tx, station, event):
            changes = self.changes(row, event, info)
            tx.execute(update(tables.transactions).where(_known.number == row.number).values(changes))
            if "evse_id" in changes and row.active:
                self.end_stale(tx, row, changes)
        return info

    def record(self, tx: Connection, station: str, event: Payload) -> bool:
        """Keep an event, and return whether it is new."""
        row = {
            "station": station,
            "transaction_id": event["transactionInfo"]["transactionId"],
            "seq_no": event["seqNo"],
            "type": event["eventType"],
            "trigger_reason": event["triggerReason"],
            "timestamp": instants.to_store(instants.parse(event["timestamp"])),
            "event": orjson.dumps(event),
        }
        return tx.execute(_once, row).rowcount == 1

    def transaction(self, tx: Connection, station: str, event: Payload) -> Any:
        """Return the row of the transaction that an event is about; the first event that comes makes it."""
        id = event["transactionInfo"]["transactionId"]
        started = instants.to_store(instants.parse(event["timestamp"]))
        row = {"station": station, "id": id, "active": True, "started": started}
        tx.execute(insert(tables.transactions).on_conflict_do_nothing(), row)
        return tx.execute(select(tables.transactions).where(_known.station == station, _known.id == id)).one()

    def changes(self, row: Any, event: Payload, info: Payload | None) -> dict[str, Any]:
        """Return the columns of a transaction that an event changes."""
        at = instants.to_store(instants.parse(event["timestamp"]))
        about: Mapping[str, Any] = event["transactionInfo"]
        changes: dict[str, Any] = {"started": min(row.started, at)}
        if event["eventType"] == ENDED:
            changes |= {
                "active": False,
                "stopped": at,
                "reason": about.get("stoppedReason", ReasonEnumType.local.value),
            }
        elif info is not None and row.id_token is None and self.begins(event):
            token = event["idToken"]
            changes |= {"id_token": token["idToken"], "folded": self.id_tokens.fold(token)}
            changes["authorization"] = info["status"]
        if "evse" in event:
            changes |= {"evse_id": event["evse"]["id"], "connector_id": event["evse"].get("connectorId")}
        if "chargingState" in about and (row.latest is None or event["seqNo"] >= row.latest):
            changes |= {"charging_state": about["chargingState"], "latest": event["seqNo"]}
        if "remoteStartId" in about:
            changes["remote_start_id"] = about["remoteStartId"]
        return changes

    def begins(self, event: Payload) -> bool:
        """Return whether the token of an event is there to charge, and not to stop."""
        stops = (TriggerReasonEnumType.stop_authorized, TriggerReasonEnumType.remote_stop)
        return event["eventType"] != ENDED and event["triggerReason"] not in stops

    def verify(self, tx: Connection, row: Any, event: Payload) -> Payload | None:
        """Return what the token of an event is worth; one that is in use may not begin another transaction."""
        if (token := event.get("idToken")) is None:
            return None
        info = self.id_tokens.info(token)
        if self.parallel_tag_use or info["status"] != ACCEPTED or not self.begins(event):
            return info
        if self.in_use(tx, row, self.id_tokens.fold(token)):
            return {**info, "status": AuthorizationStatusEnumType.concurrent_tx.value}
        return info

    def in_use(self, tx: Connection, row: Any, folded: str | None) -> bool:
        """Return whether another transaction of this token is running that was not refused."""
        running = (
            _known.folded == folded,
            _known.active,
            _known.authorization == ACCEPTED,
            _known.number != row.number,
        )
        return tx.execute(select(_known.number).where(*running).limit(1)).first() is not None

    def end_stale(self, tx: Connection, row: Any, changes: Payload) -> None:
        """Take earlier transactions for ended that ran on the EVSE: their end was lost, or is still to come."""
        same = (_known.station == row.station, _known.evse_id == changes["evse_id"], _known.number != row.number)
        earlier = (*same, _known.started < changes["started"])
        tx.execute(update(tables.transactions).where(*earlier, _known.active).values(active=False))


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """A transaction as it is booked, with its events in their order."""

    row: Row[Any]
    events: Sequence[Payload]

    def instant(self, column: str) -> datetime | None:
        """Return the instant in a column."""
        text = getattr(self.row, column)
        return instants.parse(text) if text else None

    @property
    def meter_values(self) -> Sequence[dict[str, Any]]:
        """The sampled values of all events."""
        return [one for event in self.events for one in samples.complete(event.get("meterValue", []))]

    @property
    def missing(self) -> Sequence[int]:
        """The seqNos before the latest whose events have not come, up to a limit (E01.FR.07)."""
        return list(islice(self._gaps(), MAX_MISSING))

    def _gaps(self) -> Iterator[int]:
        expected = 0
        for number in sorted({event["seqNo"] for event in self.events}):
            yield from range(expected, number)
            expected = max(expected, number + 1)


def read(tx: Connection, station: str) -> Sequence[TransactionRecord]:
    """Return the transactions of a station in the order in which their first events came."""
    events: dict[str, list[Payload]] = {}
    told = tables.transaction_events.c
    booked = select(told.transaction_id, told.event).where(told.station == station)
    for row in tx.execute(booked.order_by(told.seq_no, told.number)):
        events.setdefault(row.transaction_id, []).append(orjson.loads(row.event))
    rows = tx.execute(select(tables.transactions).where(_known.station == station).order_by(_known.number))
    return [TransactionRecord(row, events.get(row.id, [])) for row in rows]
