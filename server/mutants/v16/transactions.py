"""Mutants of transactions: how they begin and end (OCPP 1.6 4.8, 4.10)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from ocpp.exceptions import InternalError, PropertyConstraintViolationError, SecurityError
from ocpp.v16.enums import AuthorizationStatus
from sqlalchemy import Connection, select, update
from websockets.frames import CloseCode

from server.core import instants, tables
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.core import CoreHandlers
from server.v16.transactions import Transactions


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


@mutant("old-start-invalid", "A start of more than an hour ago is told Invalid.")
class _OldStartInvalid(CoreHandlers):
    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        conf = super().start(tx, station, payload)
        if instants.now() - instants.parse(payload["timestamp"]) > timedelta(hours=1):
            conf["idTagInfo"] = {"status": AuthorizationStatus.invalid.value}
        return conf


@mutant("parallel-start-refused", "A start with an idTag that is charging elsewhere is answered InternalError.")
class _ParallelStartRefused(Transactions):
    def authorize(self, tx: Connection, id_tag: str) -> Payload:
        if self.in_use(tx, id_tag):
            raise InternalError(description="the idTag is in use")
        return super().authorize(tx, id_tag)


@mutant("start-without-id", "StartTransaction.conf has no transactionId.", faults=["citrineos/citrineos#166"])
class _StartWithoutId(CoreHandlers):
    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        return {"idTagInfo": super().start(tx, station, payload)["idTagInfo"]}


@mutant("start-id-as-text", "StartTransaction.conf carries the transactionId as a text.")
class _StartIdAsText(CoreHandlers):
    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        conf = super().start(tx, station, payload)
        return {**conf, "transactionId": str(conf["transactionId"])}


@mutant("start-with-meter", "StartTransaction.conf repeats the meter.")
class _StartWithMeter(CoreHandlers):
    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        return {**super().start(tx, station, payload), "meterStart": payload["meterStart"]}


@mutant("refused-start-without-id", "A start whose idTag is not accepted gets no transactionId.")
class _RefusedStartWithoutId(CoreHandlers):
    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        conf = super().start(tx, station, payload)
        if conf["idTagInfo"]["status"] != AuthorizationStatus.accepted:
            del conf["transactionId"]
        return conf


@mutant("refused-start-refused", "A start whose idTag is not accepted is answered SecurityError.")
class _RefusedStartRefused(CoreHandlers):
    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        conf = super().start(tx, station, payload)
        if conf["idTagInfo"]["status"] != AuthorizationStatus.accepted:
            raise SecurityError(description="the idTag is not accepted")
        return conf


@mutant("implausible-start-unanswered", "A start with a negative meter is not answered.")
class _ImplausibleStartUnanswered(CoreHandlers):
    def start_transaction(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        if payload["meterStart"] < 0:
            return asyncio.get_running_loop().create_future()
        return super().start_transaction(station, payload)


@mutant("impossible-connector-closes", "A negative connectorId ends the connection.")
class _ImpossibleConnectorCloses(Session):
    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        if payload.get("connectorId", 0) < 0:
            self.connection.close(CloseCode.POLICY_VIOLATION, "there is no such connector")


@mutant("start-without-tag-info", "StartTransaction.conf has no idTagInfo.", faults=["citrineos/citrineos#166"])
class _StartWithoutTagInfo(CoreHandlers):
    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        return {"transactionId": super().start(tx, station, payload)["transactionId"]}


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


@mutant(
    "connector-started-twice",
    "Of two starts on one connector both transactions run on.",
    faults=["steve-community/steve#1295"],
    remarks=True,
)
class _ConnectorStartedTwice(Transactions):
    def end_stale(self, tx: Connection, row: dict[str, Any]) -> None:
        pass


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
