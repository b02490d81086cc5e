"""Mutants of DataTransfer from a station (OCPP 1.6 4.3)."""

from __future__ import annotations

from ocpp.exceptions import NotSupportedError

from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, fails, put
from server.mutants.v16 import response
from server.v16.core import CoreHandlers

_ACCEPTED = put(status="Accepted")

alters(response("DataTransfer"),
    Row("data-transfer-message-accepted", "DataTransfer of the known vendor is accepted with any messageId.",
        _ACCEPTED, when=lambda payload: payload["status"] == "UnknownMessageId"),
    Row("unknown-vendor-accepted", "DataTransfer of an unknown vendor is accepted.",
        _ACCEPTED, when=lambda payload: payload["status"] == "UnknownVendorId",
        faults=["steve-community/steve@86ccae9c"], remarks=True),
)  # fmt: skip
fails(response("DataTransfer"),
    Row("data-transfer-vendor-refused", "DataTransfer of an unknown vendor is answered with a CALLERROR.",
        NotSupportedError("vendorId: not known here"), when=lambda payload: payload["status"] == "UnknownVendorId"),
    Row("unknown-vendor-call-error", "DataTransfer of an unknown vendor is answered with CALLERROR.",
        NotSupportedError("the vendor is not known"), when=lambda payload: payload["status"] == "UnknownVendorId"),
)  # fmt: skip


@mutant("data-transfer-echoed", "DataTransfer of an unknown vendor is answered with its own data.")
class _DataTransferEchoed(CoreHandlers):
    def data_transfer(self, station: Station, payload: Payload) -> Payload:
        return {**super().data_transfer(station, payload), "data": payload.get("data", "")}
