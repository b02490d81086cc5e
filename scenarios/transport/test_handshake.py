"""The opening handshake: RFC 6455 section 4.2."""

from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.transport.dialects import EVERY_VERSION
from simulators.rawsocket import HttpAnswer, Opcode, RawFrame, accept_key, new_key
from simulators.station import Station


@scenario(
    "transport.handshake.upgraded",
    versions=EVERY_VERSION,
    spec=["RFC 6455 4.2.2"],
    requirements={"1.6": ["WS-4.2.2-a"]},
    mutants=["handshake-connection-header-missing"],
    smoke=True,
)
async def test_well_formed_handshake_is_upgraded(station: Station, check: Checks) -> None:
    """A well-formed handshake of a known station is answered with status 101 and the headers of an upgrade."""
    async with station.raw_socket() as raw:
        answer = await raw.handshake(raw.request())

    check.equal(str(answer), "HTTP 101", clause="RFC 6455 4.2.2")
    headers = answer.headers if isinstance(answer, HttpAnswer) else {}
    check.equal(headers.get("upgrade", "").lower(), "websocket", clause="RFC 6455 4.2.2")
    tokens = [token.strip().lower() for token in headers.get("connection", "").split(",")]
    check.that("upgrade" in tokens, "Connection: Upgrade", observed=tokens, clause="RFC 6455 4.2.2")


@scenario(
    "transport.handshake.key-answered",
    versions=EVERY_VERSION,
    spec=["RFC 6455 4.2.2"],
    requirements={"1.6": ["WS-4.2.2-b"]},
    mutants=["handshake-accept-constant"],
)
async def test_accept_header_is_derived_from_the_key(station: Station, check: Checks) -> None:
    """Sec-WebSocket-Accept is derived from the key of each handshake."""
    for key in (new_key(), new_key(), new_key()):
        async with station.raw_socket() as raw:
            answer = await raw.handshake(raw.request(Sec_WebSocket_Key=key))
        accept = answer.headers.get("sec-websocket-accept") if isinstance(answer, HttpAnswer) else str(answer)
        check.equal(accept, accept_key(key), clause="RFC 6455 4.2.2")


@scenario(
    "transport.handshake.other-version-refused",
    versions=EVERY_VERSION,
    spec=["RFC 6455 4.2.2", "RFC 6455 4.4"],
    requirements={"1.6": ["WS-4.2.2-c"]},
    mutants=["handshake-any-version"],
)
async def test_other_websocket_version_is_refused(station: Station, check: Checks) -> None:
    """A WebSocket version that is not spoken is refused with an HTTP error that names version 13."""
    for version in ("12", "99"):
        async with station.raw_socket() as raw:
            answer = await raw.handshake(raw.request(Sec_WebSocket_Version=version))
        refused = isinstance(answer, HttpAnswer) and answer.status >= 400
        check.that(refused, "an HTTP error", observed=answer, clause="RFC 6455 4.2.2")
        check.equal(str(answer), "HTTP 426", clause="RFC 6455 4.4", level=SHOULD)
        spoken = answer.headers.get("sec-websocket-version", "") if isinstance(answer, HttpAnswer) else ""
        named = "13" in [one.strip() for one in spoken.split(",")]
        check.that(named, "Sec-WebSocket-Version: 13", observed=spoken, clause="RFC 6455 4.4", level=SHOULD)
    await station.connect()  # while a good handshake is granted


@scenario(
    "transport.handshake.missing-key-refused",
    versions=EVERY_VERSION,
    spec=["RFC 6455 4.2.1", "RFC 6455 4.2.2"],
    requirements={"1.6": ["WS-4.2.1-a"]},
    mutants=["handshake-key-optional"],
)
async def test_handshake_without_key_is_refused(station: Station, check: Checks) -> None:
    """A handshake without Sec-WebSocket-Key is refused with an HTTP error."""
    async with station.raw_socket() as raw:
        answer = await raw.handshake(raw.request(Sec_WebSocket_Key=None))

    refused = isinstance(answer, HttpAnswer) and answer.status >= 400
    check.that(refused, "an HTTP error", observed=answer, clause="RFC 6455 4.2.2")
    await station.connect()  # while a good handshake is granted


@scenario(
    "transport.handshake.short-key-refused",
    versions=EVERY_VERSION,
    spec=["RFC 6455 4.2.1"],
    requirements={"1.6": ["WS-4.2.1-a"]},
)
async def test_handshake_with_short_key_is_refused(station: Station, check: Checks) -> None:
    """A Sec-WebSocket-Key that does not stand for 16 bytes is refused; a server need not look inside."""
    async with station.raw_socket() as raw:
        answer = await raw.handshake(raw.request(Sec_WebSocket_Key="c2hvcnQ="))

    refused = isinstance(answer, HttpAnswer) and answer.status >= 400
    check.that(refused, "an HTTP error", observed=answer, clause="RFC 6455 4.2.1", level=SHOULD)
    await station.connect()  # while a good handshake is granted


@scenario(
    "transport.handshake.plain-request-not-upgraded",
    versions=EVERY_VERSION,
    spec=["RFC 6455 4.2.1"],
    requirements={"1.6": ["WS-4.2.1-b"]},
    mutants=["handshake-upgrade-unasked", "handshake-any-method"],
)
async def test_plain_request_is_not_upgraded(station: Station, check: Checks) -> None:
    """A request that asks for no upgrade, or is not a GET, gets an HTTP answer and no WebSocket."""
    plain: dict[str, str | None] = {"Upgrade": None, "Connection": "keep-alive"}
    async with station.raw_socket() as raw:
        answers = [await raw.handshake(raw.request(**plain))]
    async with station.raw_socket() as raw:
        answers.append(await raw.handshake(raw.request("POST", Content_Length="0")))

    for answer in answers:
        sound = isinstance(answer, HttpAnswer) and answer.status != 101
        check.that(sound, "an HTTP answer without an upgrade", observed=answer, clause="RFC 6455 4.2.1")
    await station.connect()  # while a good handshake is granted


@scenario(
    "transport.handshake.case-ignored",
    versions=EVERY_VERSION,
    spec=["RFC 6455 4.2.1"],
    requirements={"1.6": ["WS-4.2.1-c"]},
    mutants=["handshake-case-sensitive"],
)
async def test_case_of_header_names_and_tokens_is_ignored(station: Station, check: Checks) -> None:
    """Header names and the tokens of an upgrade are matched whatever their case, also among other tokens."""
    odd = {"uPGRADE": "WebSocket", "CONNECTION": "keep-alive, UPGRADE", "sec_websocket_KEY": new_key()}
    async with station.raw_socket() as raw:
        answer = await raw.handshake(raw.request(**odd))

    check.equal(str(answer), "HTTP 101", clause="RFC 6455 4.2.1")


@scenario(
    "transport.handshake.no-extension-unasked",
    versions=EVERY_VERSION,
    spec=["RFC 6455 4.2.2", "RFC 6455 9.1"],
    requirements={"1.6": ["WS-4.2.2-d"]},
    mutants=["handshake-extension-unasked", "frames-reserved-bit-set"],
)
async def test_no_extension_is_used_that_was_not_offered(station: Station, check: Checks) -> None:
    """Where the station offers no extension, none is selected and no frame has a reserved bit set."""
    async with station.raw_socket() as raw:
        answer = await raw.upgrade()
        check.equal(answer.headers.get("sec-websocket-extensions", ""), "", clause="RFC 6455 9.1")

        await raw.call("BootNotification", station.identity)
        found = await raw.next_of(Opcode.TEXT)
    reserved = found.reserved if isinstance(found, RawFrame) else str(found)
    check.equal(reserved, 0, clause="RFC 6455 5.2")


@scenario(
    "transport.handshake.origin-ignored",
    versions=EVERY_VERSION,
    spec=["RFC 6455 4.1", "RFC 6455 10.2"],
    mutants=["handshake-origin-refused"],
)
async def test_origin_is_ignored(station: Station, check: Checks) -> None:
    """A station that sends an Origin header, as some WebSocket libraries do unasked, is let in."""
    for origin in ("http://localhost", "https://station.example", "null"):
        async with station.raw_socket() as raw:
            answer = await raw.handshake(raw.request(Origin=origin))
        check.equal(str(answer), "HTTP 101", clause="RFC 6455 10.2", level=SHOULD)
