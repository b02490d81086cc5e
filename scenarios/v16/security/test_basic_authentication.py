"""Basic authentication under security profile 1: security white paper A00.FR.201 to A00.FR.205."""

from harness.csms import SecureHosting
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import SecureStations
from scenarios.v16.security.admission import PAPER, credentials, gist, refused, served
from simulators.v16 import ChargePoint

DEMANDED = f"{PAPER} A00.FR.202, A00.FR.203"
USER = f"{PAPER} A00.FR.204"
PASSWORD = f"{PAPER} A00.FR.205"
TEXT = b"Correct-Horse-Batter"


@scenario(
    "v16.security.basic.valid",
    spec=[DEMANDED],
    octt=["TC_085_CSMS"],
    requirements=["SEC-A00.203"],
    needs=[SecureHosting],
    mutants=["basic-optional", "basic-refused"],
)
async def test_good_credentials_are_let_in(secure: SecureStations, check: Checks) -> None:
    """A station without credentials is refused, and served once it gives identity and password."""
    station = await secure.station(1)

    await refused(station, check, clause=DEMANDED, headers={}, good=("401",))
    await served(station, check, clause=DEMANDED)


@scenario(
    "v16.security.basic.each-connection",
    spec=[DEMANDED],
    requirements=["SEC-A00.203"],
    needs=[SecureHosting],
    mutants=["basic-optional", "basic-asked-once"],
)
async def test_credentials_are_demanded_every_time(secure: SecureStations, check: Checks) -> None:
    """Credentials are demanded on every connection, also of a station that had given them before."""
    station = await secure.station(1)
    await station.ready()

    await refused(station, check, clause=DEMANDED, headers={}, good=("401",))
    await refused(station, check, clause=DEMANDED, headers={}, good=("401",))
    await station.connect()


@scenario(
    "v16.security.basic.empty",
    spec=[DEMANDED, "RFC 7617 2"],
    requirements=["SEC-A00.203", "SEC-A00.205b"],
    needs=[SecureHosting],
    mutants=["basic-empty-password-good", "basic-password-unchecked"],
)
async def test_empty_credentials_are_refused(secure: SecureStations, check: Checks) -> None:
    """Credentials with an empty password, an empty user name, or both do not let a station in."""
    station = await secure.station(1, password=TEXT)
    await station.connect()

    for user, password in ((station.id, b""), ("", TEXT), ("", b"")):
        await refused(station, check, clause=DEMANDED, headers=credentials(user, password), good=("401",))
    await refused(station, check, clause=DEMANDED, headers={"Authorization": ""}, good=("401", "4xx"))
    await station.connect()


@scenario(
    "v16.security.basic.wrong-password",
    spec=[PASSWORD],
    requirements=["SEC-A00.205b"],
    needs=[SecureHosting],
    mutants=["basic-password-unchecked", "basic-password-tail-ignored", "basic-password-case-folded"],
)
async def test_wrong_password_is_refused(secure: SecureStations, check: Checks) -> None:
    """A password that differs in one byte, in its length or in case only is refused."""
    station = await secure.station(1, password=TEXT)
    await station.connect()

    wrong = (TEXT[:-1] + b"!", b"!" + TEXT[1:], TEXT[:-1], TEXT + b"x", TEXT + b"\0", TEXT.swapcase(), TEXT[::-1])
    for password in wrong:
        await refused(station, check, clause=PASSWORD, headers=credentials(station.id, password), good=("401",))
    await station.connect()


@scenario(
    "v16.security.basic.other-user",
    spec=[USER],
    requirements=["SEC-A00.204"],
    needs=[SecureHosting],
    mutants=["basic-user-unchecked"],
)
async def test_other_user_name_is_refused(secure: SecureStations, check: Checks) -> None:
    """The right password under the user name of another station, or of nobody, does not let a station in."""
    station, other = await secure.station(1, password=TEXT), await secure.station(1)
    await station.connect()

    for user in (other.id, f"{station.id}x", station.id[:-1], "admin"):
        await refused(station, check, clause=USER, headers=credentials(user, TEXT), good=("401",))
    await station.connect()


@scenario(
    "v16.security.basic.other-station",
    spec=[USER],
    requirements=["SEC-A00.204"],
    needs=[SecureHosting],
    mutants=["basic-of-any-station"],
)
async def test_credentials_of_another_station_are_refused(secure: SecureStations, check: Checks) -> None:
    """The complete credentials of another station do not let a station in under its own identity."""
    station, other = await secure.station(1), await secure.station(1, password=TEXT)
    await station.connect()
    await other.connect()

    await refused(station, check, clause=USER, headers=credentials(other.id, TEXT), good=("401",))
    await refused(station, check, clause=USER, headers=credentials(station.id, TEXT), good=("401",))
    await station.connect()
    await other.connect()


async def _known_form(station: ChargePoint, password: bytes) -> str:
    """Return in which form a password lets a station in: as the raw bytes, or as their hexadecimal digits."""
    for form, text in (("raw", password), ("hexadecimal", password.hex().encode()), ("HEX", password.hex().upper())):
        given = text if isinstance(text, bytes) else text.encode()
        if gist(await station.knock(headers=credentials(station.id, given))) == "101":
            return form
    return "none"


@scenario(
    "v16.security.basic.raw-bytes",
    spec=[PASSWORD, "OCPP-J 1.6 6.2.2"],
    requirements=["SEC-A00.205"],
    needs=[SecureHosting],
    mutants=["basic-password-text-only"],
)
async def test_password_is_any_bytes(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A password of any 20 bytes lets a station in as raw bytes, be there NUL, colons, or no text at all."""
    station = await secure.station(1)

    for password in (bytes(range(236, 256)), b"\0" + bytes(range(1, 20)), b":" + TEXT[1:], TEXT[1:] + b"\xc3"):
        await csms.ask(SecureHosting).set_security(station.id, 1, password)
        check.equal(await _known_form(station, password), "raw", clause=PASSWORD, level=SHOULD)


@scenario(
    "v16.security.basic.password-length",
    spec=[PASSWORD],
    requirements=["SEC-A00.205"],
    needs=[SecureHosting],
)
async def test_password_of_every_length(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A password of 16, 17, 18, 19 or 20 characters lets a station in."""
    station = await secure.station(1)

    for length in range(16, 21):
        password = TEXT[:length]
        await csms.ask(SecureHosting).set_security(station.id, 1, password)
        check.equal(await _known_form(station, password), "raw", clause=PASSWORD, level=SHOULD)
