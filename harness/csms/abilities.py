"""What a driver may be able to do beyond performing operations, one optional protocol each.

A scenario names the abilities it needs; where the driver lacks one, the scenario is not applicable. A reader raises
Unknown where the product does not tell, and answers None in a field that the product does not show. These protocols are
the one source: what a target file may say of an ability, and what the guides list, follows from their signatures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Protocol, runtime_checkable

from pydantic import Field

from harness.csms.driver import Receipt

TransactionId = Annotated[int | str, Field(union_mode="left_to_right")]
"""A number in OCPP 1.6, a text from 2.0.1 on; digits that a product shows as a text are a number."""


class Registration(StrEnum):
    """What the central system answers a BootNotification of a station (OCPP 1.6 7.38)."""

    ACCEPTED = "Accepted"
    PENDING = "Pending"
    REJECTED = "Rejected"


class TagStatus(StrEnum):
    """How the central system is to treat an idTag; an unknown tag is simply not provisioned."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """An idTag as it is to be provisioned."""

    id_tag: str
    status: TagStatus = TagStatus.ACCEPTED
    parent: str | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StationView:
    """What the central system believes of a station."""

    online: bool | None = None
    registration: str | None = None
    last_seen: datetime | None = None
    firmware_version: str | None = None
    vendor: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorView:
    """What the central system believes of a connector."""

    status: str | None = None
    error_code: str | None = None
    info: str | None = None
    timestamp: datetime | None = None
    availability: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionView:
    """What the central system has recorded of a transaction; meter readings in Wh.

    ``meter_values`` are the sampled values in wire spelling with their defaults filled in, in order of arrival.
    ``charging_state``, ``remote_start_id`` and ``missing``, the seqNos of events that have not come, are of OCPP 2.0.1.
    """

    id: TransactionId
    active: bool
    evse_id: int | None = None
    connector_id: int | None = None
    id_tag: str | None = None
    meter_start: int | None = None
    meter_stop: int | None = None
    started: datetime | None = None
    stopped: datetime | None = None
    reason: str | None = None
    charging_state: str | None = None
    remote_start_id: int | None = None
    missing: Sequence[int] | None = None
    meter_values: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the operator is told of an operation.

    ``state`` is "pending" (not answered yet), "answered" (the station answered; ``status`` is its word, None where
    the answer has none) or "failed" (refused, timed out, invalid answer; ``reason`` says which).
    """

    state: Literal["pending", "answered", "failed"]
    status: str | None = None
    payload: Mapping[str, Any] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Settled(Receipt):
    """A receipt of an operation whose outcome the central system told at once."""

    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationView:
    """What the central system has recorded of a reservation.

    ``status`` is "active", "used", "cancelled", "expired", "terminated" (the connector failed), or "refused".
    """

    id: int
    status: Literal["active", "used", "cancelled", "expired", "terminated", "refused"]
    connector_id: int | None = None
    id_tag: str | None = None
    expires: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingProfileView:
    """A charging profile that the central system believes to be installed."""

    id: int
    connector_id: int | None = None
    purpose: str | None = None
    stack_level: int | None = None
    transaction_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """How a task stands that a station reports on for a while: firmware, diagnostics, a log or its device model.

    ``kind`` is "firmware", "diagnostics", "log" or "report"; ``status`` the latest status that the station reported,
    None before the first; ``state`` is "running", "done" or "failed".
    """

    kind: Literal["firmware", "diagnostics", "log", "report"]
    state: Literal["running", "done", "failed"]
    status: str | None = None
    request_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableView:
    """What the central system has stored of one attribute of a variable (OCPP 2.0.1 B06, B07).

    An instance that is None is that of a component or variable of which there is one only, an EVSE that is None the
    station as a whole; ``attribute`` is "Actual", "Target", "MinSet" or "MaxSet".
    """

    component: str
    variable: str
    component_instance: str | None = None
    evse_id: int | None = None
    connector_id: int | None = None
    variable_instance: str | None = None
    attribute: str = "Actual"
    value: str | None = None
    mutability: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEventView:
    """A security event that the central system has recorded, reported by a station or noticed by itself."""

    type: str
    station: str | None = None
    timestamp: datetime | None = None
    info: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecureEndpoint:
    """Where stations of one security profile connect; ``authority`` is the PEM of the CA that they trust."""

    url: str
    authority: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRequest:
    """A client certificate as a test wants it, good or with a flaw.

    ``expired`` makes its validity end in the past, ``authority`` False has it signed by a CA nobody trusts,
    ``algorithm`` is "RSA" or "ECDSA".
    """

    common_name: str
    organisation: str | None = None
    expired: bool = False
    authority: bool = True
    algorithm: str = "ECDSA"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """A certificate chain, leaf first, and its private key, both PEM."""

    chain: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractCertificate:
    """The certificate chain of a contract, PEM, leaf first and root last.

    ``responder`` is the URL at which OCSP tells whether it is revoked, None where the central system asks nobody.
    """

    chain: str
    responder: str | None = None


@runtime_checkable
class Hosted(Protocol):
    """A central system that the driver itself runs, so that it knows the endpoint."""

    @property
    def endpoint(self) -> str:
        """The URL to which the station's identity is appended."""
        ...


@runtime_checkable
class StationProvisioning(Protocol):
    """Making stations known to the central system."""

    async def provision_station(self, station: str) -> None:
        """Register a station so that its next BootNotification is Accepted; repeating it changes nothing."""
        ...

    async def remove_station(self, station: str) -> None:
        """Forget a station; one that is not known is no error."""
        ...


@runtime_checkable
class RegistrationControl(Protocol):
    """Deciding what a station's BootNotification is answered."""

    async def set_registration(self, station: str, registration: Registration) -> None:
        """Set the answer for the next BootNotification of a known station."""
        ...


@runtime_checkable
class TagProvisioning(Protocol):
    """Making idTags known to the central system."""

    async def provision_tag(self, tag: Tag) -> None:
        """Create the tag, or change it where it exists."""
        ...


@runtime_checkable
class StationReader(Protocol):
    """Reading what the central system believes of a station."""

    async def station(self, station: str) -> StationView:
        """Return the station's record."""
        ...


@runtime_checkable
class ConnectorReader(Protocol):
    """Reading what the central system believes of a connector."""

    async def connector(self, station: str, connector_id: int, evse_id: int | None = None) -> ConnectorView:
        """Return the connector's record; in OCPP 2.0.1 it is one of an EVSE.

        In 1.6, connector 0 is the station as a whole; in 2.0.1 it is the EVSE, and that of EVSE 0 the station.
        """
        ...


@runtime_checkable
class TransactionReader(Protocol):
    """Reading the transactions that the central system has recorded."""

    async def transactions(self, station: str) -> Sequence[TransactionView]:
        """Return all transactions of a station in the order in which they began."""
        ...


@runtime_checkable
class OutcomeReader(Protocol):
    """Reading what became of an operation."""

    async def outcome(self, receipt: Receipt, patience: float) -> Outcome:
        """Return the outcome, waiting up to ``patience`` seconds for one that is no longer pending."""
        ...


@runtime_checkable
class ConfigurationReader(Protocol):
    """Reading the configuration that the central system has stored of a station."""

    async def configuration(self, station: str) -> Mapping[str, str | None]:
        """Return the keys and values that the station reported or accepted."""
        ...


@runtime_checkable
class VariableReader(Protocol):
    """Reading what the central system has stored of the device model of a station (OCPP 2.0.1)."""

    async def variables(self, station: str) -> Sequence[VariableView]:
        """Return the attributes that the station reported, answered or accepted."""
        ...


@runtime_checkable
class Restart(Protocol):
    """Killing the central system without warning, and starting it again on the same data."""

    async def kill(self) -> None:
        """End the central system at once, as a power cut would; its endpoint refuses connections."""
        ...

    async def restart(self) -> None:
        """Start it again with what it had stored, on the same endpoint."""
        ...


@runtime_checkable
class LocalListReader(Protocol):
    """Reading which version of the local authorization list the central system believes a station to hold."""

    async def local_list_version(self, station: str) -> int | None:
        """Return the version, None where none is known."""
        ...


@runtime_checkable
class ReservationReader(Protocol):
    """Reading the reservations that the central system has recorded."""

    async def reservations(self, station: str) -> Sequence[ReservationView]:
        """Return all reservations of a station in the order in which they were made."""
        ...


@runtime_checkable
class ChargingProfileReader(Protocol):
    """Reading the charging profiles that the central system believes to be installed."""

    async def charging_profiles(self, station: str) -> Sequence[ChargingProfileView]:
        """Return the installed profiles of a station."""
        ...


@runtime_checkable
class TaskReader(Protocol):
    """Reading how firmware updates, uploads and reports stand."""

    async def tasks(self, station: str) -> Sequence[TaskView]:
        """Return the tasks of a station, the latest last."""
        ...


@runtime_checkable
class SecurityEventReader(Protocol):
    """Reading the security events that the central system has recorded."""

    async def security_events(self, station: str) -> Sequence[SecurityEventView]:
        """Return the events of a station in the order in which they came."""
        ...


@runtime_checkable
class MemoryReader(Protocol):
    """Reading how much memory the central system takes, which a load run watches."""

    async def memory(self) -> int:
        """Return the bytes that it has in memory now."""
        ...


@runtime_checkable
class SecureHosting(Protocol):
    """Connecting stations under the security profiles 1 to 3, with credentials of the test's own."""

    async def secure_endpoint(self, profile: int) -> SecureEndpoint:
        """Return where stations of a security profile connect."""
        ...

    async def set_security(self, station: str, profile: int, password: bytes | None = None) -> None:
        """Set the security profile of a station, and for the profiles 1 and 2 its password as raw bytes."""
        ...

    async def client_certificate(self, request: CertificateRequest) -> ClientCertificate:
        """Issue a client certificate of the organisation that operates the stations, good or flawed as asked."""
        ...

    async def revoke_certificate(self, chain: str) -> None:
        """Revoke a client certificate; the central system learns of it."""
        ...


@runtime_checkable
class ContractIssuing(Protocol):
    """Certifying contracts with a mobility operator whose root the central system trusts (OCPP 2.0.1 C07)."""

    async def contract_certificate(self, emaid: str) -> ContractCertificate:
        """Issue a good certificate for the contract of this number; the token of that number is another matter."""
        ...

    async def revoke_contract(self, chain: str) -> None:
        """Revoke the certificate of a contract; the central system learns of it."""
        ...
