"""Data of vendors: there is one vendor whose data comes back as an echo (OCPP 1.6 4.3, OCPP 2.0.1 P02)."""

from __future__ import annotations

from server.core.validation import Payload


def echo(vendor: str | None, payload: Payload) -> Payload:
    """Return the answer to a DataTransfer; ``vendor`` is the one that is known."""
    if payload["vendorId"] != vendor:
        return {"status": "UnknownVendorId"}
    if payload.get("messageId") != "echo":
        return {"status": "UnknownMessageId"}
    return {"status": "Accepted", **({"data": payload["data"]} if "data" in payload else {})}
