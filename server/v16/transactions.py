"""Transactions in the store: begun, ended and read, each in one database transaction."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from ocpp.v16.enums import AuthorizationStatus, Reason
from sqlalchemy import Connection, insert, select, update

from server.core import instants
from server.core.validation import Payload
from server.v16 import tables
from server.v16.id_tags import IdTags

MAX_ID = 2**31 - 1

_known = tables.transactions


@dataclass(frozen=True, slots=True)
class Started:
    """A transaction that has an id, and what its idTag was told."""

    id: int
    info: Payload


class Transactions:
    """Books the transactions of all stations (OCPP 1.6 4.8, 4.10)."""

    def __init__(self, id_tags: IdTags, *, parallel_tag_use: bool) -> None:
        self.id_tags = id_tags
        self.tags = id_tags.tags
        self.parallel_tag_use = parallel_tag_use

    def start(self, tx: Connection, station: str, payload: Payload) -> Started:
        """Book a StartTransaction, whatever its tag is worth; one that comes again changes nothing."""
        row = self.row(station, payload)
        earlier = self.find_repeated(tx, row)
        if earlier is not None:
            return Started(earlier.id, self.id_tags.info(payload["idTag"]) | {"status": earlier.authorization})
        info = self.authorize(tx, payload["idTag"])
        if info["status"] == AuthorizationStatus.accepted:
            self.end_stale(tx, row)
        id = self.new_id(tx)
        tx.execute(insert(_known), {**row, "id": id, "authorization": info["status"]})
        return Started(id, info)

    def row(self, station: str, payload: Payload) -> dict[str, Any]:
        """Return the columns that a StartTransaction fills."""
        return {
            "station": station,
            "connector_id": payload["connectorId"],
            "id_tag": payload["idTag"],
            "folded": self.tags.fold(payload["idTag"]),
            "reservation_id": payload.get("reservationId"),
            "meter_start": payload["meterStart"],
            "started": instants.to_store(instants.parse(payload["timestamp"])),
            "active": True,
        }

    def end_stale(self, tx: Connection, row: dict[str, Any]) -> None:
        """Take a transaction for ended that ran on the connector: its stop was lost, or is still to come."""
        same = [_known.c[name] == row[name] for name in ("station", "connector_id")]
        tx.execute(update(_known).where(*same, _known.c.active).values(active=False))

    def find_repeated(self, tx: Connection, row: dict[str, Any]) -> Any:
        """Return the transaction that the same StartTransaction has begun before, None if there is none."""
        same = [_known.c[name] == row[name] for name in ("station", "connector_id", "started", "meter_start", "folded")]
        return tx.execute(select(_known).where(*same)).first()

    def authorize(self, tx: Connection, id_tag: str) -> Payload:
        """Return the idTagInfo for a start: the tag is verified again, and its parallel use is noticed."""
        info = self.id_tags.info(id_tag)
        if not self.parallel_tag_use and info["status"] == AuthorizationStatus.accepted and self.in_use(tx, id_tag):
            return {**info, "status": AuthorizationStatus.concurrent_tx.value}
        return info

    def in_use(self, tx: Connection, id_tag: str) -> bool:
        """Return whether a transaction of this tag is running that was not refused."""
        running = (
            _known.c.folded == self.tags.fold(id_tag),
            _known.c.active,
            _known.c.authorization == AuthorizationStatus.accepted.value,
        )
        return tx.execute(select(_known.c.id).where(*running).limit(1)).first() is not None

    def new_id(self, tx: Connection) -> int:
        """Return an unused positive id that nobody can guess (OCPP 1.6 errata 3.54)."""
        while True:
            id = secrets.randbelow(MAX_ID) + 1
            if tx.execute(select(_known.c.number).where(_known.c.id == id)).first() is None:
                return id

    def stop(self, tx: Connection, station: str, payload: Payload) -> None:
        """Book a StopTransaction once; what is no transaction of this station is left alone."""
        row = self.find_running(tx, station, payload["transactionId"])
        if row is None:
            return
        changes = {
            "active": False,
            "meter_stop": payload["meterStop"],
            "stopped": instants.to_store(instants.parse(payload["timestamp"])),
            "reason": payload.get("reason", Reason.local.value),
            "stop_id_tag": payload.get("idTag"),
        }
        tx.execute(update(_known).where(_known.c.number == row.number).values(changes))
        if payload.get("transactionData"):
            tx.execute(insert(tables.meter_values), self.data_row(row, payload["transactionData"]))

    def find_running(self, tx: Connection, station: str, id: int) -> Any:
        """Return the transaction that a station means by an id, unless it has stopped it before."""
        if not 0 < id <= MAX_ID:
            return None
        not_stopped = (_known.c.id == id, _known.c.station == station, _known.c.stopped.is_(None))
        return tx.execute(select(_known).where(*not_stopped)).first()

    def data_row(self, row: Any, data: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the row of the meter values that came with a StopTransaction."""
        return {
            "station": row.station,
            "connector_id": row.connector_id,
            "transaction_id": row.id,
            "received": time.time(),
            "meter_value": orjson.dumps(data),
        }


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """A transaction as it is booked, with the lists of meter values that came for it."""

    row: Any
    meter_values: Sequence[list[dict[str, Any]]]

    def instant(self, column: str) -> datetime | None:
        """Return the instant in a column."""
        text = getattr(self.row, column)
        return instants.parse(text) if text else None


def read_meter_values(tx: Connection, station: str, latest: int) -> Sequence[Any]:
    """Return the rows of the latest messages with meter values of a station, the oldest first."""
    known = tables.meter_values.c
    newest = select(tables.meter_values).where(known.station == station).order_by(known.number.desc()).limit(latest)
    return tx.execute(newest).all()[::-1]


def read(tx: Connection, station: str) -> Sequence[TransactionRecord]:
    """Return the transactions of a station in the order in which they began."""
    values: dict[int, list[list[dict[str, Any]]]] = {}
    booked = select(tables.meter_values).where(
        tables.meter_values.c.station == station, tables.meter_values.c.transaction_id.is_not(None)
    )
    for row in tx.execute(booked.order_by(tables.meter_values.c.number)):
        values.setdefault(row.transaction_id, []).append(orjson.loads(row.meter_value))
    rows = tx.execute(select(_known).where(_known.c.station == station).order_by(_known.c.number))
    return [TransactionRecord(row, values.get(row.id, [])) for row in rows]
