"""Client certificates under security profile 3: security white paper A00.FR.402 to A00.FR.407 and A00.FR.702 to 704."""

from harness.csms import ClientCertificate, SecureHosting
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import SecureStations
from scenarios.v16.security.admission import PAPER, REFUSALS, admitted, gist, refused, served
from simulators.certificates import StationKey
from simulators.tls_probe import DEMANDED, Negotiated, Version, probe
from simulators.v16 import ChargePoint

PATH = f"{PAPER} A00.FR.402, A00.FR.403, A00.FR.407"
ORGANISATION = f"{PAPER} A00.FR.404"
NAME = f"{PAPER} A00.FR.405"
REVOCATION = f"{PAPER} A00.FR.702, A00.FR.704"


async def _only_own(
    secure: SecureStations, station: ChargePoint, check: Checks, bad: ClientCertificate | None, clause: str
) -> None:
    """Check that a certificate, or none, is refused where the station's own one is accepted before and after."""
    good = station.endpoint
    await station.connect()
    station.endpoint = await secure.endpoint(3, certificate=bad)
    await refused(station, check, clause=clause)
    station.endpoint = good
    await station.connect()


@scenario(
    "v16.security.client-certificate.session",
    spec=[PATH, f"{PAPER} A00.FR.416, A00.FR.421"],
    octt=["TC_087_CSMS"],
    requirements=["SEC-A00.305", "SEC-A00.314", "SEC-A00.317", "SEC-A00.403"],
    needs=[SecureHosting],
    mutants=["certificate-never-good", "tls-server-certificate-foreign"],
)
async def test_session_with_a_client_certificate(secure: SecureStations, check: Checks) -> None:
    """A station with a good client certificate is let in by TLS 1.2 or higher, and served."""
    station = await secure.station(3)
    await served(station, check, clause=PATH)

    found = await probe(station)
    held = isinstance(found, Negotiated) and found.version >= Version.TLS_1_2
    check.that(held, "TLS 1.2 or higher", observed=found, clause=f"{PAPER} A00.FR.416")
    for name, code in DEMANDED.items():
        found = await probe(station, suites={name: code})
        agreed = isinstance(found, Negotiated)
        check.that(agreed, name, observed=found, clause=f"{PAPER} A00.FR.421", level=SHOULD)


@scenario(
    "v16.security.client-certificate.rsa",
    spec=[PATH],
    requirements=["SEC-A00.403"],
    needs=[SecureHosting],
    mutants=["certificate-never-good"],
)
async def test_certificates_of_both_kinds_are_good(secure: SecureStations, check: Checks) -> None:
    """A station gets in with a client certificate for an RSA key as with one for an EC key."""
    station = await secure.station(3)
    await admitted(station, check, clause=PATH)
    station.endpoint = await secure.endpoint(3, certificate=await secure.certificate(station.id, algorithm="RSA"))
    await admitted(station, check, clause=PATH)


@scenario(
    "v16.security.client-certificate.missing",
    spec=[PATH],
    requirements=["SEC-A00.403", "SEC-A00.002"],
    needs=[SecureHosting],
    mutants=["certificate-not-demanded"],
)
async def test_no_certificate_is_refused(secure: SecureStations, check: Checks) -> None:
    """A station that shows no client certificate is refused."""
    await _only_own(secure, await secure.station(3), check, None, PATH)


@scenario(
    "v16.security.client-certificate.self-signed",
    spec=[PATH],
    requirements=["SEC-A00.403"],
    needs=[SecureHosting],
    mutants=["certificate-not-demanded"],
)
async def test_self_signed_certificate_is_refused(secure: SecureStations, check: Checks) -> None:
    """A station that signed its client certificate itself is refused."""
    station, key = await secure.station(3), StationKey.ecdsa()
    bad = ClientCertificate(chain=key.self_signed(station.id, secure.organisation), key=key.pem)
    await _only_own(secure, station, check, bad, PATH)


@scenario(
    "v16.security.client-certificate.unknown-authority",
    spec=[PATH],
    requirements=["SEC-A00.403"],
    needs=[SecureHosting],
    mutants=["certificate-not-demanded"],
)
async def test_certificate_of_an_unknown_authority_is_refused(secure: SecureStations, check: Checks) -> None:
    """A station whose client certificate comes from an authority that nobody trusts is refused."""
    station = await secure.station(3)
    await _only_own(secure, station, check, await secure.certificate(station.id, authority=False), PATH)


@scenario(
    "v16.security.client-certificate.expired",
    spec=[PATH],
    requirements=["SEC-A00.403"],
    needs=[SecureHosting],
    mutants=["certificate-expiry-ignored", "certificate-not-demanded"],
)
async def test_expired_certificate_is_refused(secure: SecureStations, check: Checks) -> None:
    """A station whose client certificate has expired is refused."""
    station = await secure.station(3)
    await _only_own(secure, station, check, await secure.certificate(station.id, expired=True), PATH)


@scenario(
    "v16.security.client-certificate.other-organisation",
    spec=[ORGANISATION],
    requirements=["SEC-A00.404"],
    needs=[SecureHosting],
    mutants=["certificate-of-any-organisation"],
)
async def test_certificate_of_another_organisation_is_refused(secure: SecureStations, check: Checks) -> None:
    """A station whose client certificate names another organisation than its operator is refused."""
    station = await secure.station(3)
    bad = await secure.certificate(station.id, organisation="somebody else")
    await _only_own(secure, station, check, bad, ORGANISATION)


@scenario(
    "v16.security.client-certificate.other-station",
    spec=[NAME, f"{PAPER} A00.FR.427"],
    requirements=["SEC-A00.405"],
    needs=[SecureHosting],
    mutants=["certificate-of-any-station"],
)
async def test_certificate_of_another_station_is_refused(secure: SecureStations, check: Checks) -> None:
    """A station that shows the client certificate of another station is refused, while that one gets in with it."""
    station, other = await secure.station(3), await secure.station(3)
    await other.connect()
    certificate = await secure.certificate(other.id)
    await _only_own(secure, station, check, certificate, NAME)
    other.endpoint = await secure.endpoint(3, certificate=certificate)
    await admitted(other, check, clause=NAME)


@scenario(
    "v16.security.client-certificate.similar-name",
    spec=[NAME],
    requirements=["SEC-A00.405"],
    needs=[SecureHosting],
    mutants=["certificate-of-similar-station", "certificate-of-any-station"],
)
async def test_certificate_of_a_longer_name_is_refused(secure: SecureStations, check: Checks) -> None:
    """A station is refused with the client certificate of one whose identity contains its own."""
    station = await secure.station(3)
    other = await secure.station(3, id=f"{station.id}-2")
    await other.connect()
    await _only_own(secure, station, check, await secure.certificate(other.id), NAME)


@scenario(
    "v16.security.client-certificate.revoked",
    spec=[REVOCATION],
    requirements=["SEC-A00.704"],
    needs=[SecureHosting],
    mutants=["certificate-revocation-ignored"],
)
async def test_revoked_certificate_is_refused(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A client certificate is refused once it is revoked, and another one of the same station is not."""
    station = await secure.station(3)
    kept = station.endpoint
    certificate = await secure.certificate(station.id)
    station.endpoint = await secure.endpoint(3, certificate=certificate)
    await station.connect()

    await csms.ask(SecureHosting).revoke_certificate(certificate.chain)
    check.graded(gist(await station.knock()), good=REFUSALS, clause=REVOCATION, level=SHOULD)
    station.endpoint = kept
    await admitted(station, check, clause=REVOCATION)
