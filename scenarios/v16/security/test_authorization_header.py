"""The header that carries Basic credentials, and what is said about bad ones: RFC 7617, RFC 7235."""

import base64

from harness.csms import SecureHosting, SecurityEventReader
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks
from scenarios.stage.population import SecureStations
from scenarios.v16.security.admission import PAPER, credentials, refused
from simulators.connection import Declined
from simulators.rawsocket import HttpAnswer, RawSocket
from simulators.v16 import ChargePoint

HEADER = "RFC 7617 2"
LOGGED = f"{PAPER} A00.FR.323"
CLIENT_ERRORS = ("401", "4xx")


@scenario(
    "v16.security.authorization-header.malformed",
    spec=[HEADER, "RFC 6455 4.2.1"],
    requirements=["SEC-RFC7617"],
    needs=[SecureHosting],
    mutants=["basic-unreadable-good"],
)
async def test_malformed_header_is_refused(secure: SecureStations, check: Checks) -> None:
    """A header that holds no Basic credentials is refused as an error of the client."""
    station = await secure.station(1)
    await station.connect()

    no_colon = base64.b64encode(station.id.encode()).decode()
    values = ("Basic", "Basic ====", "Basic %%%%", "Basic w", f"Basic {no_colon}", f"Bearer {no_colon}", "x", 600 * "A")
    for value in values:
        await refused(station, check, clause=HEADER, headers={"Authorization": value}, good=CLIENT_ERRORS)
    await station.connect()


async def _twice(station: ChargePoint, first: str, second: str) -> int | None:
    """Return the status of the answer to a request with two Authorization headers, None where there is none."""
    async with station.raw_socket() as socket:
        answer = await socket.handshake(_with_two(socket, first, second))
        return answer.status if isinstance(answer, HttpAnswer) else None


def _with_two(socket: RawSocket, first: str, second: str) -> bytes:
    request = socket.request(Authorization=first)
    return request.removesuffix(b"\r\n") + f"Authorization: {second}\r\n\r\n".encode()


@scenario(
    "v16.security.authorization-header.twice",
    spec=[HEADER, "RFC 7235 4.2"],
    requirements=["SEC-RFC7617"],
    needs=[SecureHosting],
)
async def test_two_headers_are_refused(secure: SecureStations, check: Checks) -> None:
    """A request with two Authorization headers, of which one is good, is refused as an error of the client."""
    station = await secure.station(1)
    await station.ready()

    good = credentials(station.id, station.password or b"")["Authorization"]
    bad = credentials(station.id, b"not the password")["Authorization"]
    for first, second in ((good, bad), (bad, good)):
        status = await _twice(station, first, second)
        check.that(status in range(400, 500), "a status 4xx", observed=status, clause=HEADER, level=SHOULD)


@scenario(
    "v16.security.authorization-header.challenge",
    spec=["RFC 7235 3.1", HEADER],
    requirements=["SEC-RFC7235"],
    needs=[SecureHosting],
    mutants=["basic-challenge-missing"],
)
async def test_unauthorized_answer_has_a_challenge(secure: SecureStations, check: Checks) -> None:
    """A station without credentials, or with wrong ones, is told by a 401 that Basic authentication is asked for."""
    station = await secure.station(1)
    await station.connect()

    for headers in ({}, credentials(station.id, b"not the password")):
        outcome = await station.knock(headers=headers)
        found = outcome.headers.get("www-authenticate", "") if isinstance(outcome, Declined) else ""
        held = isinstance(outcome, Declined) and outcome.status == 401 and found.lower().startswith("basic")
        observed = f"{outcome}, WWW-Authenticate: {found}"
        check.that(held, "401 with a Basic challenge", observed=observed, clause="RFC 7235 3.1", level=SHOULD)


@scenario(
    "v16.security.authorization-header.refusal-recorded",
    spec=[LOGGED],
    requirements=["SEC-A00.323"],
    needs=[SecureHosting, SecurityEventReader],
    mutants=["security-refusal-not-recorded"],
)
async def test_refusal_is_a_security_event(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A refusal for bad credentials is recorded as a security event of the station."""
    station = await secure.station(1)
    await station.ready()
    before = len(await csms.ask(SecurityEventReader).security_events(station.id))

    await station.knock(headers=credentials(station.id, b"not the password"))
    await station.ready()
    found = len(await csms.ask(SecurityEventReader).security_events(station.id)) - before
    check.that(found >= 1, "one security event more", observed=found, clause=LOGGED, level=SHOULD, axis=POLICY)
