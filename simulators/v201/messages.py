"""The payloads of what a charging station sends (OCPP 2.0.1), apart from the verbs that send them.

``members`` are further members in wire spelling; one that is None is left out. Moments are the present unless given.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from harness.ocppj import Payload
from simulators.members import given
from simulators.moments import now


def id_token(token: str, type: str = "ISO14443") -> Payload:
    """Return an IdTokenType."""
    return {"idToken": token, "type": type}


def evse(id: int, connector: int | None = None) -> Payload:
    """Return an EVSEType: an EVSE, or one connector of it."""
    return given({"id": id, "connectorId": connector})


def component(name: str, *, evse: Payload | None = None, instance: str | None = None) -> Payload:
    """Return a ComponentType."""
    return given({"name": name, "evse": evse, "instance": instance})


def variable(name: str, *, instance: str | None = None) -> Payload:
    """Return a VariableType."""
    return given({"name": name, "instance": instance})


def sampled(value: float, **members: Any) -> Payload:
    """Return one sampled value."""
    return given({"value": value, **members})


def meter_value(*values: Payload, at: str | None = None) -> Payload:
    """Return one meter value of several sampled values."""
    return {"timestamp": at or now(), "sampledValue": list(values)}


def event_data(component: Payload, variable: Payload, actual: str, **members: Any) -> Payload:
    """Return one event of a NotifyEventRequest: a change of a variable that the station watches by itself."""
    basic = {"eventId": uuid.uuid4().int % 2**31, "timestamp": now(), "trigger": "Delta", "actualValue": actual}
    where = {"component": component, "variable": variable, "eventNotificationType": "HardWiredNotification"}
    return given({**basic, **where, **members})


def boot_notification(reason: str = "PowerUp", **members: Any) -> Payload:
    """Return a BootNotificationRequest."""
    return given({"reason": reason, "chargingStation": {"vendorName": "plugfest", "model": "simulated"}, **members})


def status_notification(evse: int, connector: int, status: str, **members: Any) -> Payload:
    """Return a StatusNotificationRequest."""
    return given({"timestamp": now(), "connectorStatus": status, "evseId": evse, "connectorId": connector, **members})


def authorize(token: Payload, **members: Any) -> Payload:
    """Return an AuthorizeRequest for an IdTokenType."""
    return given({"idToken": token, **members})


def transaction_event(
    event: str, trigger: str, transaction: str, seq_no: int, *, info: Payload | None = None, **members: Any
) -> Payload:
    """Return a TransactionEventRequest; ``event`` is Started, Updated or Ended, ``info`` more of transactionInfo."""
    basic = {"eventType": event, "timestamp": now(), "triggerReason": trigger, "seqNo": seq_no}
    return given({**basic, "transactionInfo": given({"transactionId": transaction, **(info or {})}), **members})


def meter_values(*values: Payload, evse: int) -> Payload:
    """Return a MeterValuesRequest."""
    return {"evseId": evse, "meterValue": list(values)}


def notify_report(request_id: int, seq_no: int, data: Sequence[Payload], *, more: bool) -> Payload:
    """Return one part of a report, a NotifyReportRequest; ``more`` of them follow or not."""
    basic = {"requestId": request_id, "generatedAt": now(), "seqNo": seq_no, "tbc": more}
    return given({**basic, "reportData": list(data) or None})


def notify_event(*events: Payload, seq_no: int = 0, more: bool = False) -> Payload:
    """Return a NotifyEventRequest."""
    return {"generatedAt": now(), "seqNo": seq_no, "tbc": more, "eventData": list(events)}


def data_transfer(vendor_id: str, **members: Any) -> Payload:
    """Return a DataTransferRequest."""
    return given({"vendorId": vendor_id, **members})


def security_event(type: str, **members: Any) -> Payload:
    """Return a SecurityEventNotificationRequest."""
    return given({"type": type, "timestamp": now(), **members})


def core_calls(token: str) -> tuple[tuple[str, Payload], ...]:
    """Return one CALL of each kind that every CSMS serves, as action and payload, BootNotification first.

    The transaction begins and ends among them.
    """
    transaction, holder, place = str(uuid.uuid4()), id_token(token), evse(1, 1)
    plug = component("Connector", evse=place), variable("AvailabilityState")
    ended = {"stoppedReason": "Local"}
    return (
        ("BootNotification", boot_notification()),
        ("StatusNotification", status_notification(1, 1, "Available")),
        ("Authorize", authorize(holder)),
        (
            "TransactionEvent",
            transaction_event("Started", "Authorized", transaction, 0, evse=place, idToken=holder),
        ),
        ("MeterValues", meter_values(meter_value(sampled(100)), evse=1)),
        ("TransactionEvent", transaction_event("Ended", "StopAuthorized", transaction, 1, info=ended, idToken=holder)),
        ("NotifyEvent", notify_event(event_data(*plug, "Available"))),
        ("DataTransfer", data_transfer("org.plugfest.unknown")),
        ("Heartbeat", {}),
    )
