"""The driver of the reference central system, which it runs in the same process and event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, fields, replace
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from harness.csms import (
    CertificateRequest,
    ChargingProfileView,
    ClientCertificate,
    ConnectorView,
    ContractCertificate,
    DriverError,
    Operation,
    Outcome,
    Receipt,
    Refused,
    Registration,
    ReservationView,
    SecureEndpoint,
    SecurityEventView,
    StationView,
    Tag,
    TaskView,
    TransactionView,
    Unknown,
    VariableView,
    v16,
    v201,
)
from server.central_system import CentralSystem
from server.core.authority import AuthorityError
from server.core.entrance import Entrance
from server.core.operator import Operator, UnknownStation
from server.core.operator import Refused as Refusal
from server.core.settings import ServerSettings
from server.core.store import StoreError
from server.core.tags import Tag as ServerTag

Reading = TypeVar("Reading", bound=Callable[..., Awaitable[Any]])

DEFAULTS: Mapping[str, Any] = {"port": 0, "log": "off", "retry_interval": 2}
"""The settings of a central system in the process of a run: it listens where the system chooses, and keeps quiet."""


def _of_a_known_station(function: Reading) -> Reading:
    """Have a reader raise Unknown of a station that is not known."""

    @wraps(function)
    async def read(*args: Any, **kwargs: Any) -> Any:
        try:
            return await function(*args, **kwargs)
        except UnknownStation as unknown:
            raise Unknown(str(unknown)) from unknown

    return cast(Reading, read)


class ReferenceDriver:
    """Runs and operates a reference central system on a free port of the loopback, with a database of its own."""

    def __init__(self, mutant: str | None = None, **settings: Any) -> None:
        """Prepare one; ``settings`` are those of the central system. Raises SettingsError for an unknown one."""
        self._settings = ServerSettings.load({}, **(dict(DEFAULTS) | settings), mutant=mutant)
        self._own_database = "database" not in settings
        self._life = AsyncExitStack()
        self._system = CentralSystem(self._settings)
        self._ports: Mapping[Entrance, int] = {}

    @property
    def operations(self) -> Collection[type[Operation]]:
        """The operations that its console offers: every one of each version, unless a variant lacks some."""
        kinds, offered = [*v16.OPERATIONS.values(), *v201.OPERATIONS.values()], self._system.offered
        return [kind for kind in kinds if (kind.version, kind.action()) in offered]

    @property
    def endpoint(self) -> str:
        """The URL to which the station's identity is appended."""
        return self._system.endpoint

    @property
    def _operator(self) -> Operator:
        return self._system.operator

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as life:
            if self._own_database:
                folder = life.enter_context(TemporaryDirectory(prefix="plugfest-", ignore_cleanup_errors=True))
                file = Path(folder) / "reference.sqlite3"  # which nobody has after a power cut
                self._settings = replace(self._settings, database=file, store_sync=False)
                self._system = CentralSystem(self._settings)
            try:
                await self._system.start()
            except (StoreError, OSError) as error:
                raise DriverError(f"the reference central system does not start: {error}") from error
            self._life = life.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with self._life:
            await self._system.stop()

    async def perform(self, operation: Operation) -> Receipt | None:
        """Have the central system take the operation; raises Refused if it does not."""
        try:
            asked = operation.action(), operation.payload(), operation.version
            return Receipt(await self._operator.perform(operation.station, *asked))
        except (Refusal, StoreError) as refusal:
            raise Refused(str(refusal)) from refusal

    async def provision_station(self, station: str) -> None:
        """Register a station so that its next BootNotification is Accepted."""
        await self._operator.provision_station(station)

    async def remove_station(self, station: str) -> None:
        """Forget a station."""
        await self._operator.remove_station(station)

    async def set_registration(self, station: str, registration: Registration) -> None:
        """Set the answer for the next BootNotification of a known station."""
        try:
            await self._operator.set_registration(station, registration.value)
        except UnknownStation as unknown:
            raise Refused(str(unknown)) from unknown

    async def provision_tag(self, tag: Tag) -> None:
        """Create the tag, or change it where it exists; raises Refused for one that OCPP cannot carry."""
        known = ServerTag(id_tag=tag.id_tag, status=tag.status.value, parent=tag.parent, expires=tag.expires)
        try:
            await self._operator.provision_tag(known)
        except Refusal as refusal:
            raise Refused(str(refusal)) from refusal

    @_of_a_known_station
    async def station(self, station: str) -> StationView:
        """Return the station's record."""
        record = self._operator.station(station)
        return StationView(**{one.name: record[one.name] for one in fields(StationView)})

    @_of_a_known_station
    async def connector(self, station: str, connector_id: int, evse_id: int | None = None) -> ConnectorView:
        """Return the connector's record."""
        record = await self._operator.connector(station, connector_id, evse_id)
        if record is None:
            raise Unknown(f"nothing is known of connector {connector_id}")
        return ConnectorView(**record)

    @_of_a_known_station
    async def transactions(self, station: str) -> Sequence[TransactionView]:
        """Return all transactions of a station in the order in which they began."""
        return [TransactionView(**record) for record in await self._operator.transactions(station)]

    async def outcome(self, receipt: Receipt, patience: float) -> Outcome:
        """Return the outcome of an operation, waiting up to ``patience`` seconds for it."""
        outcome = await self._operator.outcome(receipt.id, patience)
        if outcome is None:
            raise Unknown(f"there is no operation {receipt.id}")
        told = asdict(outcome)
        return Outcome(**{field.name: told[field.name] for field in fields(Outcome)})

    @_of_a_known_station
    async def configuration(self, station: str) -> Mapping[str, str | None]:
        """Return the keys and values that the station reported or accepted."""
        return await self._operator.configuration(station)

    @_of_a_known_station
    async def variables(self, station: str) -> Sequence[VariableView]:
        """Return the attributes of the device model that the station reported, answered or accepted."""
        return [VariableView(**record) for record in await self._operator.variables(station)]

    @_of_a_known_station
    async def local_list_version(self, station: str) -> int | None:
        """Return the version of the local list that the station holds, None where none is known."""
        version: int | None = (await self._operator.local_list(station))["version"]
        return version

    @_of_a_known_station
    async def reservations(self, station: str) -> Sequence[ReservationView]:
        """Return all reservations of a station in the order in which they were made."""
        return [ReservationView(**record) for record in await self._operator.reservations(station)]

    @_of_a_known_station
    async def charging_profiles(self, station: str) -> Sequence[ChargingProfileView]:
        """Return the charging profiles that are installed at a station."""
        return [ChargingProfileView(**record) for record in await self._operator.charging_profiles(station)]

    @_of_a_known_station
    async def tasks(self, station: str) -> Sequence[TaskView]:
        """Return the tasks of a station, the latest last."""
        return [TaskView(**record) for record in await self._operator.tasks(station)]

    async def secure_endpoint(self, profile: int) -> SecureEndpoint:
        """Return where stations of a security profile connect, which opens that endpoint."""
        try:
            url = await self._system.secure_endpoint(profile)
        except ValueError as error:
            raise Unknown(str(error)) from error
        except AuthorityError as error:
            raise DriverError(str(error)) from error
        authority = self._system.authority
        return SecureEndpoint(url=url, authority=authority.certificates() if url.startswith("wss") else None)

    async def set_security(self, station: str, profile: int, password: bytes | None = None) -> None:
        """Set the security profile of a station, and its password."""
        try:
            await self._system.security.set_security(station, profile, password)
        except Refusal as refusal:
            raise Refused(str(refusal)) from refusal

    async def client_certificate(self, request: CertificateRequest) -> ClientCertificate:
        """Issue a client certificate, good or flawed."""
        try:
            chain, key = await self._system.security.client_certificate(**asdict(request))
        except Refusal as refusal:
            raise Unknown(str(refusal)) from refusal
        return ClientCertificate(chain=chain, key=key)

    async def revoke_certificate(self, chain: str) -> None:
        """Revoke a client certificate."""
        try:
            await self._system.security.revoke_certificate(chain)
        except Refusal as refusal:
            raise Refused(str(refusal)) from refusal

    async def contract_certificate(self, emaid: str) -> ContractCertificate:
        """Issue the certificate of a contract: the mobility operator is the central system's own authority."""
        issued = await self.client_certificate(CertificateRequest(common_name=emaid))
        return ContractCertificate(chain=issued.chain)

    async def revoke_contract(self, chain: str) -> None:
        """Revoke the certificate of a contract."""
        await self.revoke_certificate(chain)

    @_of_a_known_station
    async def security_events(self, station: str) -> Sequence[SecurityEventView]:
        """Return the security events of a station."""
        return [SecurityEventView(**event) for event in await self._system.security.security_events(station)]

    async def kill(self) -> None:
        """End the central system at once; its endpoint refuses connections."""
        self._ports = self._system.ports
        await self._system.kill()

    async def restart(self) -> None:
        """Start it again with what it had stored, on the same endpoint."""
        self._system = CentralSystem(self._settings)
        await self._system.start(self._ports)
