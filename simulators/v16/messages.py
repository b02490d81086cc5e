"""The payloads of what a charge point sends (OCPP 1.6), apart from the verbs that send them.

``members`` are further members in wire spelling; one that is None is left out. Moments are the present unless given.
"""

from __future__ import annotations

from typing import Any

from harness.ocppj import Payload
from simulators.members import given
from simulators.moments import now


def sampled(value: object, **members: str) -> Payload:
    """Return one sampled value; ``members`` in wire spelling."""
    return {"value": str(value), **members}


def meter_value(*values: Payload, at: str | None = None) -> Payload:
    """Return one meter value of several sampled values."""
    return {"timestamp": at or now(), "sampledValue": list(values)}


def boot_notification(**members: Any) -> Payload:
    """Return a BootNotification.req (OCPP 1.6 6.3)."""
    return given({"chargePointVendor": "plugfest", "chargePointModel": "simulated", **members})


def status_notification(connector: int, status: str, error_code: str = "NoError", **members: Any) -> Payload:
    """Return a StatusNotification.req (OCPP 1.6 6.47)."""
    basic = {"connectorId": connector, "errorCode": error_code, "status": status}
    return given({**basic, "timestamp": now(), **members})


def authorize(id_tag: str) -> Payload:
    """Return an Authorize.req (OCPP 1.6 6.1)."""
    return {"idTag": id_tag}


def start_transaction(id_tag: str, connector: int, meter: int, **members: Any) -> Payload:
    """Return a StartTransaction.req; ``meter`` in Wh (OCPP 1.6 6.45)."""
    basic = {"connectorId": connector, "idTag": id_tag, "meterStart": meter}
    return given({**basic, "timestamp": now(), **members})


def stop_transaction(transaction: int, meter: int, **members: Any) -> Payload:
    """Return a StopTransaction.req; ``meter`` in Wh (OCPP 1.6 6.49)."""
    return given({"transactionId": transaction, "meterStop": meter, "timestamp": now(), **members})


def meter_values(*values: Payload, connector: int, transaction: int | None = None) -> Payload:
    """Return a MeterValues.req (OCPP 1.6 6.31)."""
    return given({"connectorId": connector, "transactionId": transaction, "meterValue": list(values)})


def data_transfer(vendor_id: str, **members: Any) -> Payload:
    """Return a DataTransfer.req (OCPP 1.6 6.15)."""
    return given({"vendorId": vendor_id, **members})


def core_calls(id_tag: str) -> tuple[tuple[str, Payload], ...]:
    """Return one CALL of each kind of the Core profile, as action and payload, BootNotification first.

    The transaction that is stopped is -1, which every central system has to confirm (OCPP 1.6 errata 3.18).
    """
    return (
        ("BootNotification", boot_notification()),
        ("StatusNotification", status_notification(1, "Available", timestamp=None)),
        ("Authorize", authorize(id_tag)),
        ("StartTransaction", start_transaction(id_tag, 1, 0)),
        ("MeterValues", meter_values(meter_value(sampled(100)), connector=1)),
        ("StopTransaction", stop_transaction(-1, 200)),
        ("DataTransfer", data_transfer("org.plugfest.unknown")),
        ("Heartbeat", {}),
    )
