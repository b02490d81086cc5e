"""The operations of OCPP 1.6; fields are in the order of the message definitions (OCPP 1.6 section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from harness.csms.operation import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation16(Operation):
    """An operation that OCPP 1.6 knows."""

    version: ClassVar[str] = "1.6"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelReservation(Operation16):
    """Cancel a reservation (OCPP 1.6 5.1)."""

    reservation_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAvailability(Operation16):
    """Make a connector, or with 0 the whole station, operative or inoperative (OCPP 1.6 5.2)."""

    disruptive: ClassVar[bool] = True
    connector_id: int
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeConfiguration(Operation16):
    """Set one configuration key (OCPP 1.6 5.3); a value that is None is the central system's to generate."""

    disruptive: ClassVar[bool] = True
    key: str
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearCache(Operation16):
    """Clear the authorization cache (OCPP 1.6 5.4)."""

    disruptive: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearChargingProfile(Operation16):
    """Remove charging profiles: by id, by criteria, or all (OCPP 1.6 5.5)."""

    disruptive: ClassVar[bool] = True
    id: int | None = None
    connector_id: int | None = None
    charging_profile_purpose: str | None = None
    stack_level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTransfer(Operation16):
    """Send vendor data to the station (OCPP 1.6 5.6)."""

    vendor_id: str
    message_id: str | None = None
    data: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetCompositeSchedule(Operation16):
    """Ask for the composite schedule; ``duration`` in seconds (OCPP 1.6 5.7)."""

    connector_id: int
    duration: int
    charging_rate_unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetConfiguration(Operation16):
    """Ask for configuration keys, or for all of them (OCPP 1.6 5.8)."""

    key: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDiagnostics(Operation16):
    """Have diagnostics uploaded; ``retry_interval`` in seconds (OCPP 1.6 5.9)."""

    location: str
    retries: int | None = None
    retry_interval: int | None = None
    start_time: str | None = None
    stop_time: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetLocalListVersion(Operation16):
    """Ask for the version of the local authorization list (OCPP 1.6 5.10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStartTransaction(Operation16):
    """Ask the station to start a transaction (OCPP 1.6 5.11)."""

    id_tag: str
    connector_id: int | None = None
    charging_profile: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStopTransaction(Operation16):
    """Ask the station to stop a transaction (OCPP 1.6 5.12)."""

    transaction_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveNow(Operation16):
    """Reserve a connector, or with 0 any of them (OCPP 1.6 5.13)."""

    connector_id: int
    expiry_date: str
    id_tag: str
    parent_id_tag: str | None = None
    reservation_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(Operation16):
    """Reset the station, "Hard" or "Soft" (OCPP 1.6 5.14)."""

    disruptive: ClassVar[bool] = True
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLocalList(Operation16):
    """Send the local authorization list, "Full" or "Differential" (OCPP 1.6 5.15).

    Version and entries that are None are the central system's: its next version, and the tags it knows.
    """

    disruptive: ClassVar[bool] = True
    update_type: str
    list_version: int | None = None
    local_authorization_list: tuple[dict[str, Any], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetChargingProfile(Operation16):
    """Install a charging profile (OCPP 1.6 5.16)."""

    disruptive: ClassVar[bool] = True
    connector_id: int
    cs_charging_profiles: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerMessage(Operation16):
    """Ask the station to send a message of its own (OCPP 1.6 5.17)."""

    requested_message: str
    connector_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockConnector(Operation16):
    """Unlock a connector (OCPP 1.6 5.18)."""

    disruptive: ClassVar[bool] = True
    connector_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFirmware(Operation16):
    """Have the station fetch and install firmware; ``retry_interval`` in seconds (OCPP 1.6 5.19)."""

    disruptive: ClassVar[bool] = True
    location: str
    retrieve_date: str
    retries: int | None = None
    retry_interval: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSigned(Operation16):
    """Send a signed certificate chain, PEM, leaf first (security white paper 5.1)."""

    certificate_chain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteCertificate(Operation16):
    """Delete an installed certificate by its hash data (security white paper 5.3)."""

    disruptive: ClassVar[bool] = True
    certificate_hash_data: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedTriggerMessage(Operation16):
    """Ask the station to send a message of its own, those of the security extension too (white paper 5.5)."""

    requested_message: str
    connector_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetInstalledCertificateIds(Operation16):
    """Ask for the certificates of one type (security white paper 5.7)."""

    certificate_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetLog(Operation16):
    """Have a log uploaded (security white paper 5.9)."""

    log_type: str
    log: dict[str, str]
    request_id: int | None = None
    retries: int | None = None
    retry_interval: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallCertificate(Operation16):
    """Install a root certificate, PEM (security white paper 5.11)."""

    disruptive: ClassVar[bool] = True
    certificate_type: str
    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUpdateFirmware(Operation16):
    """Have the station fetch and install signed firmware (security white paper 5.21)."""

    disruptive: ClassVar[bool] = True
    firmware: dict[str, str]
    request_id: int | None = None
    retries: int | None = None
    retry_interval: int | None = None


OPERATIONS: dict[str, type[Operation16]] = {kind.__name__: kind for kind in Operation16.__subclasses__()}
"""Every operation of OCPP 1.6 by its action."""
