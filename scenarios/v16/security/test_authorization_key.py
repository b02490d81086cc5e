"""A new password by way of the key AuthorizationKey: security white paper A01."""

import re

from harness.csms import ConfigurationReader, OutcomeReader, SecureHosting
from harness.csms.console import Csms, Request
from harness.csms.v16 import ChangeConfiguration
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks
from scenarios.stage.orders import passed_on
from scenarios.stage.population import SecureStations
from scenarios.v16.security.admission import PAPER, admitted, gist, refused
from simulators.inbox import IncomingCall
from simulators.v16 import ChargePoint

KEY = "AuthorizationKey"
SENT = f"{PAPER} A01.FR.02"
SWITCHED = f"{PAPER} A01.FR.03"
KEPT = f"{PAPER} A01.FR.04"
RANDOM = f"{PAPER} A01.FR.06, A01.FR.07"
HIDDEN = f"{PAPER} A01.FR.08, A01.FR.09"


async def _offer(station: ChargePoint, csms: Csms, value: str | None = None) -> tuple[Request, IncomingCall]:
    """Have a new password sent to the station, and return the order and the CALL with the password."""
    request = await csms.perform(ChangeConfiguration(station=station.id, key=KEY, value=value))
    return request, await station.next_call("ChangeConfiguration", key=KEY)


def _password(call: IncomingCall, check: Checks) -> bytes:
    """Return the password that a CALL carries, once it is checked to be 16 to 20 bytes in hexadecimal."""
    value = str(call.payload.get("value"))
    good = re.fullmatch("([0-9a-fA-F]{2}){16,20}", value) is not None
    check.that(good, "32 to 40 hexadecimal digits", observed=value, clause=SENT, at=call.entry.index)
    return bytes.fromhex(value) if good else value.encode()


async def _enter(station: ChargePoint, check: Checks, password: bytes) -> None:
    """Check that the station gets in with a password, be it, worse, only with its hexadecimal digits."""
    form = "none"
    for form, given in (("raw bytes", password), ("hexadecimal digits", password.hex().encode()), ("none", b"-")):
        station.password = given
        if form == "none" or gist(await station.knock()) == "101":
            break
    check.graded(form, good=("raw bytes",), tolerable=("hexadecimal digits",), clause=SWITCHED)


@scenario(
    "v16.security.authorization-key.new",
    spec=[SENT, SWITCHED],
    octt=["TC_073_CSMS"],
    requirements=["SEC-A01.02", "SEC-A01.03"],
    needs=[SecureHosting, ChangeConfiguration],
    mutants=["password-too-short", "password-as-text"],
)
async def test_new_password_is_used(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A new password reaches the station as hexadecimal digits, and the station gets in with it from then on."""
    for profile in (1, 2):
        station = await secure.station(profile)
        await station.ready()

        _, call = await _offer(station, csms)
        check.equal(set(call.payload), {"key", "value"}, clause=SENT)
        password = _password(call, check)
        await call.answer(status="Accepted")
        await station.disconnect()
        await _enter(station, check, password)
        check.equal((await station.boot()).payload.get("status"), "Accepted", clause=SWITCHED)


@scenario(
    "v16.security.authorization-key.old-refused",
    spec=[SWITCHED],
    requirements=["SEC-A01.03"],
    needs=[SecureHosting, ChangeConfiguration, OutcomeReader],
    mutants=["password-old-one-kept", "password-old-one-good", "password-not-switched"],
)
async def test_old_password_is_refused(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """Once the station has accepted a new password, the old one does not let it in, and the new one does."""
    station = await secure.station(1)
    old = station.password
    await station.ready()
    request, call = await _offer(station, csms)
    password = _password(call, check)
    await call.answer(status="Accepted")
    await csms.outcome(request)

    at_once = gist(await station.knock())
    check.equal(at_once, "401", clause=SWITCHED, level=SHOULD)
    await station.disconnect()
    await _enter(station, check, password)
    new, station.password = station.password, old
    await refused(station, check, clause=SWITCHED, good=("401",))
    station.password = new
    await admitted(station, check, clause=SWITCHED)


@scenario(
    "v16.security.authorization-key.declined",
    spec=[KEPT],
    requirements=["SEC-A01.04"],
    needs=[SecureHosting, ChangeConfiguration, OutcomeReader],
    mutants=["password-switched-whatever-answered", "password-switched-when-sent"],
)
async def test_declined_password_changes_nothing(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """After a station has rejected a new password, or does not know the key, its old one still lets it in."""
    station = await secure.station(1)
    await station.ready()

    for status in ("Rejected", "NotSupported"):
        request, call = await _offer(station, csms)
        await call.answer(status=status)
        await csms.outcome(request)
        await admitted(station, check, clause=KEPT)
        await station.ready()


@scenario(
    "v16.security.authorization-key.unclear-answer",
    spec=[KEPT],
    requirements=["SEC-A01.04"],
    needs=[SecureHosting, ChangeConfiguration],
)
async def test_unclear_answer_locks_nobody_out(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A station that answers a new password with an error, or is gone before it answers, gets in with the old one."""
    for answered in (True, False):
        station = await secure.station(1)
        await station.ready()
        _, call = await _offer(station, csms)
        if answered:
            await call.refuse("InternalError")
            await station.heartbeat()
        await station.drop()
        check.equal(gist(await station.knock()), "101", clause=KEPT, level=SHOULD)


@scenario(
    "v16.security.authorization-key.reboot-required",
    spec=[KEPT, SWITCHED],
    requirements=["SEC-A01.04"],
    needs=[SecureHosting, ChangeConfiguration, OutcomeReader],
)
async def test_reboot_locks_nobody_out(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A station that wants to reboot before it uses a new password gets in with the old one or with the new one."""
    station = await secure.station(1)
    await station.ready()
    request, call = await _offer(station, csms)
    password = _password(call, check)
    await call.answer(status="RebootRequired")
    await csms.outcome(request)

    outcomes = [gist(await station.knock())]
    for given in (password, password.hex().encode()):
        station.password = given
        outcomes.append(gist(await station.knock()))
    check.that("101" in outcomes, "one password that is good", observed=outcomes, clause=KEPT, level=SHOULD)


@scenario(
    "v16.security.authorization-key.random",
    spec=[RANDOM],
    requirements=["SEC-A01.06"],
    needs=[SecureHosting, ChangeConfiguration],
    mutants=["password-derived"],
)
async def test_passwords_are_random(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """Passwords that the central system makes differ for every station and every time, and do not name the station."""
    passwords: list[bytes] = []
    for station in [await secure.station(1) for _ in range(2)]:
        await station.ready()
        for _ in range(2):
            _, call = await _offer(station, csms)
            passwords.append(_password(call, check))
            await call.answer(status="Rejected")
            named = station.id.encode() in passwords[-1] or passwords[-1].strip(b"0\0") in station.id.encode()
            check.that(not named, "no identity in it", observed=passwords[-1].hex(), clause=RANDOM, level=SHOULD)
    check.equal(len(set(passwords)), len(passwords), clause=RANDOM, level=SHOULD)


@scenario(
    "v16.security.authorization-key.given",
    spec=[SENT],
    requirements=["SEC-A01.02"],
    needs=[SecureHosting, ChangeConfiguration],
    mutants=["password-as-text", "password-mangled"],
)
async def test_chosen_password_is_sent(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A password of 16 or of 20 bytes that an operator chooses is the one that the station gets and then uses."""
    for password in (bytes(range(240, 256)), b":" + bytes(range(19))):
        station = await secure.station(1)
        await station.ready()
        _, call = await _offer(station, csms, password.hex())
        check.equal(_password(call, check).hex(), password.hex(), clause=SENT)
        await call.answer(status="Accepted")
        await station.disconnect()
        await _enter(station, check, password)


@scenario(
    "v16.security.authorization-key.bad-choice",
    spec=[SENT],
    requirements=["SEC-A01.02"],
    needs=[SecureHosting, ChangeConfiguration],
    mutants=["password-choice-unchecked"],
)
async def test_bad_choice_is_not_sent(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """Whatever an operator enters, no station is sent a password that is not 32 to 40 hexadecimal digits."""
    station = await secure.station(1)
    await station.ready()

    values = ("no hexadecimal digits, but 40 characters", 33 * "A", 30 * "0", 42 * "0", 20 * "0F")
    *orders, control = [ChangeConfiguration(station=station.id, key=KEY, value=value) for value in values]
    for change in await passed_on(station, csms, *orders, control=control, key=KEY):
        value = str(change.payload.get("value"))
        good = re.fullmatch("([0-9a-fA-F]{2}){16,20}", value) is not None
        check.that(good, "32 to 40 hexadecimal digits", observed=value, clause=SENT)


@scenario(
    "v16.security.authorization-key.hidden",
    spec=[HIDDEN],
    requirements=["SEC-A01.09"],
    needs=[SecureHosting, ChangeConfiguration, ConfigurationReader, OutcomeReader],
)
async def test_password_is_not_shown(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """What the central system shows of a station's configuration, and of the order, does not tell its password."""
    station = await secure.station(1)
    await station.ready()
    request, call = await _offer(station, csms)
    value = _password(call, check).hex()
    await call.answer(status="Accepted")

    shown = f"{await csms.outcome(request)} {await csms.ask(ConfigurationReader).configuration(station.id)}"
    hidden = value.lower() not in shown.lower()
    check.that(hidden, "a password that is not shown", observed=shown, clause=HIDDEN, level=SHOULD, axis=POLICY)
