"""What is on record of a station that speaks OCPP 2.0.1, as an operator is shown it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Table, select

from server.core.readings import Readings
from server.core.validation import Payload
from server.v201 import bookkeeping, device_model, samples, tables


class Readings201(Readings):
    """Shows the records of OCPP 2.0.1."""

    def transactions(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the transactions of a station in the order in which their first events came."""
        return [_transaction(record) for record in bookkeeping.read(tx, station)]

    def meter_values(self, tx: Connection, station: str, latest: int) -> Sequence[Payload]:
        """Return the ``latest`` sampled values of a station by their time, with and without a transaction."""
        values = [*self._of_transactions(tx, station, latest), *self._of_meters(tx, station, latest)]
        return sorted(values, key=lambda value: str(value["timestamp"]))[-latest:]

    def variables(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the attributes of the device model that a station has reported, answered or taken."""
        members = (
            "component",
            "component_instance",
            "evse_id",
            "connector_id",
            "variable",
            "variable_instance",
            "attribute",
            "value",
            "mutability",
        )
        return [{name: getattr(row, name) for name in members} for row in device_model.read(tx, station)]

    def events(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the events that a station has notified of, in wire spelling, in the order in which they came."""
        known = tables.events.c
        query = select(known.event).where(known.station == station).order_by(known.number)
        return [orjson.loads(row.event) for row in tx.execute(query)]

    def _of_transactions(self, tx: Connection, station: str, latest: int) -> Iterator[Payload]:
        for row in _newest(tx, tables.transaction_events, station, latest):
            event = orjson.loads(row.event)
            evse = event.get("evse", {})
            place = {"evse_id": evse.get("id"), "connector_id": evse.get("connectorId")}
            for sample in samples.complete(event.get("meterValue", [])):
                yield {**place, "transaction_id": row.transaction_id, **sample}

    def _of_meters(self, tx: Connection, station: str, latest: int) -> Iterator[Payload]:
        for row in _newest(tx, tables.meter_values, station, latest):
            for sample in samples.complete(orjson.loads(row.meter_value)):
                yield {"evse_id": row.evse_id, "connector_id": None, "transaction_id": None, **sample}


def _newest(tx: Connection, table: Table, station: str, latest: int) -> Sequence[Any]:
    query = select(table).where(table.c.station == station).order_by(table.c.number.desc())
    return tx.execute(query.limit(latest)).all()


def _transaction(record: bookkeeping.TransactionRecord) -> Payload:
    row, values = record.row, record.meter_values
    return {
        "id": row.id,
        "active": row.active,
        "evse_id": row.evse_id,
        "connector_id": row.connector_id,
        "id_tag": row.id_token,
        "meter_start": samples.reading(values, samples.BEGIN),
        "meter_stop": samples.reading(values, samples.END),
        "started": record.instant("started"),
        "stopped": record.instant("stopped"),
        "reason": row.reason,
        "charging_state": row.charging_state,
        "remote_start_id": row.remote_start_id,
        "missing": record.missing,
        "meter_values": values,
    }
