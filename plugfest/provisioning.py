"""Making the stations of a load run known to the central system, through its driver."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from pathlib import Path

from harness.csms import (
    CertificateRequest,
    Driver,
    SecureEndpoint,
    SecureHosting,
    StationProvisioning,
    Tag,
    TagProvisioning,
)
from harness.load.plan import Plan
from harness.settings import Settings
from scenarios.stage.access import fresh_password
from simulators.load.credentials import Credentials
from simulators.load.id_tags import tags

AT_ONCE = 16
"""How many requests are under way at a time."""


def provisions(driver: Driver, settings: Settings) -> bool:
    """Whether there is something for the driver to do; stations that the target file lists stay as they are."""
    able = isinstance(driver, StationProvisioning | TagProvisioning) or settings.security.profile > 0
    return able and not settings.stations.identities


async def provision(driver: Driver, settings: Settings, plan: Plan, folder: Path) -> SecureEndpoint | None:
    """Make stations and idTags known as far as the driver can, and write what stations need into an empty folder.

    Returns where stations of the security profile connect, None where the target file has to say. Raises Refused,
    Unknown or DriverError.
    """
    stations = [settings.stations.identity(number) for number in range(plan.stations)]
    if isinstance(driver, StationProvisioning):
        await _all(driver.provision_station(station) for station in stations)
    if isinstance(driver, TagProvisioning) and settings.id_tags.accepted is None:
        await _all(driver.provision_tag(Tag(id_tag=tag)) for tag in tags(settings))
    if not settings.security.profile or not isinstance(driver, SecureHosting):
        return None
    return await _secure(driver, settings, stations, Credentials(folder))


async def _secure(driver: SecureHosting, settings: Settings, stations: list[str], kept: Credentials) -> SecureEndpoint:
    security = settings.security
    password = (security.password_bytes or fresh_password()) if security.profile in (1, 2) else None
    endpoint = await driver.secure_endpoint(security.profile)
    kept.keep(password=password, authority=endpoint.authority)
    await _all(driver.set_security(station, security.profile, password) for station in stations)
    if security.profile == 3 and security.client_certificate is None:
        await _all(_certify(driver, station, kept) for station in stations)
    return endpoint


async def _certify(driver: SecureHosting, station: str, kept: Credentials) -> None:
    issued = await driver.client_certificate(CertificateRequest(common_name=station))
    kept.keep_certificate(station, issued.chain, issued.key)


async def _all(requests: Iterable[Coroutine[None, None, None]]) -> None:
    """Make requests, some at a time."""
    left = iter(requests)

    async def make() -> None:
        for request in left:
            await request

    await asyncio.gather(*(make() for _ in range(AT_ONCE)))
