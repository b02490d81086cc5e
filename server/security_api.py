"""The operator API as far as security goes: endpoints, credentials, certificates and events."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from server.central_system import CentralSystem


class SecureEndpointBody(BaseModel):
    """Where stations of a security profile connect, and the PEM of the CA that they are to trust."""

    url: str
    authority: str | None


class SecurityBody(BaseModel):
    """The security profile of a station, and for the profiles 1 and 2 its password in hexadecimal digits."""

    model_config = ConfigDict(extra="forbid")
    profile: int
    password_hex: str | None = Field(None, pattern="^([0-9A-Fa-f]{2})*$")


class CertificateBody(BaseModel):
    """A client certificate as it is wanted, good or with a flaw."""

    model_config = ConfigDict(extra="forbid")
    common_name: str
    organisation: str | None = None
    expired: bool = False
    authority: bool = True
    algorithm: str = "ECDSA"


class IssuedCertificate(BaseModel):
    """A certificate chain, leaf first, and its private key, both PEM."""

    chain: str
    key: str


class RevokedBody(BaseModel):
    """The certificate that is revoked: the first of a chain, PEM."""

    model_config = ConfigDict(extra="forbid")
    chain: str


class InstalledCertificateBody(BaseModel):
    """A root certificate that a station has, as it tells of it."""

    type: str
    hash_data: dict[str, str]


class SecurityEventBody(BaseModel):
    """A security event, reported by a station or noticed by the central system itself."""

    type: str
    station: str
    timestamp: datetime
    info: str | None


def security_routes(system: CentralSystem) -> APIRouter:
    """Return the routes for everything about security."""
    router = APIRouter(tags=["security"])

    @router.get("/security/{profile}")
    async def secure_endpoint(profile: int) -> SecureEndpointBody:
        """Return where stations of a security profile connect, and open that endpoint if it is not open yet."""
        try:
            url = await system.secure_endpoint(profile)
        except ValueError as error:
            raise HTTPException(404, str(error)) from None
        authority = system.authority.certificates() if url.startswith("wss:") else None
        return SecureEndpointBody(url=url, authority=authority)

    @router.put("/stations/{station}/security", status_code=204)
    async def set_security(station: str, body: SecurityBody) -> None:
        """Set the security profile of a station; without a password the one that it has stays."""
        password = None if body.password_hex is None else bytes.fromhex(body.password_hex)
        await system.security.set_security(station, body.profile, password)

    @router.get("/stations/{station}/security-events")
    async def security_events(station: str) -> list[SecurityEventBody]:
        """Return the security events of a station in the order in which they came."""
        return [SecurityEventBody(**event) for event in await system.security.security_events(station)]

    @router.get("/stations/{station}/installed-certificates")
    async def installed_certificates(station: str) -> list[InstalledCertificateBody]:
        """Return the root certificates that a station has told of, when it was last asked."""
        return [InstalledCertificateBody(**one) for one in await system.operator.installed_certificates(station)]

    @router.post("/certificates", status_code=201)
    async def client_certificate(body: CertificateBody) -> IssuedCertificate:
        """Issue a client certificate, good or with a flaw, for tests."""
        chain, key = await system.security.client_certificate(**body.model_dump())
        return IssuedCertificate(chain=chain, key=key)

    @router.post("/certificates/revoked", status_code=204)
    async def revoke_certificate(body: RevokedBody) -> None:
        """Revoke a client certificate."""
        await system.security.revoke_certificate(body.chain)

    return router
