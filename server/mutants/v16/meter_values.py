"""Mutants of MeterValues and of sampled values wherever they come (OCPP 1.6 4.7, 7.43)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ocpp.exceptions import InternalError, PropertyConstraintViolationError
from ocpp.messages import Call
from ocpp.v16.enums import Action, ChargePointStatus
from sqlalchemy import select

from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, put, refuses
from server.mutants.v16 import request, response
from server.v16 import tables
from server.v16.core import CoreHandlers


def _sampled(*words: str) -> Callable[[Payload], bool]:
    """Return whether one of some words is a member of a sampled value."""

    def test(payload: Payload) -> bool:
        values = str(payload.get("meterValue", payload.get("transactionData")))
        return any(f"'{word}'" in values for word in words)

    return test


_UNKNOWN = PropertyConstraintViolationError("sampledValue: not one that is known here")

alters(response("MeterValues"),
    Row("meter-values-with-status", "MeterValues.conf has a member.", put(status="Accepted")),
)  # fmt: skip
refuses(request("MeterValues"),
    Row("meter-values-connector-zero-refused", "MeterValues of the main meter are answered InternalError.",
        InternalError("no such connector"), when=lambda payload: payload["connectorId"] == 0),
    Row("minus-one-values-refused", "MeterValues of transaction -1 are refused.",
        PropertyConstraintViolationError("transactionId: there is no such transaction"),
        when=lambda payload: payload.get("transactionId") == -1),
    Row("signed-data-refused", "MeterValues of more than 4000 characters are refused.",
        PropertyConstraintViolationError("meterValue: too long"),
        when=lambda payload: len(str(payload["meterValue"])) > 4000),
)  # fmt: skip
refuses(request("MeterValues", "StopTransaction"),
    Row("meter-values-frequency-refused", "Frequencies are refused.", _UNKNOWN, when=_sampled("Frequency")),
    Row("celsius-refused", "Temperatures in degrees Celsius are refused.",
        _UNKNOWN, when=_sampled("Celsius", "Celcius")),
)  # fmt: skip
refuses(request("StopTransaction"),
    Row("celcius-refused", "A StopTransaction with the unit Celcius is refused.", _UNKNOWN, when=_sampled("Celcius"),
        faults=["citrineos/citrineos-core#971", "citrineos/citrineos#195"], remarks=True),
)  # fmt: skip


@mutant("meter-values-bare-confirmed", "MeterValues without any meter value are confirmed.")
class _MeterValuesBareConfirmed(Session):
    def serve(self, call: Call, began: float) -> None:
        if call.action == Action.meter_values and "meterValue" not in call.payload:
            self.answer(call, {}, began)
        else:
            super().serve(call, began)


@mutant("meter-values-of-nothing-unanswered", "MeterValues of an unknown transaction are not answered.")
class _MeterValuesOfNothingUnanswered(CoreHandlers):
    async def meter_values(self, station: Station, payload: Payload) -> Payload:
        known = select(tables.transactions.c.id).where(tables.transactions.c.id == payload.get("transactionId"))
        if await self.store.read(lambda tx: tx.execute(known).first()) is None:
            await asyncio.Event().wait()
        return await super().meter_values(station, payload)


@mutant(
    "late-values-lost",
    "Meter values that arrive after the connector is free again lose their transaction.",
    faults=["lbbrhzn/ocpp#1777"],
    remarks=True,
)
class _LateValuesLost(CoreHandlers):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.free: set[tuple[str, int]] = set()

    def status_row(self, station: Station, payload: Payload) -> dict[str, Any]:
        place = station.id, payload["connectorId"]
        (self.free.add if payload["status"] == ChargePointStatus.available else self.free.discard)(place)
        return super().status_row(station, payload)

    def meter_values_row(self, station: Station, payload: Payload) -> dict[str, Any]:
        row = super().meter_values_row(station, payload)
        return row | {"transaction_id": None} if (station.id, payload["connectorId"]) in self.free else row


@mutant(
    "meter-values-collide-with-stops",
    "MeterValues and stops that arrive at the same time are answered InternalError.",
    faults=["steve-community/steve#72"],
)
class _MeterValuesCollideWithStops(CoreHandlers):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.writing: set[str] = set()

    async def meter_values(self, station: Station, payload: Payload) -> Payload:
        with self.locked("MeterValues"):
            return await super().meter_values(station, payload)

    async def stop_transaction(self, station: Station, payload: Payload) -> Payload:
        with self.locked("StopTransaction"):
            return await super().stop_transaction(station, payload)

    @contextmanager
    def locked(self, action: str) -> Iterator[None]:
        """Write one kind of message, while none of another kind is being written."""
        if self.writing - {action}:
            raise InternalError(description="deadlock found when trying to get a lock")
        self.writing.add(action)
        try:
            yield
        finally:
            self.writing.discard(action)
