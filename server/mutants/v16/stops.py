"""Mutants of StopTransaction: what it ends, and how it is answered (OCPP 1.6 4.10)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from ocpp.exceptions import FormationViolationError, PropertyConstraintViolationError
from ocpp.v16.enums import AuthorizationStatus
from sqlalchemy import Connection, select, update

from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, loses, put, refuses, stubs, turn
from server.mutants.v16 import request, response
from server.v16 import tables
from server.v16.core import CoreHandlers
from server.v16.transactions import Transactions

_NO_STOP = FormationViolationError("not a stop that is known here")
_NO_REASON = PropertyConstraintViolationError("reason: not one that is known here")

alters(response("StopTransaction"),
    Row("stop-with-cost", "StopTransaction.conf tells what the energy costs.", put(cost="0.00")),
    Row("stop-tag-unchecked", "Every idTag that a stop names is told to be accepted.",
        turn(idTagInfo=lambda info: {"status": "Accepted"}), faults=["steve-community/steve#2102"], remarks=True),
)  # fmt: skip
loses(response("StopTransaction"),
    Row("implausible-stop-unanswered", "A stop of before the year 2010 is not answered.",
        lambda frame: True, to=lambda asked: asked["timestamp"] < "2010"),
)  # fmt: skip
refuses(request("StopTransaction"),
    Row("stop-by-power-loss-refused", "A stop is refused when its reason is a loss of power.",
        _NO_STOP, when=lambda payload: payload.get("reason") == "PowerLoss"),
    Row("stop-by-reset-refused", "StopTransaction is refused when its reason is a reset.",
        _NO_REASON, when=lambda payload: payload.get("reason") in ("HardReset", "SoftReset")),
    Row("stop-by-remote-refused", "StopTransaction is refused when its reason is a remote stop.",
        _NO_REASON, when=lambda payload: payload.get("reason") == "Remote"),
    Row("stop-by-unlock-refused", "StopTransaction is refused when its reason is an unlock command.",
        _NO_REASON, when=lambda payload: payload.get("reason") == "UnlockCommand"),
    Row("stop-empty-data-refused", "A stop with an empty list of meter values is refused.",
        _NO_STOP, when=lambda payload: payload.get("transactionData") == []),
    Row("stop-long-data-refused", "A stop with more than 100 meter values is refused.",
        _NO_STOP, when=lambda payload: len(payload.get("transactionData", ())) > 100),
    Row("stop-reactive-data-refused", "A stop with meter values of reactive energy or power is refused.",
        _NO_STOP, when=lambda payload: "Reactive" in str(payload.get("transactionData"))),
)  # fmt: skip

_known = tables.transactions


@mutant("stop-closes-all", "A stop ends every transaction of the station.")
class _StopClosesAll(Transactions):
    def stop(self, tx: Connection, station: str, payload: Payload) -> None:
        super().stop(tx, station, payload)
        tx.execute(update(_known).where(_known.c.station == station).values(active=False))


stubs(Transactions, "stop", Row("stop-closes-none", "A stop is confirmed and forgotten.", None))


@mutant(
    "stop-of-nothing-guessed",
    "A stop that means no running transaction ends one that is running.",
    faults=["dallmann-consulting/OCPP.Core#34", "lbbrhzn/ocpp#2123"],
)
class _StopOfNothingGuessed(Transactions):
    def find_running(self, tx: Connection, station: str, id: int) -> Any:
        running = select(_known).where(_known.c.station == station, _known.c.active)
        return super().find_running(tx, station, id) or tx.execute(running).first()


@mutant("stop-of-nothing-unanswered", "A stop that means no running transaction is not answered.")
class _StopOfNothingUnanswered(CoreHandlers):
    async def stop_transaction(self, station: Station, payload: Payload) -> Payload:
        id = payload["transactionId"]
        if await self.store.read(lambda tx: self.transactions.find_running(tx, station.id, id)) is None:
            await asyncio.Event().wait()
        return await super().stop_transaction(station, payload)


@mutant("stop-reason-lost", "The reason of a stop is not recorded as it was told.")
class _StopReasonLost(Transactions):
    def stop(self, tx: Connection, station: str, payload: Payload) -> None:
        super().stop(tx, station, {**payload, "reason": "Other"})


@mutant("stop-by-other-tag-ignored", "A stop with another idTag than that of the start ends nothing.")
class _StopByOtherTagIgnored(Transactions):
    def stop(self, tx: Connection, station: str, payload: Payload) -> None:
        row = self.find_running(tx, station, payload["transactionId"])
        if row is None or payload.get("idTag", row.id_tag) == row.id_tag:
            super().stop(tx, station, payload)


@mutant("stop-by-other-tag-invalid", "A stop with another idTag than that of the start is told Invalid.")
class _StopByOtherTagInvalid(CoreHandlers):
    def stop(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        row = self.transactions.find_running(tx, station.id, payload["transactionId"])
        conf = super().stop(tx, station, payload)
        if row is not None and payload.get("idTag", row.id_tag) != row.id_tag:
            conf["idTagInfo"] = {"status": AuthorizationStatus.invalid.value}
        return conf


@mutant(
    "stop-without-tag-fails",
    "A stop without idTag is answered InternalError.",
    faults=["dallmann-consulting/OCPP.Core#31", "thoughtworks/maeve-csms@2ef8065"],
    crashes=True,
)
class _StopWithoutTagFails(CoreHandlers):
    def stop_transaction(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        self.id_tags.info(payload["idTag"])
        return super().stop_transaction(station, payload)


@mutant("stop-without-charge-refused", "A stop is refused when the meter stands as it did at the start.")
class _StopWithoutChargeRefused(CoreHandlers):
    def stop(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        row = self.transactions.find_running(tx, station.id, payload["transactionId"])
        if row is not None and payload["meterStop"] == row.meter_start:
            raise PropertyConstraintViolationError(description="meterStop: nothing was charged")
        return super().stop(tx, station, payload)


@mutant(
    "stop-of-other-station",
    "A station can stop the transaction of another.",
    faults=["steve-community/steve#1296", "GHSA-6x38-4w7h-cwr8"],
)
class _StopOfOtherStation(Transactions):
    def find_running(self, tx: Connection, station: str, id: int) -> Any:
        return tx.execute(select(_known).where(_known.c.id == id, _known.c.active)).first()


@mutant(
    "repeated-stop-booked-twice",
    "A stop that is sent again is booked again, with its meter values.",
    faults=["citrineos/citrineos-core#880", "steve-community/steve#955"],
    remarks=True,
)
class _RepeatedStopBookedTwice(Transactions):
    def find_running(self, tx: Connection, station: str, id: int) -> Any:
        return tx.execute(select(_known).where(_known.c.id == id, _known.c.station == station)).first()
