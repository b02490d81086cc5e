"""One valid CALL of each kind that a charge point sends under the Core profile of OCPP 1.6."""

from __future__ import annotations

from harness.ocppj import Payload
from simulators.v16 import meter_value, now, sampled


def core_calls(id_tag: str) -> tuple[tuple[str, Payload], ...]:
    """Return the CALLs as action and payload, with their required members only, BootNotification first.

    The transaction that is stopped is -1, which every central system has to confirm (OCPP 1.6 errata 3.18).
    """
    return (
        ("BootNotification", {"chargePointVendor": "plugfest", "chargePointModel": "simulated"}),
        ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"}),
        ("Authorize", {"idTag": id_tag}),
        ("StartTransaction", {"connectorId": 1, "idTag": id_tag, "meterStart": 0, "timestamp": now()}),
        ("MeterValues", {"connectorId": 1, "meterValue": [meter_value(sampled(100))]}),
        ("StopTransaction", {"transactionId": -1, "meterStop": 200, "timestamp": now()}),
        ("DataTransfer", {"vendorId": "org.plugfest.unknown"}),
        ("Heartbeat", {}),
    )
