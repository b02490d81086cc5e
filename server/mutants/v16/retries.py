"""Mutants of messages of a transaction that come again, or late (OCPP 1.6 3.7, 3.7.1)."""

from __future__ import annotations

from typing import Any

import orjson
from ocpp.exceptions import PropertyConstraintViolationError
from sqlalchemy import Connection, select

from server.core import instants
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16 import tables
from server.v16.core import CoreHandlers
from server.v16.transactions import Started, Transactions

_known = tables.transactions.c


@mutant(
    "repeated-start-runs-twice", "A start that is sent again begins another transaction beside the first.", remarks=True
)
class _RepeatedStartRunsTwice(Transactions):
    def find_repeated(self, tx: Connection, row: dict[str, Any]) -> Any:
        return None

    def end_stale(self, tx: Connection, row: dict[str, Any]) -> None:
        if super().find_repeated(tx, row) is None:
            super().end_stale(tx, row)


@mutant("repeated-start-refused", "A start that is sent again is refused.", remarks=True)
class _RepeatedStartRefused(Transactions):
    def start(self, tx: Connection, station: str, payload: Payload) -> Started:
        if self.find_repeated(tx, self.row(station, payload)) is not None:
            raise PropertyConstraintViolationError(description="the transaction has begun")
        return super().start(tx, station, payload)


@mutant("repeated-stop-refused", "A stop that is sent again is refused.", remarks=True)
class _RepeatedStopRefused(Transactions):
    def stop(self, tx: Connection, station: str, payload: Payload) -> None:
        stopped = _known.id == payload["transactionId"], _known.stopped.is_not(None)
        if tx.execute(select(_known.id).where(*stopped)).first() is not None:
            raise PropertyConstraintViolationError(description="the transaction has ended")
        super().stop(tx, station, payload)


@mutant("repeated-values-refused", "Meter values that are sent again are refused.", remarks=True)
class _RepeatedValuesRefused(CoreHandlers):
    async def meter_values(self, station: Station, payload: Payload) -> Payload:
        known = tables.meter_values.c
        same = known.station == station.id, known.meter_value == orjson.dumps(payload["meterValue"])
        if await self.store.read(lambda tx: tx.execute(select(known.number).where(*same)).first()) is not None:
            raise PropertyConstraintViolationError(description="the values have been booked")
        return await super().meter_values(station, payload)


@mutant(
    "transactions-dated-by-arrival", "A transaction is booked with the times at which its messages came.", remarks=True
)
class _TransactionsDatedByArrival(Transactions):
    def start(self, tx: Connection, station: str, payload: Payload) -> Started:
        return super().start(tx, station, _dated(payload))

    def stop(self, tx: Connection, station: str, payload: Payload) -> None:
        super().stop(tx, station, _dated(payload))


def _dated(payload: Payload) -> Payload:
    return {**payload, "timestamp": instants.to_wire(instants.now())}
