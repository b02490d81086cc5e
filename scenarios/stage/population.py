"""Who takes part in a scenario: stations of its own, and idTags of its own where the driver can make some."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, Generic, TypeVar

from harness.csms import (
    CertificateRequest,
    ClientCertificate,
    Hosted,
    SecureHosting,
    StationProvisioning,
    Tag,
    TagProvisioning,
    TagStatus,
    Unsupported,
)
from harness.csms.console import Csms
from harness.csms.driver import Driver
from harness.settings import Settings
from harness.trace import Trace
from harness.verdict import Inconclusive
from scenarios.stage.access import equip, fresh_password
from scenarios.stage.identities import Loan
from scenarios.stage.strangers import Strangers
from simulators.connection import Endpoint
from simulators.credentials import Trust
from simulators.network.faults import Faults
from simulators.network.network import Network
from simulators.station import Station
from simulators.v16 import ChargePoint
from simulators.v201 import ChargingStation

S = TypeVar("S", bound=Station)

KINDS: Mapping[str, type[Station]] = {kind.version.name: kind for kind in (ChargePoint, ChargingStation)}
"""OCPP version → the station that speaks it."""


class Population(Generic[S]):
    """Makes the stations of one scenario, all of one ``kind``, known to the central system unless said otherwise."""

    def __init__(
        self,
        kind: type[S],
        settings: Settings,
        identities: Loan,
        driver: Driver,
        csms: Csms,
        endpoint: Endpoint,
        trace: Trace,
        *,
        strangers: Strangers | None = None,
        network: Network | None = None,
        faults: Faults | None = None,
    ) -> None:
        self._kind = kind
        self._settings = settings
        self._identities = identities
        self._driver = driver
        self.csms = csms
        self._endpoint = endpoint
        self._trace = trace
        self._strangers = strangers
        self.network = network
        self._faults = faults
        self._made: list[S] = []
        self._registered: list[str] = []

    async def new(self, id: str | None = None, *, registered: bool = True) -> S:
        """Return a new station that is not connected yet, its trace the scenario's."""
        identity = id or await self._identities.take()
        if registered and isinstance(self._driver, StationProvisioning):
            await self.csms.register(identity)
            self._registered.append(identity)
            await asyncio.sleep(self._settings.features.first_contact)
        if registered and self._strangers is not None:
            await self._strangers.demand_served(self._kind, identity, self._identities.manners.of(identity))
        station = self._make(identity)
        await equip(station, self._settings, self._driver, known=registered)
        station.endpoint = await self.reach(station.endpoint)
        return station

    async def reach(self, endpoint: Endpoint) -> Endpoint:
        """Return an endpoint as the stations reach it: through their network, if there is one."""
        return await self.network.reach(endpoint) if self.network else endpoint

    def made_up(self) -> str | None:
        """Return an identity that nobody has, None where the driver cannot make its station known."""
        return self._identities.made_up() if isinstance(self._driver, StationProvisioning) else None

    @property
    def organisation(self) -> str:
        """The operator of the stations, as it stands in their certificates."""
        return self._settings.security.organisation

    def twin(self, station: S) -> S:
        """Return a second station object with the identity of another, to hold a second connection."""
        twin = self._make(station.id)
        twin.endpoint, twin.password = station.endpoint, station.password
        return twin

    async def leave(self) -> None:
        """Take every station off the wire, and forget those that were registered; a hosted system forgets all."""
        async with AsyncExitStack() as life:
            if self.network:
                life.push_async_callback(self.network.leave)
            for station in self._made:
                await station.leave()
        if isinstance(self._driver, StationProvisioning) and not isinstance(self._driver, Hosted):
            for identity in self._registered:
                await self.csms.forget(identity)

    def _make(self, identity: str) -> S:
        conduct, patience = self._identities.manners.of(identity), self._settings.csms.patience
        station = self._kind(identity, self._endpoint, self._trace, patience=patience, conduct=conduct)
        station.belong(self.organisation, self._settings.security.profile)
        station.faults = self._faults
        self._made.append(station)
        self.csms.watch(station)
        return station


Stations = Population[ChargePoint]
"""Makes stations that speak OCPP 1.6."""

ChargingStations = Population[ChargingStation]
"""Makes stations that speak OCPP 2.0.1."""

AnyStations = Population[Station]
"""Makes stations that speak the version of the scenario."""


C = TypeVar("C", bound=ChargePoint)


class Secured(Generic[C]):
    """Makes stations that connect under a security profile, with credentials of their own.

    Scenarios that use it need SecureHosting.
    """

    def __init__(self, stations: Population[C], csms: Csms) -> None:
        self._stations = stations
        self.csms = csms

    async def station(
        self,
        profile: int,
        *,
        id: str | None = None,
        password: bytes | None = None,
        certificate: ClientCertificate | None = None,
        **trust: Any,
    ) -> C:
        """Return a station for a security profile, not connected yet.

        For the profiles 1 and 2 it has a password, 20 random characters unless given; for profile 3 a good client
        certificate unless given. ``trust`` are fields of Trust, such as ``maximum`` or ``ciphers``. Where the driver
        can make stations known, it is none of the target file: the credentials of those stay what they are.
        """
        station = await self._stations.new(id or self._stations.made_up())
        password = password or (fresh_password() if profile in (1, 2) else None)
        await self.csms.ask(SecureHosting).set_security(station.id, profile, password)
        if profile == 3:
            certificate = certificate or await self.certificate(station.id)
        station.password = password if profile in (1, 2) else None
        station.endpoint = await self.endpoint(profile, certificate=certificate, **trust)
        return station

    @property
    def organisation(self) -> str:
        """The operator of the stations, as it stands in their certificates."""
        return self._stations.organisation

    async def endpoint(self, profile: int, *, certificate: ClientCertificate | None = None, **trust: Any) -> Endpoint:
        """Return where stations of a security profile connect, for one with this certificate or with none."""
        found = await self.csms.ask(SecureHosting).secure_endpoint(profile)
        if not found.url.startswith("wss://"):
            return await self._stations.reach(Endpoint(found.url))
        if certificate is not None:
            trust |= {"chain": certificate.chain, "key": certificate.key}
        whom = Trust(**{"authority": found.authority, **trust})
        return await self._stations.reach(Endpoint(found.url, whom.context(), whom.authority))

    async def certificate(
        self,
        common_name: str,
        *,
        organisation: str | None = None,
        expired: bool = False,
        authority: bool = True,
        algorithm: str = "ECDSA",
    ) -> ClientCertificate:
        """Return a client certificate with its key: good, or with the flaws that are asked for."""
        return await self.csms.ask(SecureHosting).client_certificate(
            CertificateRequest(
                common_name=common_name,
                organisation=organisation,
                expired=expired,
                authority=authority,
                algorithm=algorithm,
            )
        )


SecureStations = Secured[ChargePoint]
"""Makes stations that speak OCPP 1.6 and connect under a security profile."""


class Tags:
    """Hands out idTags in every state: of the scenario's own where the driver provisions, else the target file's."""

    def __init__(self, settings: Settings, driver: Driver) -> None:
        self._given = settings.id_tags
        self._driver = driver

    async def accepted(
        self, id_tag: str | None = None, *, parent: str | None = None, expires: datetime | None = None
    ) -> str:
        """Return a tag that the central system accepts; the arguments need a driver that provisions."""
        if isinstance(self._driver, TagProvisioning):
            return await self._provision(Tag(id_tag=id_tag or fresh_tag(), parent=parent, expires=expires))
        return self._of_file("accepted", self._given.accepted)

    async def second(self) -> str:
        """Return another accepted tag."""
        if isinstance(self._driver, TagProvisioning):
            return await self.accepted()
        return self._of_file("second", self._given.second)

    async def family(self) -> tuple[str, str]:
        """Return two accepted tags of one parent group."""
        if isinstance(self._driver, TagProvisioning):
            parent = fresh_tag()
            return await self.accepted(parent=parent), await self.accepted(parent=parent)
        return self._of_file("accepted", self._given.accepted), self._of_file("same_parent", self._given.same_parent)

    async def blocked(self) -> str:
        """Return a tag that the central system knows as blocked."""
        return await self._in_state(TagStatus.BLOCKED, "blocked", self._given.blocked)

    async def expired(self) -> str:
        """Return a tag that the central system knows as expired."""
        return await self._in_state(TagStatus.EXPIRED, "expired", self._given.expired)

    async def change(self, id_tag: str, status: TagStatus) -> None:
        """Change the state of a tag; needs a driver that provisions."""
        assert isinstance(self._driver, TagProvisioning), "the scenario lists TagProvisioning in its needs"
        await self._driver.provision_tag(Tag(id_tag=id_tag, status=status))

    def unknown(self) -> str:
        """Return a tag that the central system has never heard of, another one each time, for it may learn."""
        return fresh_tag()

    def invalid(self) -> str:
        """Return a tag that the central system calls Invalid: that of the target file, else one it never heard of."""
        return self._given.invalid or self.unknown()

    async def _in_state(self, status: TagStatus, name: str, given: str | None) -> str:
        """Return a tag of the scenario's own, or that of the target file where the product cannot be told of one."""
        if isinstance(self._driver, TagProvisioning):
            try:
                return await self._provision(Tag(id_tag=fresh_tag(), status=status))
            except Unsupported:
                if given is None:
                    raise
        return self._of_file(name, given)

    async def _provision(self, tag: Tag) -> str:
        assert isinstance(self._driver, TagProvisioning)
        await self._driver.provision_tag(tag)
        return tag.id_tag

    def _of_file(self, name: str, given: str | None) -> str:
        if given is None:
            raise Inconclusive(f"the target file gives no {name} tag in [id_tags], and the driver cannot make one")
        return given


def fresh_tag() -> str:
    """Return an idTag of 16 characters that nobody else has."""
    return secrets.token_hex(8).upper()
