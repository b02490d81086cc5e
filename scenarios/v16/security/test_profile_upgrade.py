"""The way to a higher security profile: security white paper A05 and 7.6."""

from harness.csms import OutcomeReader, SecureHosting
from harness.csms.console import Csms
from harness.csms.v16 import ChangeConfiguration, Reset
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import delivered, passed_on
from scenarios.stage.population import SecureStations
from scenarios.v16.security.admission import ACCEPTED, PAPER, admitted, refused, served
from simulators.connection import Endpoint
from simulators.v16 import ChargePoint

KEY = "SecurityProfile"
REQUEST = f"{PAPER} A05, 7.6"
FALLBACK = f"{PAPER} A05.FR.08"
FINAL = f"{PAPER} A05.FR.09"


async def _ordered(station: ChargePoint, csms: Csms, profile: int, status: str, check: Checks) -> None:
    """Have a station told to use a higher profile; it answers with a status."""
    request = await csms.perform(ChangeConfiguration(station=station.id, key=KEY, value=str(profile)))
    call = await station.next_call("ChangeConfiguration", key=KEY)
    check.equal(call.payload, {"key": KEY, "value": str(profile)}, clause=REQUEST)
    await call.answer(status=status)
    await csms.outcome(request)


async def _higher(secure: SecureStations, station: ChargePoint, profile: int) -> Endpoint:
    """Return where a station connects that has what a higher profile demands."""
    certificate = await secure.certificate(station.id) if profile == 3 else None
    return await secure.endpoint(profile, certificate=certificate)


def _prove(station: ChargePoint, endpoint: Endpoint, password: bytes | None) -> None:
    station.endpoint, station.password = endpoint, password


async def _upgraded(secure: SecureStations, station: ChargePoint, csms: Csms, profile: int, check: Checks) -> None:
    """Play the certified way to a higher profile: told, reset, there, and never back."""
    old = station.endpoint, station.password
    await station.ready()
    await _ordered(station, csms, profile, "Accepted", check)
    reset = (await delivered(station, csms, Reset(station=station.id, type="Hard"), status="Accepted")).payload
    check.equal(reset, {"type": "Hard"}, clause="OCPP 1.6 6.39")
    await station.drop()

    new = await _higher(secure, station, profile), None if profile == 3 else station.password
    _prove(station, *new)
    await served(station, check, clause=FINAL)
    _prove(station, *old)
    await refused(station, check, clause=FINAL)
    _prove(station, *new)
    await admitted(station, check, clause=FINAL)


@scenario(
    "v16.security.profile-upgrade.to-tls",
    spec=[REQUEST, FINAL],
    octt=["TC_083_CSMS"],
    requirements=["SEC-A05.02", "SEC-A05.09"],
    needs=[SecureHosting, ChangeConfiguration, Reset, OutcomeReader],
    mutants=["profile-old-one-kept", "profile-upgrade-ignored", "profile-value-same"],
)
async def test_upgrade_from_1_to_2(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A station that is upgraded to security profile 2 gets in with TLS, and from then on not without."""
    await _upgraded(secure, await secure.station(1), csms, 2, check)


@scenario(
    "v16.security.profile-upgrade.to-client-certificate",
    spec=[REQUEST, FINAL],
    octt=["TC_083_CSMS"],
    requirements=["SEC-A05.02", "SEC-A05.09"],
    needs=[SecureHosting, ChangeConfiguration, Reset, OutcomeReader],
    mutants=["profile-old-one-kept", "profile-upgrade-ignored", "profile-value-same"],
)
async def test_upgrade_from_2_to_3(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A station that is upgraded to security profile 3 gets in with its certificate, and no more with its password."""
    await _upgraded(secure, await secure.station(2), csms, 3, check)


@scenario(
    "v16.security.profile-upgrade.two-steps",
    spec=[FINAL],
    requirements=["SEC-A05.09"],
    needs=[SecureHosting, ChangeConfiguration, OutcomeReader],
    mutants=["profile-old-one-kept"],
)
async def test_no_lower_profile_is_left(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """After an upgrade from profile 1 to 3, the station is refused at the endpoints of the profiles 1 and 2."""
    station = await secure.station(1)
    password = station.password
    await station.ready()
    await _ordered(station, csms, 3, "Accepted", check)
    good = await _higher(secure, station, 3)
    _prove(station, good, None)
    await admitted(station, check, clause=FINAL)

    for profile in (1, 2):
        _prove(station, await secure.endpoint(profile), password)
        await refused(station, check, clause=FINAL)
    _prove(station, good, None)
    await admitted(station, check, clause=FINAL)


@scenario(
    "v16.security.profile-upgrade.fallback",
    spec=[FALLBACK],
    requirements=["SEC-A05.09"],
    needs=[SecureHosting, ChangeConfiguration, OutcomeReader],
    mutants=["profile-switched-at-once"],
)
async def test_old_profile_works_until_the_new_one_did(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A station that cannot connect with the higher security profile falls back to the old one, and is served."""
    station = await secure.station(1)
    await station.ready()
    await _ordered(station, csms, 2, "Accepted", check)

    await station.disconnect()
    await admitted(station, check, clause=FALLBACK)
    check.equal((await station.boot()).payload.get("status"), "Accepted", clause=ACCEPTED)
    station.endpoint = await secure.endpoint(2)
    await admitted(station, check, clause=FALLBACK)


@scenario(
    "v16.security.profile-upgrade.declined",
    spec=[FALLBACK],
    requirements=["SEC-A05.09"],
    needs=[SecureHosting, ChangeConfiguration, OutcomeReader],
    mutants=["profile-switched-whatever-answered"],
)
async def test_declined_upgrade_changes_nothing(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A station that rejects a higher security profile, or does not know the key, goes on with the old one."""
    station = await secure.station(1)
    for status in ("Rejected", "NotSupported"):
        await station.ready()
        await _ordered(station, csms, 2, status, check)
        await station.disconnect()
        await admitted(station, check, clause=FALLBACK)


@scenario(
    "v16.security.profile-upgrade.only-upward",
    spec=[REQUEST],
    requirements=["SEC-A05.02"],
    needs=[SecureHosting, ChangeConfiguration],
)
async def test_upgrade_goes_upward(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """As an upgrade, a station is sent a higher security profile than its own, never the same one."""
    station = await secure.station(2)
    await station.ready()

    order, control = (ChangeConfiguration(station=station.id, key=KEY, value=value) for value in ("2", "3"))
    for change in await passed_on(station, csms, order, control=control, key=KEY):
        check.equal(change.payload.get("value"), "3", clause=REQUEST, level=SHOULD)
