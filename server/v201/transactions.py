"""Block E, transactions: what stations tell of them, event by event (OCPP 2.0.1 E01 to E14); meter values (J01)."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import ClassVar

import orjson
from ocpp.v201.enums import Action
from sqlalchemy import Connection, insert

from server.core.profile import Profile
from server.core.stations import Station
from server.core.store import Store
from server.core.validation import Payload
from server.v201 import checks, tables
from server.v201.bookkeeping import Bookkeeping

_METER_VALUES = insert(tables.meter_values)


class Transactions(Profile):
    """Serves what stations tell of transactions and meters."""

    actions: ClassVar[frozenset[str]] = frozenset({Action.get_transaction_status.value})

    def __init__(self, store: Store, books: Bookkeeping) -> None:
        self.store = store
        self.books = books

    def transaction_event(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Book an event, whatever it is about: it is always confirmed (E01, E02, E03, E04)."""
        checks.instant(payload["timestamp"])
        checks.number(payload["seqNo"], "seqNo")
        checks.number(payload["transactionInfo"].get("remoteStartId"), "transactionInfo/remoteStartId")
        checks.evse(payload.get("evse", {}))
        return self.store.write(lambda tx: self.event(tx, station, payload))

    def event(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        """Book an event and return the TransactionEventResponse: a token is verified again (E01.FR.11, E03.FR.02)."""
        info = self.books.book(tx, station.id, payload)
        return {} if info is None else {"idTokenInfo": info}

    def meter_values(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Store meter values as they came, outside of any transaction (J01)."""
        checks.number(payload["evseId"], "evseId", at_least=0)
        row = {
            "station": station.id,
            "evse_id": payload["evseId"],
            "received": time.time(),
            "meter_value": orjson.dumps(payload["meterValue"]),
        }
        return self.store.append(_METER_VALUES, row, {})
