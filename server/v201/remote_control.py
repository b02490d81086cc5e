"""Block F, remote control: starting, stopping, unlocking and triggering from afar (OCPP 2.0.1 F01 to F06)."""

from __future__ import annotations

from typing import ClassVar

from ocpp.v201.enums import Action, MessageTriggerEnumType, TriggerMessageStatusEnumType
from sqlalchemy import Connection

from server.core.bundle import InvalidOperation, UnsuitableOperation
from server.core.call_queue import Operation
from server.core.profile import Profile
from server.core.stations import Station
from server.core.validation import Payload

START, STOP = Action.request_start_transaction.value, Action.request_stop_transaction.value

_OF_EVSES = frozenset(
    {
        MessageTriggerEnumType.meter_values.value,
        MessageTriggerEnumType.status_notification.value,
        MessageTriggerEnumType.transaction_event.value,
    }
)
_SIGNING = frozenset(
    {
        MessageTriggerEnumType.sign_charging_station_certificate.value,
        MessageTriggerEnumType.sign_combined_certificate.value,
        MessageTriggerEnumType.sign_v2g_certificate.value,
    }
)
_UNLIMITED = 1_000_000


def asks_for_boot(action: str, payload: Payload) -> bool:
    """Return whether an operation asks for a BootNotification."""
    wanted = payload.get("requestedMessage") if action == Action.trigger_message else None
    return bool(wanted == MessageTriggerEnumType.boot_notification)


class RemoteControl(Profile):
    """Starts and stops transactions, unlocks connectors, and asks stations for messages."""

    actions: ClassVar[frozenset[str]] = frozenset(
        {START, STOP, Action.trigger_message.value, Action.unlock_connector.value}
    )

    def complete(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Return a remote start with an id of its own where none is given (F01.FR.05)."""
        return {"remoteStartId": self.new_number(), **payload} if action == START else payload

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Check that an EVSE and a connector can be, and that a message fits the station as it stands."""
        evse = payload.get("evse", {})
        numbers = {name: payload.get(name, 1) for name in ("evseId", "connectorId")}
        for name, number in {**numbers, "evse/id": evse.get("id", 1)}.items():
            if number < 1:
                raise InvalidOperation(f"{name} must be 1 or more, not {number}")
        if action == Action.trigger_message:
            self.check_trigger(station, payload)
        return payload

    def check_trigger(self, station: Station, payload: Payload) -> None:
        """Raise for a message that the station as it stands is not asked for, or that an EVSE does not have."""
        wanted, evse = payload["requestedMessage"], payload.get("evse")
        if wanted == MessageTriggerEnumType.boot_notification and station.accepted:
            raise UnsuitableOperation("the station is accepted: it is not asked for a BootNotification (F06.FR.17)")
        if evse is not None and wanted not in _OF_EVSES:
            raise InvalidOperation(f"a {wanted} concerns no EVSE")
        if wanted == MessageTriggerEnumType.status_notification and "connectorId" not in (evse or {}):
            raise InvalidOperation("a StatusNotification is that of one connector: name it in evse (F06.FR.12)")

    def sent(self, station: Station, action: str, payload: Payload) -> None:
        """Let the station send what it is being asked for; without an EVSE that may be several messages."""
        if action == Action.trigger_message:
            wanted = payload["requestedMessage"]
            several = wanted in _OF_EVSES and wanted != MessageTriggerEnumType.status_notification
            station.triggered[self.message(wanted)] += _UNLIMITED if several else 1

    def message(self, wanted: str) -> str:
        """Return the action that a trigger brings about."""
        return Action.sign_certificate.value if wanted in _SIGNING else wanted

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Expect nothing of a station that will not send it."""
        if operation.action == Action.trigger_message and answer["status"] != TriggerMessageStatusEnumType.accepted:
            station.triggered.pop(self.message(operation.payload["requestedMessage"]), None)
