"""The security profiles: who is let in at which endpoint, and what changes that."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest

from harness.csms import CertificateRequest, ClientCertificate, Refused, SecureEndpoint, Unknown
from harness.trace import Trace
from server.driver import ReferenceDriver
from simulators.connection import Declined, Endpoint, Unreachable, Upgraded
from simulators.credentials import Trust, basic
from simulators.v16 import ChargePoint
from tests.server.charger import charger

PASSWORD = bytes(range(0x3A, 0x3A + 19)) + b"\x00"
"""Begins with a colon and ends with a NUL."""


@pytest.fixture
async def driver() -> AsyncIterator[ReferenceDriver]:
    """A driver whose central system knows CP-1 and CP-2."""
    async with ReferenceDriver() as running:
        await running.provision_station("CP-1")
        await running.provision_station("CP-2")
        yield running


async def station(
    driver: ReferenceDriver, profile: int, password: bytes | None = None, identity: str = "CP-1", **trust: Any
) -> ChargePoint:
    """Return CP-1 as it connects under a profile, with this password and trust."""
    found = await driver.secure_endpoint(profile)
    assert isinstance(found, SecureEndpoint)
    context = Trust(authority=found.authority, **trust).context() if found.authority else None
    return ChargePoint(identity, Endpoint(found.url, context), Trace(), password=password)


async def certificate(driver: ReferenceDriver, common_name: str = "CP-1", **flaws: Any) -> dict[str, Any]:
    """Return a client certificate as fields of a Trust."""
    found = await driver.client_certificate(CertificateRequest(common_name=common_name, **flaws))
    assert isinstance(found, ClientCertificate)
    return {"chain": found.chain, "key": found.key}


async def knocking(one: ChargePoint, **options: Any) -> object:
    """Return "in", the HTTP status of a refusal, or "tls" where TLS ended it."""
    outcome = await one.knock(**options)
    await one.leave()
    match outcome:
        case Upgraded():
            return "in"
        case Declined(status):
            return status
        case Unreachable(_, True):
            return "tls"
    return str(outcome)


@pytest.mark.parametrize("profile", [1, 2])
async def test_password_lets_a_station_in(driver: ReferenceDriver, profile: int) -> None:
    """Any bytes make a password; anything but the very same bytes is refused with a challenge."""
    await driver.set_security("CP-1", profile, PASSWORD)
    assert await knocking(await station(driver, profile, PASSWORD)) == "in"
    for wrong in (PASSWORD[:-1], PASSWORD + b"x", PASSWORD.swapcase(), b"", PASSWORD.hex().encode()):
        assert await knocking(await station(driver, profile, wrong)) == 401
    refused = await (await station(driver, profile)).knock()
    assert isinstance(refused, Declined)
    assert refused.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    "header",
    [
        basic("CP-2", PASSWORD),
        basic("", PASSWORD),
        {"Authorization": "Basic"},
        {"Authorization": "Basic *"},
        {"Authorization": "Basic Q1AtMQ=="},
        {"Authorization": "Basic grün"},
        {"Authorization": "Bearer Q1AtMTp4"},
    ],
    ids=str,
)
async def test_unusable_credentials_are_refused(driver: ReferenceDriver, header: dict[str, str]) -> None:
    """Credentials of somebody else, and such that cannot be read, are refused alike."""
    await driver.set_security("CP-1", 1, PASSWORD)
    raw = (await station(driver, 1)).raw_socket()
    async with raw:
        answer = await raw.handshake(raw.request(**header))
        assert getattr(answer, "status", None) == 401


async def test_two_authorization_headers_are_refused(driver: ReferenceDriver) -> None:
    """Nobody can say which of two credentials counts."""
    await driver.set_security("CP-1", 1, PASSWORD)
    line = f"Authorization: {basic('CP-1', PASSWORD)['Authorization']}\r\n".encode()
    raw = (await station(driver, 1)).raw_socket()
    async with raw:
        answer = await raw.handshake(raw.request()[:-2] + line + line + b"\r\n")
        assert getattr(answer, "status", None) == 401


async def test_other_profiles_are_refused(driver: ReferenceDriver) -> None:
    """A station is let in at the endpoint of its own profile only."""
    mine = await certificate(driver)
    for own in (0, 1, 2, 3):
        await driver.set_security("CP-1", own, PASSWORD)
        seen = [await knocking(await station(driver, other, PASSWORD, **mine)) for other in (1, 2, 3)]
        expected: list[object] = [403, 403, 403]
        expected[max(own - 1, 0)] = "in"
        assert seen == expected


@pytest.mark.parametrize("maximum", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_client_certificate_is_verified(driver: ReferenceDriver, maximum: ssl.TLSVersion) -> None:
    """Only a valid certificate that names the station and its operator is good, whatever its kind of key."""
    await driver.set_security("CP-1", 3)
    seen: dict[str, object] = {}
    cases: dict[str, dict[str, Any]] = {
        "good": {},
        "RSA": {"algorithm": "RSA"},
        "of another": {"common_name": "CP-2"},
        "organisation": {"organisation": "Somebody"},
        "expired": {"expired": True},
        "unknown authority": {"authority": False},
    }
    for name, flaws in cases.items():
        trust = await certificate(driver, **flaws)
        seen[name] = await knocking(await station(driver, 3, maximum=maximum, **trust))
    seen["none"] = await knocking(await station(driver, 3, maximum=maximum))
    assert seen == {
        "good": "in", "RSA": "in", "of another": 403, "organisation": 403, "expired": "tls",
        "unknown authority": "tls", "none": "tls",
    }  # fmt: skip


async def test_revoked_certificate_is_refused(driver: ReferenceDriver) -> None:
    """A certificate that is revoked is refused, also after a restart; another one is not."""
    await driver.set_security("CP-1", 3)
    bad, good = await certificate(driver), await certificate(driver)
    assert await knocking(await station(driver, 3, **bad)) == "in"
    await driver.revoke_certificate(bad["chain"])
    for _ in range(2):
        assert await knocking(await station(driver, 3, **bad)) == 403
        assert await knocking(await station(driver, 3, **good)) == "in"
        await driver.kill()
        await driver.restart()


async def test_serial_number_names_a_station(driver: ReferenceDriver) -> None:
    """A certificate may name the serial number that a station has told, but not one that belongs to others, too."""
    await driver.set_security("CP-1", 3)
    trust = await certificate(driver, "SN-1")
    assert await knocking(await station(driver, 3, **trust)) == 403
    one = await station(driver, 3, **await certificate(driver))
    await one.boot(chargePointSerialNumber="SN-1")
    await one.leave()
    assert await knocking(await station(driver, 3, **trust)) == "in"
    await driver.provision_station("SN-1")
    assert await knocking(await station(driver, 3, **trust)) == 403


async def test_credentials_survive_a_restart(driver: ReferenceDriver) -> None:
    """Password, profile, endpoints and authority are the same after a power cut."""
    await driver.set_security("CP-1", 2, PASSWORD)
    one = await station(driver, 2, PASSWORD)
    await driver.kill()
    await driver.restart()
    assert await knocking(one) == "in"


async def test_refusals_are_security_events(driver: ReferenceDriver) -> None:
    """What is refused can be read as an event of the station."""
    await driver.set_security("CP-1", 1, PASSWORD)
    await knocking(await station(driver, 1, b"wrong"))
    events = await driver.security_events("CP-1")
    assert [(one.type, one.station, one.info) for one in events] == [
        ("ConnectionRefused", "CP-1", "401 The credentials are not good.")
    ]
    with pytest.raises(Unknown):
        await driver.security_events("NOBODY")


async def test_impossible_wishes_are_told(driver: ReferenceDriver) -> None:
    """What makes no sense is refused, or not known."""
    for profile, password in ((4, PASSWORD), (1, None), (2, b"")):
        with pytest.raises(Refused):
            await driver.set_security("CP-1", profile, password)
    with pytest.raises(Refused):
        await driver.set_security("NOBODY", 1, PASSWORD)
    with pytest.raises(Refused):
        await driver.revoke_certificate("no certificate")
    with pytest.raises(Unknown):
        await driver.secure_endpoint(4)
    for wrong in (CertificateRequest(common_name=""), CertificateRequest(common_name="A", algorithm="DSA")):
        with pytest.raises(Unknown):
            await driver.client_certificate(wrong)


async def test_profile_of_the_server_is_that_of_new_stations() -> None:
    """A station without a profile of its own has that of the setting; nobody unknown is admitted under it."""
    async with ReferenceDriver(security_profile=1, accept_unknown=True) as driver:
        await driver.provision_station("CP-1")
        assert await knocking(await station(driver, 1)) == 401
        assert await knocking(await station(driver, 1, identity="NOBODY")) == 404


async def test_long_messages_pass_through_tls(driver: ReferenceDriver) -> None:
    """A message of many TLS records arrives whole."""
    await driver.set_security("CP-1", 2, PASSWORD)
    one = await station(driver, 2, PASSWORD)
    await one.boot()
    data = secrets.token_hex(100_000)
    answer = await one.data_transfer("org.plugfest", messageId="echo", data=data)
    assert answer.payload == {"status": "Accepted", "data": data}
    await one.leave()


async def test_failed_tls_handshakes_leave_nothing_behind(driver: ReferenceDriver) -> None:
    """A peer that TLS has turned away is no connection that anybody waits for."""
    await driver.set_security("CP-1", 3)
    assert await knocking(await station(driver, 3)) == "tls"
    assert not driver._system._connections


async def test_plain_stations_are_not_concerned(driver: ReferenceDriver) -> None:
    """Without a security profile everything is as ever."""
    async with charger(driver._system) as one:
        assert await one.boot() == "Accepted"


DEFECTS: dict[str, tuple[int, dict[str, Any]]] = {
    "security-profile-ignored": (1, {"password": b"x"}),
    "basic-password-unchecked": (1, {"password": b"x"}),
    "basic-user-unchecked": (1, {"headers": basic("CP-2", PASSWORD)}),
    "basic-optional": (1, {}),
    "certificate-of-any-station": (3, {"common_name": "CP-2"}),
    "certificate-of-any-organisation": (3, {"organisation": "Somebody"}),
    "certificate-expiry-ignored": (3, {"expired": True}),
    "certificate-not-demanded": (3, {"authority": False}),
}


@pytest.mark.parametrize("mutant", DEFECTS)
async def test_mutant_lets_in_whom_it_should_not(mutant: str) -> None:
    """Each defect opens the door for what the clean central system refuses."""
    profile, how = DEFECTS[mutant]
    flaws = dict(how)
    password, headers = flaws.pop("password", None), flaws.pop("headers", None)
    for name in (None, mutant):
        async with ReferenceDriver(name) as driver:
            await driver.provision_station("CP-1")
            await driver.set_security("CP-1", profile, PASSWORD)
            trust = await certificate(driver, **flaws) if profile == 3 else {}
            outcome = await knocking(await station(driver, profile, password, **trust), headers=headers)
            assert (outcome == "in") is (name is not None)
