"""Mutants of DataTransfer from a station (OCPP 1.6 4.3)."""

from __future__ import annotations

from ocpp.exceptions import NotSupportedError
from ocpp.v16.enums import DataTransferStatus

from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.core import CoreHandlers


@mutant("data-transfer-vendor-refused", "DataTransfer of an unknown vendor is answered with a CALLERROR.")
class _DataTransferVendorRefused(CoreHandlers):
    def data_transfer(self, station: Station, payload: Payload) -> Payload:
        if payload["vendorId"] != self.settings.data_transfer_vendor:
            raise NotSupportedError(description="vendorId: not known here")
        return super().data_transfer(station, payload)


@mutant("data-transfer-echoed", "DataTransfer of an unknown vendor is answered with its own data.")
class _DataTransferEchoed(CoreHandlers):
    def data_transfer(self, station: Station, payload: Payload) -> Payload:
        return {**super().data_transfer(station, payload), "data": payload.get("data", "")}


@mutant("data-transfer-message-accepted", "DataTransfer of the known vendor is accepted with any messageId.")
class _DataTransferMessageAccepted(CoreHandlers):
    def data_transfer(self, station: Station, payload: Payload) -> Payload:
        return super().data_transfer(station, {**payload, "messageId": "echo"})


@mutant(
    "unknown-vendor-accepted",
    "DataTransfer of an unknown vendor is accepted.",
    faults=["steve-community/steve@86ccae9c"],
    remarks=True,
)
class _UnknownVendorAccepted(CoreHandlers):
    def data_transfer(self, station: Station, payload: Payload) -> Payload:
        answer = super().data_transfer(station, payload)
        unknown = answer["status"] == DataTransferStatus.unknown_vendor_id
        return {"status": DataTransferStatus.accepted.value} if unknown else answer
