"""Certificates of stations, security events, logs and signed firmware."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from harness.csms import CertificateRequest, ClientCertificate, Refused, SecureEndpoint, v16
from harness.csms.console import Csms
from harness.trace import Trace
from server.driver import ReferenceDriver
from simulators.certificates import StationKey, from_pem
from simulators.connection import Endpoint
from simulators.v16 import ChargePoint

FIRMWARE = {
    "location": "https://files.test/fw.bin",
    "retrieveDateTime": "2026-01-01T00:00:00Z",
    "signature": "AAAA",
}
HASH = {"hashAlgorithm": "SHA384", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "1"}


@pytest.fixture
async def driver() -> AsyncIterator[ReferenceDriver]:
    """A driver whose central system knows CP-1."""
    async with ReferenceDriver() as running:
        await running.provision_station("CP-1")
        yield running


@pytest.fixture
async def station(driver: ReferenceDriver) -> AsyncIterator[ChargePoint]:
    """CP-1, accepted."""
    one = ChargePoint("CP-1", Endpoint(driver.endpoint), Trace())
    await one.boot()
    yield one
    await one.leave()


def signing_request(
    common_name: str | None,
    organisation: str | None = None,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None,
) -> str:
    """Return a PKCS#10 request as PEM, signed with a key of its own unless one is given."""
    names = ((NameOID.COMMON_NAME, common_name), (NameOID.ORGANIZATION_NAME, organisation))
    subject = x509.Name([x509.NameAttribute(what, name) for what, name in names if name is not None])
    request = x509.CertificateSigningRequestBuilder(subject_name=subject)
    signed = request.sign(key or ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode("ascii")


def weak_rsa() -> rsa.RSAPrivateKey:
    """Return an RSA key of 1024 bits."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=1024)


async def performed(driver: ReferenceDriver, station: ChargePoint, operation: Any, **answer: Any) -> Any:
    """Have an operation performed and answered; return the payload that came."""
    csms = Csms(driver, patience=5)
    csms.watch(station)
    request = await csms.perform(operation)
    call = await station.next_call(operation.action())
    await call.answer(**answer)
    await csms.outcome(request)
    return call.payload


async def authority(driver: ReferenceDriver) -> str:
    """Return the root certificates."""
    found = await driver.secure_endpoint(2)
    assert isinstance(found, SecureEndpoint)
    assert found.authority is not None
    return found.authority


@pytest.mark.parametrize(
    ("make", "signature"), [(StationKey.rsa, "sha256WithRSAEncryption"), (StationKey.ecdsa, "ecdsa-with-SHA256")]
)
async def test_good_request_is_signed(driver: ReferenceDriver, station: ChargePoint, make: Any, signature: str) -> None:
    """A certificate follows the conf: key and subject of the request, signed with the same algorithm, issuer behind."""
    station.expect("CertificateSigned")
    key = make()
    answer = await station.call("SignCertificate", {"csr": key.request("CP-1", "plugfest")})
    assert answer.payload == {"status": "Accepted"}
    call = await station.next_call("CertificateSigned")
    assert call.entry.index > answer.entry.index
    text = call.payload["certificateChain"]
    await call.answer(status="Accepted")
    leaf, issuer = from_pem(text, clause="A02")
    assert (leaf.common_name, leaf.organisation, leaf.public) == ("CP-1", "plugfest", key.public)
    assert leaf.signature == signature
    assert leaf.issued_by(issuer)
    assert issuer.raw in [one.raw for one in from_pem(await authority(driver), clause="A02")]
    assert "\r" not in text
    assert len(text) <= 10_000


async def test_nameless_request_is_one_of_its_sender(station: ChargePoint) -> None:
    """A request that names nobody is answered with a certificate for the station that has sent it."""
    station.expect("CertificateSigned")
    csr = signing_request(None)
    assert (await station.call("SignCertificate", {"csr": csr})).payload == {"status": "Accepted"}
    call = await station.next_call("CertificateSigned")
    await call.answer(status="Accepted")
    assert from_pem(call.payload["certificateChain"], clause="A02")[0].common_name == "CP-1"


@pytest.mark.parametrize(
    "csr",
    [
        "garbage",
        "grün",
        signing_request("CP-2"),
        signing_request("CP-1", "Somebody"),
        signing_request("CP-1", key=weak_rsa()),
        signing_request("CP-1", key=ec.generate_private_key(ec.SECP192R1())),
        StationKey.ecdsa().forged_request("CP-1", "plugfest"),
    ],
    ids=("text", "umlaut", "name", "organisation", "short RSA", "short EC", "forged"),
)
async def test_bad_request_is_rejected(station: ChargePoint, csr: str) -> None:
    """What cannot or must not be signed is Rejected, and nothing follows."""
    station.expect("CertificateSigned")
    assert (await station.call("SignCertificate", {"csr": csr})).payload == {"status": "Rejected"}
    assert await station.calls_until_probe("CertificateSigned") == []


async def test_refused_certificate_is_not_sent_again(station: ChargePoint) -> None:
    """A station that rejects its certificate is left alone with it."""
    station.expect("CertificateSigned")
    await station.call("SignCertificate", {"csr": signing_request("CP-1")})
    await (await station.next_call("CertificateSigned")).answer(status="Rejected")
    station.expect("CertificateSigned")
    assert await station.calls_until_probe("CertificateSigned") == []


@pytest.mark.parametrize(("limit", "count"), [(10_000, 2), (1_000, 1)])
async def test_chain_is_as_long_as_the_station_takes(
    driver: ReferenceDriver, station: ChargePoint, limit: int, count: int
) -> None:
    """A station that tells a limit gets no more than that: the leaf before anything else."""
    known = {"key": "CertificateSignedMaxChainSize", "readonly": True, "value": str(limit)}
    await performed(driver, station, v16.GetConfiguration(station="CP-1"), configurationKey=[known])
    station.expect("CertificateSigned")
    await station.call("SignCertificate", {"csr": signing_request("CP-1")})
    call = await station.next_call("CertificateSigned")
    await call.answer(status="Accepted")
    assert len(from_pem(call.payload["certificateChain"], clause="A02")) == count


async def test_certificate_that_is_too_long_is_not_sent(driver: ReferenceDriver, station: ChargePoint) -> None:
    """Where not even the leaf fits nothing is sent."""
    known = {"key": "CertificateSignedMaxChainSize", "readonly": True, "value": "10"}
    await performed(driver, station, v16.GetConfiguration(station="CP-1"), configurationKey=[known])
    station.expect("CertificateSigned")
    await station.call("SignCertificate", {"csr": signing_request("CP-1")})
    assert await station.calls_until_probe("CertificateSigned") == []


async def test_installed_certificates_are_kept_as_told(driver: ReferenceDriver, station: ChargePoint) -> None:
    """Hash data goes back to the station in the very form in which it came."""
    ids = v16.GetInstalledCertificateIds(station="CP-1", certificate_type="CentralSystemRootCertificate")
    await performed(driver, station, ids, status="Accepted", certificateHashData=[HASH])
    delete = v16.DeleteCertificate(station="CP-1", certificate_hash_data=HASH)
    for status in ("Failed", "Accepted", "NotFound"):
        sent = await performed(driver, station, delete, status=status)
        assert sent == {"certificateHashData": HASH}
    await performed(driver, station, ids, status="NotFound")


async def test_certificates_are_checked_before_they_are_sent(driver: ReferenceDriver) -> None:
    """What is no certificate, too many or too long is refused; one good root is not."""
    roots = await authority(driver)
    one = roots[: roots.index("-----END") + len("-----END CERTIFICATE-----\n")]

    def install(text: str) -> v16.InstallCertificate:
        return v16.InstallCertificate(station="CP-1", certificate_type="ManufacturerRootCertificate", certificate=text)

    for wrong in ("x", roots, one + " " * 5_500):
        with pytest.raises(Refused):
            await driver.perform(install(wrong))
    await driver.perform(install(one))
    with pytest.raises(Refused):
        await driver.perform(v16.CertificateSigned(station="CP-1", certificate_chain="x"))


async def test_security_events_are_recorded(driver: ReferenceDriver, station: ChargePoint) -> None:
    """Events of any type are confirmed and can be read in their order."""
    for type, more in (("StartupOfTheDevice", {}), ("x" * 50, {"techInfo": "y" * 255})):
        answer = await station.call(
            "SecurityEventNotification", {"type": type, "timestamp": "2020-01-01T00:00:00Z", **more}
        )
        assert answer.payload == {}
    events = await driver.security_events("CP-1")
    assert [(one.type, one.info) for one in events] == [("StartupOfTheDevice", None), ("x" * 50, "y" * 255)]


async def test_only_the_newest_events_are_kept(
    driver: ReferenceDriver, station: ChargePoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A station cannot fill the store with events."""
    monkeypatch.setattr("server.core.security_events.MAX_KEPT", 2)
    for type in "abcd":
        await station.call("SecurityEventNotification", {"type": type, "timestamp": "2020-01-01T00:00:00Z"})
    events = await driver.security_events("CP-1")
    assert [one.type for one in events] == ["c", "d"]


async def tasks(driver: ReferenceDriver) -> list[tuple[Any, ...]]:
    """Return kind, state and status of the tasks of CP-1."""
    found = await driver.tasks("CP-1")
    return [(one.kind, one.state, one.status) for one in found]


async def test_log_is_tracked(driver: ReferenceDriver, station: ChargePoint) -> None:
    """A log upload is followed by its requestId, which differs from request to request."""
    get_log = v16.GetLog(station="CP-1", log_type="SecurityLog", log={"remoteLocation": "https://files.test/"})
    answers = ({"status": "Accepted", "filename": "log"}, {"status": "Accepted"}, {"status": "Rejected"})
    numbers = [(await performed(driver, station, get_log, **answer))["requestId"] for answer in answers]
    assert len(set(numbers)) == 3
    for payload in ({"status": "Uploaded", "requestId": numbers[0]}, {"status": "Idle"}):
        assert (await station.call("LogStatusNotification", payload)).payload == {}
    assert await tasks(driver) == [("log", "done", "Uploaded"), ("log", "done", None), ("log", "failed", None)]


async def test_signed_firmware_is_tracked(driver: ReferenceDriver, station: ChargePoint) -> None:
    """An update is followed to its end; a refused one has failed."""
    certificate = await driver.client_certificate(CertificateRequest(common_name="Vendor"))
    assert isinstance(certificate, ClientCertificate)
    good = {**FIRMWARE, "signingCertificate": certificate.chain}
    update = v16.SignedUpdateFirmware(station="CP-1", firmware=good)
    number = (await performed(driver, station, update, status="Accepted"))["requestId"]
    await performed(driver, station, update, status="InvalidCertificate")
    for payload in ({"status": "Installed", "requestId": number}, {"status": "Idle"}):
        assert (await station.call("SignedFirmwareStatusNotification", payload)).payload == {}
    assert await tasks(driver) == [("firmware", "done", "Installed"), ("firmware", "failed", None)]
    for wrong in ({"signature": "*"}, {"signingCertificate": "x"}, {"installDateTime": "2025-01-01T00:00:00Z"}):
        with pytest.raises(Refused):
            await driver.perform(v16.SignedUpdateFirmware(station="CP-1", firmware={**good, **wrong}))


@pytest.mark.parametrize(
    ("mutant", "csr", "expected"),
    [
        ("csr-garbage-accepted", "garbage", ("Accepted", None)),
        ("certificate-never-sent", None, ("Accepted", None)),
        ("certificate-chain-reversed", None, ("Accepted", "plugfest ECDSA root")),
        ("certificate-renamed", None, ("Accepted", "CP-1-1")),
    ],
)
async def test_mutant_confuses_certificates(mutant: str, csr: str | None, expected: tuple[str, str | None]) -> None:
    """Each defect shows in the answer or in the certificate."""
    async with ReferenceDriver(mutant) as driver:
        await driver.provision_station("CP-1")
        station = ChargePoint("CP-1", Endpoint(driver.endpoint), Trace())
        await station.boot()
        station.expect("CertificateSigned")
        answer = await station.call("SignCertificate", {"csr": csr or signing_request("CP-1")})
        name = None
        if expected[1] is not None:
            call = await station.next_call("CertificateSigned")
            name = from_pem(call.payload["certificateChain"], clause="A02")[0].common_name
            await call.answer(status="Accepted")
        assert (answer.payload["status"], name) == expected
        await station.leave()
