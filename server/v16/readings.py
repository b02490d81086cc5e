"""What is on record of a station that speaks OCPP 1.6, as an operator is shown it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import Connection, select

from server.core import instants
from server.core.readings import Readings
from server.core.validation import Payload
from server.v16 import samples, tables
from server.v16 import transactions as booked
from server.v16.local_list import LocalList
from server.v16.reservation import Reservations
from server.v16.smart_charging import SmartCharging


class Readings16(Readings):
    """Shows the records of OCPP 1.6."""

    def __init__(self, lists: LocalList, reservations: Reservations, charging: SmartCharging) -> None:
        self._lists = lists
        self._made = reservations
        self._charging = charging

    def transactions(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the transactions of a station in the order in which they began."""
        return [_transaction(record) for record in booked.read(tx, station)]

    def meter_values(self, tx: Connection, station: str, latest: int) -> Sequence[Payload]:
        """Return the ``latest`` sampled values of a station, the oldest first, with and without a transaction."""
        values = [
            {"connector_id": row.connector_id, "transaction_id": row.transaction_id, **sample}
            for row in booked.read_meter_values(tx, station, latest)
            for sample in samples.complete(orjson.loads(row.meter_value))
        ]
        return values[-latest:]

    def configuration(self, tx: Connection, station: str) -> Mapping[str, str | None]:
        """Return the configuration keys and values that a station has reported or taken."""
        known = tables.configuration.c
        rows = tx.execute(select(known.key, known.value).where(known.station == station))
        return {row.key: row.value for row in rows}

    def local_list(self, tx: Connection, station: str) -> Payload | None:
        """Return version and entries of the local list that a station holds; without a version, neither is known."""
        version, entries = self._lists.version(tx, station), list(self._lists.entries(tx, station).values())
        return None if version is None and not entries else {"version": version, "entries": entries}

    def reservations(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the reservations of a station in the order in which they were made."""
        return [
            {
                "id": row.id,
                "status": self._made.status(row),
                "connector_id": row.connector_id,
                "id_tag": row.id_tag,
                "expires": instants.parse(row.expires),
            }
            for row in self._made.read(tx, station)
        ]

    def charging_profiles(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the charging profiles that are installed at a station."""
        members = ("id", "connector_id", "purpose", "stack_level", "transaction_id")
        return [{name: getattr(row, name) for name in members} for row in self._charging.read(tx, station)]

    def installed_certificates(self, tx: Connection, station: str) -> Sequence[Payload]:
        """Return the root certificates that a station has told of, by their hash data."""
        known = tables.installed_certificates.c
        query = select(tables.installed_certificates).where(known.station == station).order_by(known.number)
        return [{"type": row.type, "hash_data": orjson.loads(row.hash_data)} for row in tx.execute(query)]


def _transaction(record: booked.TransactionRecord) -> Payload:
    row = record.row
    return {
        "id": row.id,
        "active": row.active,
        "connector_id": row.connector_id,
        "id_tag": row.id_tag,
        "meter_start": row.meter_start,
        "meter_stop": row.meter_stop,
        "started": record.instant("started"),
        "stopped": record.instant("stopped"),
        "reason": row.reason,
        "meter_values": [dict(one) for values in record.meter_values for one in samples.complete(values)],
    }
