"""The security profile that a station is configured for: security white paper A00.FR.001, A00.FR.002, A00.FR.005."""

from harness.csms import SecureHosting
from harness.csms.console import Csms
from harness.csms.v16 import ChangeConfiguration
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import passed_on
from scenarios.stage.population import SecureStations
from scenarios.v16.security.admission import PAPER, admitted, refused
from simulators.connection import Endpoint

CONFIGURED = f"{PAPER} A00.FR.001, A00.FR.002"
LOWER = f"{PAPER} A00.FR.005"


@scenario(
    "v16.security.profile.plain-instead-of-tls",
    spec=[CONFIGURED],
    requirements=["SEC-A00.002"],
    needs=[SecureHosting],
    mutants=["security-profile-ignored", "plain-endpoint-for-all"],
)
async def test_profile_2_needs_tls(secure: SecureStations, check: Checks) -> None:
    """A station of security profile 2 that connects without TLS is refused, for all its good credentials."""
    station = await secure.station(2)
    encrypted, plain = station.endpoint, await secure.endpoint(1)
    await station.connect()

    station.endpoint = plain
    await refused(station, check, clause=CONFIGURED)
    await refused(station, check, clause=CONFIGURED, headers={})
    station.endpoint = encrypted
    await station.connect()


@scenario(
    "v16.security.profile.plain-instead-of-certificate",
    spec=[CONFIGURED],
    requirements=["SEC-A00.002"],
    needs=[SecureHosting],
    mutants=["security-profile-ignored"],
)
async def test_profile_3_needs_tls(secure: SecureStations, check: Checks) -> None:
    """A station of security profile 3 that connects without TLS is refused, with a password or without."""
    station = await secure.station(3)
    encrypted, plain = station.endpoint, await secure.endpoint(1)
    await station.connect()

    station.endpoint = plain
    await refused(station, check, clause=CONFIGURED)
    station.password = b"any password it had "
    await refused(station, check, clause=CONFIGURED)
    station.endpoint, station.password = encrypted, None
    await station.connect()


@scenario(
    "v16.security.profile.tls-without-password",
    spec=[CONFIGURED, f"{PAPER} A00.FR.302"],
    requirements=["SEC-A00.002", "SEC-A00.203"],
    needs=[SecureHosting],
    mutants=["basic-optional", "security-profile-ignored"],
)
async def test_profile_2_needs_a_password(secure: SecureStations, check: Checks) -> None:
    """A station of security profile 2 that connects with TLS but without credentials is refused."""
    station = await secure.station(2)
    await station.connect()

    await refused(station, check, clause=CONFIGURED, headers={}, good=("401",))
    await station.connect()


@scenario(
    "v16.security.profile.password-instead-of-certificate",
    spec=[CONFIGURED],
    requirements=["SEC-A00.002", "SEC-A00.403"],
    needs=[SecureHosting],
    mutants=["password-replaces-certificate", "security-profile-ignored"],
)
async def test_profile_3_needs_a_certificate(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A station of security profile 3 is refused where those of profile 2 connect, even with the password it had."""
    station = await secure.station(2)
    await station.connect()
    await csms.ask(SecureHosting).set_security(station.id, 3)

    await refused(station, check, clause=CONFIGURED)
    password, station.password = station.password, None
    station.endpoint = await secure.endpoint(3, certificate=await secure.certificate(station.id))
    await station.connect()
    station.endpoint, station.password = await secure.endpoint(2), password
    await refused(station, check, clause=CONFIGURED)


@scenario(
    "v16.security.profile.certificate-instead-of-password",
    spec=[CONFIGURED],
    requirements=["SEC-A00.002"],
    needs=[SecureHosting],
    mutants=["certificate-replaces-password", "security-profile-ignored"],
)
async def test_certificate_is_no_password(secure: SecureStations, check: Checks) -> None:
    """A station of security profile 2 that shows a client certificate but gives no credentials is refused."""
    station = await secure.station(2)
    certificate = await secure.certificate(station.id)
    good = station.endpoint
    await station.connect()

    for profile in (2, 3):
        station.endpoint = await secure.endpoint(profile, certificate=certificate)
        await refused(station, check, clause=CONFIGURED, headers={})
    station.endpoint = good
    await station.connect()


@scenario(
    "v16.security.profile.no-ocpp-beside-tls",
    spec=[f"{PAPER} A00.FR.305, A00.FR.306"],
    requirements=["SEC-A00.305"],
    needs=[SecureHosting],
    mutants=["tls-optional", "tls-server-certificate-foreign"],
)
async def test_tls_port_speaks_only_tls(secure: SecureStations, check: Checks) -> None:
    """Where stations connect with TLS, they connect with nothing else: a plain request there is refused."""
    station = await secure.station(2)
    encrypted = station.endpoint
    await admitted(station, check, clause=f"{PAPER} A00.FR.305")

    station.endpoint = Endpoint(encrypted.url.replace("wss:", "ws:", 1))
    await refused(station, check, clause=f"{PAPER} A00.FR.306")
    station.endpoint = encrypted
    await station.connect()


@scenario(
    "v16.security.profile.not-lowered",
    spec=[LOWER],
    requirements=["SEC-A00.005"],
    needs=[SecureHosting, ChangeConfiguration],
    mutants=["profile-lowered"],
)
async def test_profile_is_not_lowered(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A station of security profile 2 is not told to use profile 1 or 0, even if an operator asks for it."""
    station = await secure.station(2)
    await station.ready()

    key = "SecurityProfile"
    *orders, control = [ChangeConfiguration(station=station.id, key=key, value=value) for value in ("1", "0", "3")]
    for change in await passed_on(station, csms, *orders, control=control, key=key):
        check.equal(change.payload.get("value"), "3", clause=LOWER, level=SHOULD)
