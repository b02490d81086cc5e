"""Root certificates at the station: security white paper M03, M04 and M05."""

from functools import cache

from harness.csms.console import Csms
from harness.csms.v16 import DeleteCertificate, GetInstalledCertificateIds, InstallCertificate
from harness.ocppj import Payload
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import delivered
from scenarios.v16.security.admission import PAPER
from simulators.certificates import Certificate, StationKey, from_pem
from simulators.v16 import ChargePoint, now

INSTALL = f"{PAPER} M05, 5.11"
LIST = f"{PAPER} M03, 5.7"
DELETE = f"{PAPER} M04.FR.07, 6.1"
CENTRAL_SYSTEM = "CentralSystemRootCertificate"
MANUFACTURER = "ManufacturerRootCertificate"
MAX_CERTIFICATE = 5_500


@cache
def _root() -> str:
    """Return a root certificate as PEM."""
    return StationKey.ecdsa().self_signed("A root for tests", "plugfest", authority=True)


def _certificate() -> Certificate:
    return from_pem(_root(), clause=INSTALL)[0]


async def _installed(station: ChargePoint, csms: Csms, check: Checks, type: str, status: str = "Accepted") -> None:
    """Have a root certificate installed, check the CALL, and answer it."""
    order = InstallCertificate(station=station.id, certificate_type=type, certificate=_root())
    payload = (await delivered(station, csms, order, status=status)).payload
    check.equal(set(payload), {"certificateType", "certificate"}, clause=INSTALL)
    check.equal(payload.get("certificateType"), type, clause=INSTALL)
    text = str(payload.get("certificate"))
    check.equal(text.replace("\r\n", "\n").strip(), _root().strip(), clause=INSTALL)
    check.that(len(text) <= MAX_CERTIFICATE, f"at most {MAX_CERTIFICATE} characters", clause=INSTALL)
    check.equal(len(from_pem(text, clause=INSTALL)), 1, clause=INSTALL)


async def _listed(station: ChargePoint, csms: Csms, check: Checks, type: str, *found: Payload) -> None:
    """Have the certificates of a type asked for, check the CALL, and tell of those that are there."""
    order = GetInstalledCertificateIds(station=station.id, certificate_type=type)
    answer = {"status": "Accepted", "certificateHashData": list(found)} if found else {"status": "NotFound"}
    payload = (await delivered(station, csms, order, **answer)).payload
    check.equal(payload, {"certificateType": type}, clause=LIST)
    await station.heartbeat()


async def _deleted(station: ChargePoint, csms: Csms, check: Checks, named: Payload, status: str) -> None:
    """Have a certificate deleted, check the CALL, and answer it."""
    order = DeleteCertificate(station=station.id, certificate_hash_data=named)
    payload = (await delivered(station, csms, order, status=status)).payload
    sent = payload.get("certificateHashData")
    sent = dict(sent) if isinstance(sent, dict) else {}
    check.equal(_normalised(sent), _normalised(named), clause=DELETE)
    check.equal(sent, named, clause=DELETE, level=SHOULD)
    await station.heartbeat()


def _normalised(named: Payload) -> Payload:
    """Return hash data without what is only a matter of writing: case, and zeros in front of the serial number."""
    lower = {name: str(value).lower() for name, value in named.items()}
    return lower | {"serialNumber": lower.get("serialNumber", "").lstrip("0")}


@scenario(
    "v16.security.installed-certificates.manufacturer",
    spec=[INSTALL, LIST],
    octt=["TC_075_1_CSMS"],
    requirements=["SEC-M05", "SEC-M03"],
    needs=[InstallCertificate, GetInstalledCertificateIds],
    mutants=["certificate-type-fixed", "certificate-type-swapped", "certificate-armour-lost", "certificate-twice"],
)
async def test_manufacturer_root_is_installed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A root certificate of the manufacturer reaches the station as one PEM, and is asked for by its type."""
    await station.ready()

    await _installed(station, csms, check, MANUFACTURER)
    await _listed(station, csms, check, MANUFACTURER, _certificate().hash_data("SHA256"))


@scenario(
    "v16.security.installed-certificates.central-system",
    spec=[INSTALL, LIST],
    octt=["TC_075_2_CSMS"],
    requirements=["SEC-M05", "SEC-M03"],
    needs=[InstallCertificate, GetInstalledCertificateIds],
    mutants=["certificate-type-swapped", "certificate-armour-lost", "certificate-twice"],
)
async def test_central_system_root_is_installed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A root certificate of the central system reaches the station as one PEM, and is asked for by its type."""
    await station.ready()

    await _installed(station, csms, check, CENTRAL_SYSTEM)
    await _listed(station, csms, check, CENTRAL_SYSTEM, _certificate().hash_data("SHA256"))


@scenario(
    "v16.security.installed-certificates.not-installed",
    spec=[INSTALL],
    requirements=["SEC-M05"],
    needs=[InstallCertificate],
    mutants=["unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_failed_installation_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that rejects a root certificate, or fails to install it, is served on."""
    await station.ready()

    for type in (MANUFACTURER, CENTRAL_SYSTEM):
        for status in ("Rejected", "Failed"):
            await _installed(station, csms, check, type, status)
            await station.heartbeat()


@scenario(
    "v16.security.installed-certificates.invalid-event",
    spec=[INSTALL, f"{PAPER} A04.FR.03, 5.16"],
    octt=["TC_078_CSMS"],
    requirements=["SEC-M05", "SEC-A04.03"],
    needs=[InstallCertificate],
    mutants=["certificate-armour-lost", "security-event-answer-filled", "certificate-type-to-manufacturer"],
)
async def test_rejected_root_is_reported(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that rejects a root certificate of the central system reports it as invalid, and that is confirmed."""
    await station.ready()

    await _installed(station, csms, check, CENTRAL_SYSTEM, "Rejected")
    event = {"type": "InvalidCentralSystemCertificate", "timestamp": now()}
    check.equal((await station.call("SecurityEventNotification", event)).payload, {}, clause=f"{PAPER} 5.16")


@scenario(
    "v16.security.installed-certificates.list",
    spec=[LIST],
    requirements=["SEC-M03"],
    needs=[GetInstalledCertificateIds],
    mutants=["certificate-type-swapped", "unsuccessful-answer-closes"],
)
async def test_list_of_any_length_is_taken(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that has no certificate of a type, one, or several is asked for them and served on."""
    await station.ready()
    others = [StationKey.ecdsa().self_signed(f"Root {number}", "plugfest", authority=True) for number in range(2)]
    certificates = [_certificate(), *(from_pem(one, clause=LIST)[0] for one in others)]
    named = [one.hash_data(kind) for one, kind in zip(certificates, ("SHA256", "SHA384", "SHA512"), strict=True)]

    for type in (MANUFACTURER, CENTRAL_SYSTEM):
        for count in (0, 1, 3):
            await _listed(station, csms, check, type, *named[:count])


@scenario(
    "v16.security.installed-certificates.delete",
    spec=[DELETE],
    octt=["TC_076_CSMS"],
    requirements=["SEC-M04", "SEC-M05", "SEC-M03"],
    needs=[InstallCertificate, GetInstalledCertificateIds, DeleteCertificate],
    mutants=["certificate-hash-sha256", "certificate-serial-decimal"],
)
async def test_certificate_is_deleted_by_its_hash(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A certificate is deleted by the hash data that the station told, in each of the three algorithms."""
    await station.ready()

    for algorithm in ("SHA256", "SHA384", "SHA512"):
        named = _certificate().hash_data(algorithm)
        await _installed(station, csms, check, CENTRAL_SYSTEM)
        await _listed(station, csms, check, CENTRAL_SYSTEM, named)
        await _deleted(station, csms, check, named, "Accepted")
        await _listed(station, csms, check, CENTRAL_SYSTEM)


@scenario(
    "v16.security.installed-certificates.not-deleted",
    spec=[DELETE],
    requirements=["SEC-M04"],
    needs=[GetInstalledCertificateIds, DeleteCertificate],
    mutants=["certificate-hash-sha256", "unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_failed_deletion_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that fails to delete a certificate, or does not have it, is served on."""
    await station.ready()
    named = _certificate().hash_data("SHA384")
    await _listed(station, csms, check, CENTRAL_SYSTEM, named)

    for status in ("Failed", "NotFound"):
        await _deleted(station, csms, check, named, status)
