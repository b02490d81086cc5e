"""The certificate of the central system: security white paper A00.FR.305 to A00.FR.311 and A00.FR.501 to A00.FR.511."""

from urllib.parse import urlsplit

from harness.csms import SecureHosting
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks, Inconclusive
from scenarios.stage.population import SecureStations
from scenarios.v16.security.admission import PAPER, admitted, served
from simulators.certificates import Certificate, from_der
from simulators.tls_probe import DEMANDED, ORDINARY, Negotiated, Version, probe
from simulators.v16 import ChargePoint

SERVER = f"{PAPER} A00.FR.305, A00.FR.306"
VERSION = f"{PAPER} A00.FR.312, A00.FR.314"
SUITES = f"{PAPER} A00.FR.317"
KEYS = f"{PAPER} A00.FR.501, A00.FR.502"
SUBJECT = f"{PAPER} A00.FR.508, A00.FR.509, A00.FR.510"
RSA = {name: code for name, code in ORDINARY.items() if "RSA" in name and "ECDSA" not in name}
ECDSA = {name: code for name, code in ORDINARY.items() if "ECDSA" in name}


async def _chains(station: ChargePoint) -> list[list[Certificate]]:
    """Return the chains that the central system shows for keys of both kinds, those that it has; leaf first."""
    found = [await probe(station, suites=suites) for suites in (RSA, ECDSA)]
    chains = [from_der(one.chain) for one in found if isinstance(one, Negotiated) and one.chain]
    if not chains:
        raise Inconclusive(f"no certificate was shown: {', '.join(map(str, found))}")
    return chains


@scenario(
    "v16.security.server-certificate.password-session",
    spec=[SERVER, VERSION, SUITES, KEYS, SUBJECT],
    octt=["TC_086_CSMS"],
    requirements=["SEC-A00.305", "SEC-A00.314", "SEC-A00.317", "SEC-A00.501", "SEC-A00.510"],
    needs=[SecureHosting],
    mutants=["tls-server-certificate-foreign", "tls-server-key-weak"],
)
async def test_session_with_tls_and_password(secure: SecureStations, check: Checks) -> None:
    """A station that checks version, suites, key and name of the central system in TLS is served there."""
    station = await secure.station(2)
    await station.knock()

    found = await probe(station)
    held = isinstance(found, Negotiated) and found.version >= Version.TLS_1_2
    check.that(held, "TLS 1.2 or higher", observed=found, clause=VERSION)
    for name, code in DEMANDED.items():
        found = await probe(station, suites={name: code})
        check.that(isinstance(found, Negotiated), name, observed=found, clause=SUITES, level=SHOULD)
    for leaf, *_ in await _chains(station):
        check.that(leaf.strong, "2048 bits of RSA or 224 of EC", observed=f"{leaf.bits} {leaf.algorithm}", clause=KEYS)
        check.equal(leaf.common_name, _host(station), clause=SUBJECT, level=SHOULD)
        check.that(leaf.serial > 0, "a serial number", observed=leaf.serial, clause=SUBJECT, level=SHOULD)
    await served(station, check, clause=SERVER)


@scenario(
    "v16.security.server-certificate.host-name",
    spec=[SERVER, f"{PAPER} A00.FR.307, A00.FR.308"],
    requirements=["SEC-A00.305"],
    needs=[SecureHosting],
    mutants=["tls-server-certificate-other-host", "tls-server-certificate-foreign"],
)
async def test_station_recognises_the_central_system(secure: SecureStations, check: Checks) -> None:
    """A station that checks host name and path of the certificate gets in, under the profiles 2 and 3."""
    for profile in (2, 3):
        station = await secure.station(profile)
        await admitted(station, check, clause=SERVER)
        check.equal((await station.boot()).payload.get("status"), "Accepted", clause=SERVER)


@scenario(
    "v16.security.server-certificate.key-length",
    spec=[KEYS, f"{PAPER} A00.FR.503"],
    octt=["TC_086_CSMS"],
    requirements=["SEC-A00.501"],
    needs=[SecureHosting],
    mutants=["tls-server-key-weak"],
)
async def test_keys_are_long_enough(secure: SecureStations, check: Checks) -> None:
    """Every key in the chains of the central system has at least 2048 bits, or 224 where it is one of EC."""
    for profile in (2, 3):
        for chain in await _chains(await secure.station(profile)):
            for one in chain:
                observed = f"{one.bits} bits of {one.algorithm}"
                check.that(one.strong, "2048 bits of RSA or 224 of EC", observed=observed, clause=KEYS)


@scenario(
    "v16.security.server-certificate.subject",
    spec=[SUBJECT, f"{PAPER} A00.FR.511"],
    octt=["TC_086_CSMS"],
    requirements=["SEC-A00.510"],
    needs=[SecureHosting],
    mutants=["tls-certificate-of-another-host"],
)
async def test_certificate_names_its_owner(secure: SecureStations, check: Checks) -> None:
    """The certificate of the central system has a serial number, its organisation, and its host name as CN."""
    for profile in (2, 3):
        station = await secure.station(profile)
        for leaf, *_ in await _chains(station):
            check.that(leaf.serial > 0, "a serial number", observed=leaf.serial, clause=SUBJECT, level=SHOULD)
            check.that(bool(leaf.organisation), "an O", observed=leaf.organisation, clause=SUBJECT, level=SHOULD)
            check.equal(leaf.common_name, _host(station), clause=SUBJECT, level=SHOULD)


def _host(station: ChargePoint) -> str | None:
    return urlsplit(station.endpoint.url).hostname
