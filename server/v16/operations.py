"""Operations of OCPP 1.6: what an operator may ask for, and what the answers of a station change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ocpp.v16.enums import (
    Action,
    AvailabilityStatus,
    ConfigurationStatus,
    RegistrationStatus,
)
from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert

from server.core import connectors
from server.core.bundle import InvalidOperation
from server.core.call_queue import Operation
from server.core.frame_log import hidden
from server.core.operations import ProfileOperations
from server.core.stations import Station
from server.core.validation import Payload
from server.v16 import reported, tables
from server.v16.schemas import SCHEMAS

ACTIONS: frozenset[str] = frozenset(
    action.value
    for action in Action
    if action.value
    not in {
        "Authorize",
        "BootNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "LogStatusNotification",
        "MeterValues",
        "SecurityEventNotification",
        "SignCertificate",
        "SignedFirmwareStatusNotification",
        "StartTransaction",
        "StatusNotification",
        "StopTransaction",
    }
)
"""What a central system can ask of a station."""

_REMOTE = frozenset({Action.remote_start_transaction.value, Action.remote_stop_transaction.value})

_TRIGGERS = frozenset({Action.trigger_message.value, Action.extended_trigger_message.value})

_ABOVE_ZERO = frozenset({Action.remote_start_transaction.value, Action.unlock_connector.value})

_WHOLE_NUMBERS = frozenset(
    {
        "blinkrepeat", "clockaligneddatainterval", "connectiontimeout", "heartbeatinterval", "lightintensity",
        "metervaluesampleinterval", "minimumstatusduration", "resetretries", "transactionmessageattempts",
        "transactionmessageretryinterval", "websocketpinginterval",
    }
)  # fmt: skip
"""Configuration keys, case-folded, whose value is a whole number and not negative (OCPP 1.6 9.1)."""


class Operations(ProfileOperations):
    """Checks what operators ask for and records what stations answer (OCPP 1.6 section 5).

    The operations of Core are its own, the others those of the feature profiles.
    """

    schemas = SCHEMAS

    # Before an operation is taken

    def check_text(self, action: str, payload: Payload) -> None:
        """Raise InvalidOperation for what the schemas do not say but the text does."""
        least = 1 if action in _ABOVE_ZERO else 0
        if (connector_id := payload.get("connectorId", least)) < least:
            raise InvalidOperation(f"{action}: connectorId must be {least} or more, not {connector_id}")
        if action == Action.change_configuration and payload["key"].casefold() in _WHOLE_NUMBERS:
            value = payload["value"]
            if not (value.isascii() and value.isdigit()):
                raise InvalidOperation(f"{payload['key']} takes a whole number of 0 or more, not {value!r}")

    def may_ask(self, station: Station, action: str, payload: Payload) -> str | None:
        """Return why an operator may not ask this of a station as it stands, None if it is fine (OCPP 1.6 4.2)."""
        if station.standing == RegistrationStatus.rejected:
            return "the station is rejected: nothing is sent to it"
        if station.standing == RegistrationStatus.pending and action in _REMOTE:
            return f"the station is pending: no {action} is sent to it"
        return None

    # While it is carried out

    def waits_for(self, station: Station, operation: Operation) -> str | None:
        """Return what has to happen before a station may be sent this, None if it may be now (OCPP 1.6 4.2).

        A station of which no boot is known may be asked for one: where the records are newer than its boot, it
        would be refused for ever.
        """
        if station.accepted or (station.answered is None and self.asks_for_boot(operation)):
            return None
        if station.answered is None:
            return "a BootNotification of the station"
        if station.answered == RegistrationStatus.pending and operation.action not in _REMOTE:
            return None
        return f"the station to be accepted: its latest boot was answered {station.answered}"

    def asks_for_boot(self, operation: Operation) -> bool:
        """Return whether an operation asks for a BootNotification."""
        trigger = operation.action in _TRIGGERS
        return trigger and operation.payload["requestedMessage"] == Action.boot_notification

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return the CALLs of an operation: GetConfiguration is split where the station limits its keys.

        Raises CallFailed for an operation that has become pointless.
        """
        keys = operation.payload.get("key") if operation.action == Action.get_configuration else None
        limit = self.max_keys(tx, operation.station) if keys else 0
        if not keys or not 0 < limit < len(keys):
            return super().requests(tx, operation)
        return [{"key": keys[at : at + limit]} for at in range(0, len(keys), limit)]

    def max_keys(self, tx: Connection, station: str) -> int:
        """Return how many keys a station answers at once, 0 if it has not said (OCPP 1.6 9.1.7)."""
        return reported.number(tx, station, "GetConfigurationMaxKeys") or 0

    # When it is answered

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Record what the answer to an operation changes."""
        super().answered(station, tx, operation, answer)
        match operation.action:
            case Action.change_availability:
                self.availability_answered(tx, operation, answer["status"])
            case Action.change_configuration:
                self.configuration_answered(tx, operation, answer["status"])
            case Action.get_configuration:
                self.configuration_told(tx, operation.station, answer.get("configurationKey", []))

    def availability_answered(self, tx: Connection, operation: Operation, status: str) -> None:
        """Record an availability that is reached, or scheduled until a StatusNotification shows it (OCPP 1.6 5.2)."""
        if status == AvailabilityStatus.rejected:
            return
        connectors.change(
            tx,
            operation.station,
            operation.payload["type"],
            evse_id=0,
            connector_id=operation.payload["connectorId"] or None,
            scheduled=status == AvailabilityStatus.scheduled,
        )

    def configuration_answered(self, tx: Connection, operation: Operation, status: str) -> None:
        """Store a value that the station has taken (OCPP 1.6 5.3)."""
        if status in (ConfigurationStatus.accepted, ConfigurationStatus.reboot_required):
            reboot = status == ConfigurationStatus.reboot_required
            self.store_key(tx, operation.station, operation.payload, reboot_required=reboot)

    def configuration_told(self, tx: Connection, station: str, keys: Sequence[Mapping[str, Any]]) -> None:
        """Store what a station says of its configuration (OCPP 1.6 5.8)."""
        for key in keys:
            self.store_key(tx, station, key, reboot_required=False)

    def store_key(self, tx: Connection, station: str, key: Mapping[str, Any], *, reboot_required: bool) -> None:
        """Store one configuration key."""
        row = {
            "station": station,
            "folded": key["key"].casefold(),
            "key": key["key"],
            "value": hidden(key).get("value"),
            "reboot_required": reboot_required,
        }
        if "readonly" in key:
            row["readonly"] = key["readonly"]
        statement = insert(tables.configuration).values(row)
        changes = {name: value for name, value in row.items() if name not in ("station", "folded")}
        tx.execute(statement.on_conflict_do_update(index_elements=["station", "folded"], set_=changes))
