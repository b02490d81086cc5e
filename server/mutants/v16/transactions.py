"""Mutants of transactions: how they begin and end (OCPP 1.6 4.8, 4.10)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ocpp.exceptions import InternalError, PropertyConstraintViolationError, SecurityError
from ocpp.v16.enums import AuthorizationStatus
from sqlalchemy import Connection, select, update
from websockets.frames import CloseCode

from server.core import instants
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, drop, fails, loses, put, stubs, turn
from server.mutants.v16 import response
from server.v16 import tables
from server.v16.core import CoreHandlers
from server.v16.transactions import Transactions


def _is_refused(start_conf: Payload) -> bool:
    return bool(start_conf["idTagInfo"]["status"] != "Accepted")


def _is_old(start: Payload) -> bool:
    return instants.now() - instants.parse(start["timestamp"]) > timedelta(hours=1)


_INVALID = put(idTagInfo={"status": "Invalid"})

alters(response("StartTransaction"),
    Row("start-without-id", "StartTransaction.conf has no transactionId.",
        drop("transactionId"), faults=["citrineos/citrineos#166"]),
    Row("start-without-tag-info", "StartTransaction.conf has no idTagInfo.",
        drop("idTagInfo"), faults=["citrineos/citrineos#166"]),
    Row("start-id-as-text", "StartTransaction.conf carries the transactionId as a text.", turn(transactionId=str)),
    Row("refused-start-without-id", "A start whose idTag is not accepted gets no transactionId.",
        drop("transactionId"), when=_is_refused),
    Row("old-start-invalid", "A start of more than an hour ago is told Invalid.", _INVALID, to=_is_old),
    Row("reserved-start-refused", "The idTag of a StartTransaction under a reservation is answered Invalid.",
        _INVALID, to=lambda asked: "reservationId" in asked),
)  # fmt: skip
fails(response("StartTransaction"),
    Row("refused-start-refused", "A start whose idTag is not accepted is answered SecurityError.",
        SecurityError("the idTag is not accepted"), when=_is_refused),
)  # fmt: skip
loses(response("StartTransaction"),
    Row("implausible-start-unanswered", "A start with a negative meter is not answered.",
        lambda frame: True, to=lambda asked: asked["meterStart"] < 0),
)  # fmt: skip


@mutant(
    "transaction-id-constant",
    "Every transaction of a station gets the id of its first one.",
    faults=["citrineos/citrineos#172"],
)
class _TransactionIdConstant(Transactions):
    def start(self, tx: Connection, station: str, payload: Payload) -> Any:
        known = tables.transactions.c
        first = select(known.id).where(known.station == station).order_by(known.number).limit(1)
        started = super().start(tx, station, payload)
        return type(started)(tx.execute(first).scalar_one(), started.info)


@mutant(
    "stop-unknown-refused",
    "StopTransaction for an unknown id is answered with a CALLERROR.",
    faults=["steve-community/steve#156", "ConnectorIO/connectorio-addons#199"],
)
class _StopUnknownRefused(Transactions):
    def find_running(self, tx: Connection, station: str, id: int) -> Any:
        found = super().find_running(tx, station, id)
        if found is None:
            raise PropertyConstraintViolationError(description="there is no such transaction")
        return found


@mutant("start-accepts-all", "A start is accepted with every idTag.")
class _StartAcceptsAll(Transactions):
    def authorize(self, tx: Connection, id_tag: str) -> Payload:
        return {"status": AuthorizationStatus.accepted.value}


@mutant("start-accepts-none", "A start is accepted with no idTag.")
class _StartAcceptsNone(Transactions):
    def authorize(self, tx: Connection, id_tag: str) -> Payload:
        return {"status": AuthorizationStatus.invalid.value}


@mutant("parallel-start-refused", "A start with an idTag that is charging elsewhere is answered InternalError.")
class _ParallelStartRefused(Transactions):
    def authorize(self, tx: Connection, id_tag: str) -> Payload:
        if self.in_use(tx, id_tag):
            raise InternalError(description="the idTag is in use")
        return super().authorize(tx, id_tag)


@mutant("start-with-meter", "StartTransaction.conf repeats the meter.")
class _StartWithMeter(CoreHandlers):
    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        return {**super().start(tx, station, payload), "meterStart": payload["meterStart"]}


@mutant("impossible-connector-closes", "A negative connectorId ends the connection.")
class _ImpossibleConnectorCloses(Session):
    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        if payload.get("connectorId", 0) < 0:
            self.connection.close(CloseCode.POLICY_VIOLATION, "there is no such connector")


@mutant(
    "transaction-id-from-clock",
    "A transactionId is made of the clock, so that two starts at the same time share one.",
    faults=["lbbrhzn/ocpp#2123"],
)
class _TransactionIdFromClock(Transactions):
    def start(self, tx: Connection, station: str, payload: Payload) -> Any:
        started = super().start(tx, station, payload)
        return type(started)(int(instants.parse(payload["timestamp"]).timestamp()), started.info)


@mutant(
    "concurrent-tx-inverted",
    "ConcurrentTx is told of an idTag that is charging nowhere.",
    faults=["citrineos/citrineos-core#566", "citrineos/citrineos-core#876"],
)
class _ConcurrentTxInverted(Transactions):
    def authorize(self, tx: Connection, id_tag: str) -> Payload:
        info = super().authorize(tx, id_tag)
        if info["status"] == AuthorizationStatus.accepted and not self.in_use(tx, id_tag):
            info["status"] = AuthorizationStatus.concurrent_tx.value
        return info


@mutant(
    "replayed-start-forgotten",
    "A start that is sent again after its stop is accepted under a new id, and not recorded.",
    faults=["steve-community/steve#1294"],
    remarks=True,
)
class _ReplayedStartForgotten(Transactions):
    def start(self, tx: Connection, station: str, payload: Payload) -> Any:
        earlier = self.find_repeated(tx, self.row(station, payload))
        started = super().start(tx, station, payload)
        forgotten = earlier is not None and not earlier.active
        return type(started)(self.new_id(tx), started.info) if forgotten else started


stubs(Transactions, "end_stale",
    Row("connector-started-twice", "Of two starts on one connector both transactions run on.",
        None, faults=["steve-community/steve#1295"], remarks=True),
)  # fmt: skip


@mutant(
    "refused-start-ends-others",
    "A start whose idTag is not accepted ends the transactions that are running on the station.",
    faults=["citrineos/citrineos-core#972"],
)
class _RefusedStartEndsOthers(Transactions):
    def start(self, tx: Connection, station: str, payload: Payload) -> Any:
        if self.authorize(tx, payload["idTag"])["status"] != AuthorizationStatus.accepted:
            tx.execute(update(tables.transactions).where(tables.transactions.c.station == station).values(active=False))
        return super().start(tx, station, payload)
