"""Operations of OCPP 2.0.1: what an operator may ask for, and of which station."""

from __future__ import annotations

from ocpp.v201.enums import Action, RegistrationStatusEnumType

from server.core.call_queue import Operation
from server.core.operations import ProfileOperations
from server.core.stations import Station
from server.core.validation import Payload
from server.v201.remote_control import asks_for_boot
from server.v201.schemas import SCHEMAS

ACTIONS: frozenset[str] = frozenset(
    {
        Action.change_availability.value,
        Action.clear_cache.value,
        Action.data_transfer.value,
        Action.get_base_report.value,
        Action.get_report.value,
        Action.get_transaction_status.value,
        Action.get_variables.value,
        Action.request_start_transaction.value,
        Action.request_stop_transaction.value,
        Action.reset.value,
        Action.set_network_profile.value,
        Action.set_variables.value,
        Action.trigger_message.value,
        Action.unlock_connector.value,
    }
)
"""What this central system can ask of a station."""

_WHILE_PENDING = frozenset(
    {
        Action.get_base_report.value,
        Action.get_report.value,
        Action.get_variables.value,
        Action.set_variables.value,
        Action.trigger_message.value,
    }
)
"""What a station that is pending is sent: it is looked at and prepared (B02.FR.01)."""


class Operations(ProfileOperations):
    """Checks what operators ask for and records what stations answer (OCPP 2.0.1)."""

    schemas = SCHEMAS

    def may_ask(self, station: Station, action: str, payload: Payload) -> str | None:
        """Return why an operator may not ask this of a station as it stands, None if it is fine (B02, B03.FR.08)."""
        if asks_for_boot(action, payload):
            return None
        if station.standing == RegistrationStatusEnumType.rejected:
            return "the station is rejected: it is asked for nothing but a BootNotification"
        if station.standing == RegistrationStatusEnumType.pending and action not in _WHILE_PENDING:
            return f"the station is pending: no {action} is sent to it"
        return None

    def waits_for(self, station: Station, operation: Operation) -> str | None:
        """Return what has to happen before a station may be sent this, None if it may be now (B02, B03.FR.08)."""
        if station.accepted or asks_for_boot(operation.action, operation.payload):
            return None
        if station.answered is None:
            return "a BootNotification of the station"
        if station.answered == RegistrationStatusEnumType.pending and operation.action in _WHILE_PENDING:
            return None
        return f"the station to be accepted: its latest boot was answered {station.answered}"
