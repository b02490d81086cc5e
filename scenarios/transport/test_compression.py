"""Compression is left to WebSocket: RFC 7692, OCPP-J section 5.1."""

from harness.scenario import scenario
from harness.trace import Event
from harness.verdict import POLICY, SHOULD, Checks, Inconclusive
from scenarios.transport.clauses import COMPRESSION
from scenarios.transport.dialects import EVERY_VERSION
from simulators.rawsocket import HttpAnswer
from simulators.station import Answer, Station


@scenario(
    "transport.compression.accepted-or-declined",
    versions=EVERY_VERSION,
    spec=["RFC 6455 9.1", "RFC 7692 5"],
    requirements={"1.6": ["WS-9.1-a"]},
    mutants=["compression-broken"],
)
async def test_offer_of_compression_does_no_harm(station: Station, check: Checks) -> None:
    """Whether the offer of permessage-deflate is accepted or declined, messages are answered."""
    await station.connect(compression=True)

    for action, payload in (("BootNotification", station.identity), ("Heartbeat", {})):
        outcome = await station.attempt(action, payload)
        served, expected = isinstance(outcome, Answer), f"a CALLRESULT to {action}"
        check.that(served, expected, observed=outcome, clause="RFC 6455 9.1", level=SHOULD, axis=POLICY)


@scenario(
    "v201.transport.compression.supported",
    spec=["OCPP-J 2.0.1 3.3", "RFC 7692 5"],
    mutants=["compression-refused"],
)
async def test_compression_is_supported(station: Station, check: Checks) -> None:
    """The offer of permessage-deflate is accepted: a CSMS is required to support it, though plain JSON works too."""
    async with station.raw_socket() as raw:
        answer = await raw.handshake(raw.request(Sec_WebSocket_Extensions="permessage-deflate"))

    if not isinstance(answer, HttpAnswer) or answer.status != 101:
        raise Inconclusive(f"{station.id} was not let in: {answer}")
    agreed = answer.headers.get("sec-websocket-extensions", "")
    supported = agreed.startswith("permessage-deflate")
    check.that(supported, "permessage-deflate", observed=agreed, clause="OCPP-J 2.0.1 3.3", level=SHOULD)


@scenario(
    "transport.compression.none-of-its-own",
    versions=EVERY_VERSION,
    spec=[COMPRESSION],
    requirements={"1.6": ["J-5.1-a"]},
)
async def test_messages_are_plain_json(station: Station, check: Checks) -> None:
    """Messages are plain JSON text, with and without the compression that WebSocket offers."""
    for compression in (False, True):
        await station.connect(compression=compression)
        await station.attempt("BootNotification", station.identity)
        await station.probe()

    for entry in station.received():
        if entry.event in (Event.TEXT, Event.BINARY):
            plain = entry.event is Event.TEXT and entry.frame is not None
            clause, label = COMPRESSION, entry.label()
            check.that(plain, "plain JSON", observed=label, clause=clause, level=SHOULD, at=entry.index)
