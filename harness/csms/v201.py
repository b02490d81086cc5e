"""The operations of OCPP 2.0.1; fields are in the order of the message definitions (OCPP 2.0.1 part 2, 1.1 to 1.60).

What is a structure on the wire is a mapping in wire spelling, what is a list there a tuple of such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from harness.csms.operation import Operation

Structure = Mapping[str, Any]
"""A structure of the wire: its members in wire spelling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation201(Operation):
    """An operation that OCPP 2.0.1 knows."""

    version: ClassVar[str] = "2.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAvailability(Operation201):
    """Make the station, an EVSE or a connector "Operative" or "Inoperative" (OCPP 2.0.1 G03, G04)."""

    disruptive: ClassVar[bool] = True
    operational_status: str
    evse: Structure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearCache(Operation201):
    """Clear the authorization cache (OCPP 2.0.1 C11)."""

    disruptive: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTransfer(Operation201):
    """Send vendor data to the station (OCPP 2.0.1 P01); ``data`` is any JSON value."""

    vendor_id: str
    message_id: str | None = None
    data: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetBaseReport(Operation201):
    """Ask for a predefined report of the device model (OCPP 2.0.1 B07)."""

    report_base: str
    request_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetReport(Operation201):
    """Ask for a report of some components and variables (OCPP 2.0.1 B08)."""

    component_variable: tuple[Structure, ...] | None = None
    component_criteria: tuple[str, ...] | None = None
    request_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetTransactionStatus(Operation201):
    """Ask whether a transaction is ongoing, and whether messages about it are waiting (OCPP 2.0.1 E14)."""

    transaction_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetVariables(Operation201):
    """Ask for the values of variables (OCPP 2.0.1 B06)."""

    get_variable_data: tuple[Structure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStartTransaction(Operation201):
    """Ask the station to start a transaction (OCPP 2.0.1 F01, F02)."""

    id_token: Structure
    evse_id: int | None = None
    remote_start_id: int | None = None
    group_id_token: Structure | None = None
    charging_profile: Structure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStopTransaction(Operation201):
    """Ask the station to stop a transaction (OCPP 2.0.1 F03)."""

    transaction_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(Operation201):
    """Reset the station or one EVSE, "Immediate" or "OnIdle" (OCPP 2.0.1 B11, B12)."""

    disruptive: ClassVar[bool] = True
    type: str
    evse_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNetworkProfile(Operation201):
    """Give the station a way to connect to a CSMS (OCPP 2.0.1 B09)."""

    disruptive: ClassVar[bool] = True
    configuration_slot: int
    connection_data: Structure


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariables(Operation201):
    """Set variables (OCPP 2.0.1 B05)."""

    disruptive: ClassVar[bool] = True
    set_variable_data: tuple[Structure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerMessage(Operation201):
    """Ask the station to send a message of its own (OCPP 2.0.1 F06)."""

    requested_message: str
    evse: Structure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockConnector(Operation201):
    """Unlock a connector (OCPP 2.0.1 F05)."""

    disruptive: ClassVar[bool] = True
    evse_id: int
    connector_id: int


OPERATIONS: dict[str, type[Operation201]] = {kind.__name__: kind for kind in Operation201.__subclasses__()}
"""Every operation of OCPP 2.0.1 that a driver may offer, by its action."""
