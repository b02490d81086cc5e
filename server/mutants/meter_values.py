"""Mutants of MeterValues and of sampled values wherever they come (OCPP 1.6 4.7, 7.43)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from ocpp.exceptions import InternalError, PropertyConstraintViolationError
from sqlalchemy import select

from server import tables
from server.mutants.registry import mutant
from server.session import Session
from server.stations import Station
from server.v16.core import CoreHandlers
from server.validation import Payload


@mutant("meter-values-connector-zero-refused", "MeterValues of the main meter are answered InternalError.")
class _MeterValuesConnectorZeroRefused(CoreHandlers):
    def meter_values(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        if payload["connectorId"] == 0:
            raise InternalError(description="no such connector")
        return super().meter_values(station, payload)


@mutant("meter-values-with-status", "MeterValues.conf has a member.")
class _MeterValuesWithStatus(CoreHandlers):
    async def meter_values(self, station: Station, payload: Payload) -> Payload:
        return {**await super().meter_values(station, payload), "status": "Accepted"}


@mutant("minus-one-values-refused", "MeterValues of transaction -1 are refused.")
class _MinusOneValuesRefused(CoreHandlers):
    def meter_values(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        if payload.get("transactionId") == -1:
            raise PropertyConstraintViolationError(description="transactionId: there is no such transaction")
        return super().meter_values(station, payload)


@mutant("meter-values-of-nothing-unanswered", "MeterValues of an unknown transaction are not answered.")
class _MeterValuesOfNothingUnanswered(CoreHandlers):
    async def meter_values(self, station: Station, payload: Payload) -> Payload:
        known = select(tables.transactions.c.id).where(tables.transactions.c.id == payload.get("transactionId"))
        if await self.store.read(lambda tx: tx.execute(known).first()) is None:
            await asyncio.Event().wait()
        return await super().meter_values(station, payload)


class _SampleRefused(Session):
    """Refuses sampled values in which a word occurs."""

    words: tuple[str, ...]

    def check_payload(self, action: str, payload: Payload) -> None:
        """Raise the OCPPError of the schema, or one for a sampled value."""
        super().check_payload(action, payload)
        meter_values = str(payload.get("meterValue", payload.get("transactionData")))
        if any(f"'{word}'" in meter_values for word in self.words):
            raise PropertyConstraintViolationError(description="sampledValue: not one that is known here")


@mutant("meter-values-frequency-refused", "Frequencies are refused.")
class _MeterValuesFrequencyRefused(_SampleRefused):
    words = ("Frequency",)


@mutant("celsius-refused", "Temperatures in degrees Celsius are refused.")
class _CelsiusRefused(_SampleRefused):
    words = ("Celsius", "Celcius")


@mutant("signed-data-refused", "MeterValues of more than 4000 characters are refused.")
class _SignedDataRefused(CoreHandlers):
    def meter_values(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        if len(str(payload["meterValue"])) > 4000:
            raise PropertyConstraintViolationError(description="meterValue: too long")
        return super().meter_values(station, payload)
