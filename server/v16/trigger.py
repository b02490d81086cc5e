"""The Remote Trigger profile, and the trigger of the security extension (OCPP 1.6 5.17, security white paper 5.5)."""

from __future__ import annotations

from typing import ClassVar

from ocpp.v16.enums import Action, MessageTrigger, TriggerMessageStatus
from sqlalchemy import Connection

from server.core.bundle import InvalidOperation, UnsuitableOperation
from server.core.call_queue import Operation
from server.core.profile import Profile
from server.core.stations import Station
from server.core.validation import Payload
from server.v16 import reported

_OF_CONNECTORS = frozenset({MessageTrigger.status_notification.value, MessageTrigger.meter_values.value})

_UNLIMITED = 1_000_000


class Trigger(Profile):
    """Asks stations for messages, and lets them send what they were asked for even before they are accepted."""

    actions: ClassVar[frozenset[str]] = frozenset({Action.trigger_message.value, Action.extended_trigger_message.value})

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Check that the message fits the station as it stands, and the connector the message."""
        wanted = payload["requestedMessage"]
        if wanted == MessageTrigger.boot_notification and station.accepted:
            raise UnsuitableOperation("the station is accepted: it is not asked for a BootNotification")
        if "connectorId" in payload:
            self.check_connector(tx, station, wanted, payload["connectorId"])
        return payload

    def check_connector(self, tx: Connection, station: Station, wanted: str, connector_id: int) -> None:
        """Raise for a connector that the message does not concern, or that the station does not have."""
        if wanted not in _OF_CONNECTORS:
            raise InvalidOperation(f"a {wanted} concerns no connector")
        count = reported.number(tx, station.id, "NumberOfConnectors")
        if count is not None and connector_id > count:
            raise UnsuitableOperation(f"the station has {count} connectors: there is no connector {connector_id}")

    def sent(self, station: Station, action: str, payload: Payload) -> None:
        """Let the station send what it is being asked for; without a connector that may be several messages."""
        several = payload["requestedMessage"] in _OF_CONNECTORS and "connectorId" not in payload
        for wanted in self.messages(action, payload["requestedMessage"]):
            station.triggered[wanted] += _UNLIMITED if several else 1

    def messages(self, action: str, wanted: str) -> tuple[str, ...]:
        """Return the actions that a trigger may bring about (security white paper 6.20)."""
        if wanted == "SignChargePointCertificate":
            return (Action.sign_certificate.value,)
        if action == Action.extended_trigger_message and wanted == MessageTrigger.firmware_status_notification:
            return (wanted, Action.signed_firmware_status_notification.value)
        return (wanted,)

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Expect nothing of a station that will not send it."""
        if answer["status"] != TriggerMessageStatus.accepted:
            for wanted in self.messages(operation.action, operation.payload["requestedMessage"]):
                station.triggered.pop(wanted, None)
