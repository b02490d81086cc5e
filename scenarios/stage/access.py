"""How the stations of a run reach the central system and prove who they are, as ``[security]`` says."""

from __future__ import annotations

import secrets

from harness.csms import (
    CertificateRequest,
    ClientCertificate,
    Driver,
    Hosted,
    SecureEndpoint,
    SecureHosting,
    Unknown,
)
from harness.settings import Settings, SettingsError
from simulators.connection import Endpoint
from simulators.credentials import Trust
from simulators.station import Station

PASSWORD_SIZE = 20
"""Bytes of a password that is made up (OCPP-J 1.6 6.2.2)."""


def fresh_password() -> bytes:
    """Return a password that nobody else has; plain text, since some systems take no other."""
    return secrets.token_hex(PASSWORD_SIZE // 2).encode()


async def endpoint_of(settings: Settings, driver: Driver) -> Endpoint:
    """Return where the stations of a run connect, and whom they trust there; raises SettingsError where unknown."""
    found = await _whereabouts(settings, driver)
    security = settings.security
    if not found.url.startswith("wss://"):
        return Endpoint(found.url)
    authority = settings.resolve(security.authority).read_text("ascii") if security.authority else found.authority
    certificate = _given_certificate(settings)
    trust = Trust(authority=authority, chain=certificate.chain, key=certificate.key) if certificate else None
    return Endpoint(found.url, (trust or Trust(authority=authority)).context(), authority)


async def equip(station: Station, settings: Settings, driver: Driver, *, known: bool) -> None:
    """Give a station what the security profile of the run demands of it.

    Where the driver can, the central system is told of it, unless it is not to be ``known`` there.
    """
    security = settings.security
    hosting = driver if isinstance(driver, SecureHosting) and known else None
    if security.profile in (1, 2):
        station.password = security.password_bytes or fresh_password()
    if security.profile and hosting:
        await hosting.set_security(station.id, security.profile, station.password)
    if security.profile == 3 and hosting and security.client_certificate is None:
        certificate = await hosting.client_certificate(CertificateRequest(common_name=station.id))
        trust = Trust(authority=station.endpoint.authority, chain=certificate.chain, key=certificate.key)
        station.endpoint = Endpoint(station.endpoint.url, trust.context(), station.endpoint.authority)


async def _whereabouts(settings: Settings, driver: Driver) -> SecureEndpoint:
    if settings.csms.endpoint is not None:
        return SecureEndpoint(url=settings.csms.endpoint)
    if settings.security.profile and isinstance(driver, SecureHosting):
        try:
            return await driver.secure_endpoint(settings.security.profile)
        except Unknown as unknown:
            message = f"the target file gives no csms.endpoint, and the driver knows none: {unknown.reason}"
            raise SettingsError(message) from unknown
    if isinstance(driver, Hosted):
        return SecureEndpoint(url=driver.endpoint)
    raise SettingsError("the target file gives no csms.endpoint, and the driver does not know one")


def _given_certificate(settings: Settings) -> ClientCertificate | None:
    chain, key = settings.security.client_certificate, settings.security.client_key
    if chain is None or key is None:
        return None
    return ClientCertificate(
        chain=settings.resolve(chain).read_text("ascii"), key=settings.resolve(key).read_text("ascii")
    )
