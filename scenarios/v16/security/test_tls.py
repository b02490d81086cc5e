"""What is agreed on in TLS: security white paper A00.FR.312 to A00.FR.321 and A00.FR.416 to A00.FR.423."""

from ssl import TLSVersion

from harness.csms import SecureHosting
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import SecureStations
from scenarios.v16.security.admission import PAPER, admitted
from simulators.tls_probe import DEFLATE, DEMANDED, NULL_COMPRESSION, UNSUITABLE, Negotiated, Version, probe

VERSIONS = f"{PAPER} A00.FR.312, A00.FR.314"
SUITES = f"{PAPER} A00.FR.317, A00.FR.421"
UNSUITED = f"{PAPER} A00.FR.319, A00.FR.423"
COMPRESSION = f"{PAPER} A00.FR.320, A00.FR.321"


@scenario(
    "v16.security.tls.old-versions",
    spec=[VERSIONS, f"{PAPER} A00.FR.416, A00.FR.418"],
    requirements=["SEC-A00.314"],
    needs=[SecureHosting],
    mutants=["tls-old-versions", "tls-1-2-missing"],
)
async def test_old_versions_are_refused(secure: SecureStations, check: Checks) -> None:
    """SSL 3.0, TLS 1.0 and TLS 1.1 are refused where TLS 1.2 is spoken, under the profiles 2 and 3."""
    for profile in (2, 3):
        station = await secure.station(profile)
        await station.connect()

        for version in (Version.SSL_3_0, Version.TLS_1_0, Version.TLS_1_1):
            found = await probe(station, version=version)
            check.that(not isinstance(found, Negotiated), f"no {version.name}", observed=found, clause=VERSIONS)
        found = await probe(station, version=Version.TLS_1_2)
        good = isinstance(found, Negotiated) and found.version == Version.TLS_1_2
        check.that(good, "TLS_1_2", observed=found, clause=VERSIONS)


@scenario(
    "v16.security.tls.new-version",
    spec=[VERSIONS],
    requirements=["SEC-A00.314"],
    needs=[SecureHosting],
    mutants=["tls-1-2-missing"],
)
async def test_newer_version_works_or_is_declined(secure: SecureStations, check: Checks) -> None:
    """A station that speaks TLS 1.3 as well is served, whichever of the two versions is agreed on."""
    for highest in (TLSVersion.TLSv1_2, TLSVersion.TLSv1_3):
        station = await secure.station(2, maximum=highest)
        await admitted(station, check, clause=VERSIONS)
        check.equal((await station.boot()).payload.get("status"), "Accepted", clause=VERSIONS)


@scenario(
    "v16.security.tls.demanded-suites",
    spec=[SUITES],
    octt=["TC_086_CSMS"],
    requirements=["SEC-A00.317"],
    needs=[SecureHosting],
    mutants=["tls-rsa-suites-missing"],
)
async def test_demanded_suites_are_supported(secure: SecureStations, check: Checks) -> None:
    """Each of the four suites that every central system must support is agreed on when it is offered alone."""
    for profile in (2, 3):
        station = await secure.station(profile)
        await station.connect()
        for name, code in DEMANDED.items():
            found = await probe(station, suites={name: code})
            agreed = isinstance(found, Negotiated) and found.suite == name
            check.that(agreed, name, observed=found, clause=SUITES, level=SHOULD)


@scenario(
    "v16.security.tls.unsuitable-suites",
    spec=[UNSUITED],
    requirements=["SEC-A00.319"],
    needs=[SecureHosting],
    mutants=["tls-unsuitable-suites"],
)
async def test_unsuitable_suites_are_refused(secure: SecureStations, check: Checks) -> None:
    """Suites without encryption, without authentication, or with broken ciphers are not agreed on."""
    for profile in (2, 3):
        station = await secure.station(profile)
        await station.connect()

        for name, code in UNSUITABLE.items():
            found = await probe(station, suites={name: code})
            check.that(not isinstance(found, Negotiated), f"no {name}", observed=found, clause=UNSUITED)
        found = await probe(station)
        check.that(isinstance(found, Negotiated), "a good suite", observed=found, clause=UNSUITED)


@scenario(
    "v16.security.tls.compression",
    spec=[COMPRESSION],
    requirements=["SEC-A00.321"],
    needs=[SecureHosting],
    mutants=["tls-compression"],
)
async def test_tls_does_not_compress(secure: SecureStations, check: Checks) -> None:
    """A station that offers compression in TLS is given none."""
    for profile in (2, 3):
        station = await secure.station(profile)
        for offered in ((DEFLATE, NULL_COMPRESSION), (NULL_COMPRESSION, DEFLATE)):
            found = await probe(station, compressions=offered)
            chosen = found.compression if isinstance(found, Negotiated) else NULL_COMPRESSION
            check.equal(chosen, NULL_COMPRESSION, clause=COMPRESSION)
