"""Variants of what becomes of a message of a transaction that a station sends again (OCPP 1.6 3.7.1)."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson
from ocpp.messages import Call
from sqlalchemy import Connection, select

from server.core.framing import CALLRESULT, Outgoing
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.v16 import tables
from server.v16.core import CoreHandlers
from server.v16.transactions import Transactions
from server.variants.registry import variant

_OPEN = "OCPP 1.6 3.7.1 has stations send again, and does not say what a start is then"
_TOLD = frozenset({"StartTransaction", "MeterValues", "StopTransaction", "TransactionEvent"})


@variant(
    "repeated-start-begins-anew",
    "A start that comes again begins another transaction, and the one that it had begun is taken for ended.",
    grounds=_OPEN,
)
class _BeginsAnew(Transactions):
    def find_repeated(self, tx: Connection, row: dict[str, Any]) -> Any:
        return None


@variant(
    "repeated-start-told-concurrent",
    "A start that comes again is told ConcurrentTx, for its tag is charging since it came first.",
    grounds=f"{_OPEN}; SteVe",
    settings={"parallel_tag_use": False},
    target={"policies": {"parallel_tag_use": "refused"}},
)
class _ToldConcurrent(Transactions):
    def find_repeated(self, tx: Connection, row: dict[str, Any]) -> Any:
        return None


@variant(
    "repeated-values-booked-once",
    "Meter values that come again are confirmed, and not booked again.",
    grounds="OCPP 1.6 4.7 does not say how often values are kept that are told twice",
)
class _ValuesBookedOnce(CoreHandlers):
    async def meter_values(self, station: Station, payload: Payload) -> Payload:
        row, known = self.meter_values_row(station, payload), tables.meter_values.c
        same = [known[name] == row[name] for name in ("station", "connector_id", "meter_value")]
        if await self.store.read(lambda tx: tx.execute(select(known.number).where(*same)).first()) is not None:
            return {}
        return await super().meter_values(station, payload)


@variant(
    "repeated-message-answered-as-before",
    "What a station tells again of a transaction under its old id is answered as it was, on whatever connection.",
    grounds="OCPP-J 1.6 4.1.4 does not say how the receiver reacts",
)
class _AnsweredAsBefore(Session):
    answers: ClassVar[dict[tuple[str, str], tuple[bytes, Outgoing]]] = {}

    def serve(self, call: Call, began: float) -> None:
        asked, answer = self.answers.get((self.station.id, call.unique_id), (b"", None))
        if answer is not None and asked == orjson.dumps(call.payload):
            super().emit(answer)
        else:
            super().serve(call, began)

    def emit(self, message: Outgoing) -> None:
        if message.kind == CALLRESULT and message.action in _TOLD:
            self.answers[self.station.id, message.frame[1]] = orjson.dumps(message.asked), message
        super().emit(message)
