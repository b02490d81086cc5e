"""The end of a connection: RFC 6455 sections 5.5.1 and 7."""

from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.population import AnyStations
from scenarios.transport.dialects import EVERY_VERSION
from simulators.connection import Upgraded
from simulators.rawsocket import Ended, Opcode, frame
from simulators.station import Answer, Station

PERMITTED_CODES = (*range(1000, 1004), *range(1007, 1015), *range(3000, 5000))


@scenario(
    "transport.closing.close-answered",
    versions=EVERY_VERSION,
    spec=["RFC 6455 5.5.1", "RFC 6455 7.1.1"],
    requirements={"1.6": ["WS-5.5.1-a"]},
    mutants=["close-unanswered", "close-ignored"],
)
async def test_close_frame_is_answered(station: Station, check: Checks) -> None:
    """A close frame of the station is answered by one, and the central system then closes TCP."""
    async with station.raw_socket() as raw:
        await raw.upgrade()
        await raw.send(frame(b"\x03\xe8", Opcode.CLOSE))
        outcome = await raw.until_closed(closing=True)

    answered = any(one.opcode == Opcode.CLOSE for one in outcome.frames)
    check.that(answered, "a close frame", observed=outcome, clause="RFC 6455 5.5.1")
    check.that(isinstance(outcome.how, Ended), "TCP closed", observed=outcome.how, clause="RFC 6455 7.1.1")


@scenario(
    "transport.closing.permitted-code",
    versions=EVERY_VERSION,
    spec=["RFC 6455 7.4.1", "RFC 6455 7.4.2"],
    requirements={"1.6": ["WS-5.5.1-b"]},
    mutants=["close-code-1005"],
)
async def test_close_codes_are_permitted_ones(station: Station, check: Checks) -> None:
    """A close frame of the central system carries a code that may be sent, whatever made it close."""
    provocations = (
        frame(b"x", masked=False),
        frame(b"\xc3\x28"),
        frame(b"\x00", Opcode.BINARY),
        frame(b"\x03\xe8", Opcode.CLOSE),
        frame(b"", Opcode.CLOSE),
    )
    for provocation in provocations:
        async with station.raw_socket() as raw:
            await raw.upgrade()
            await raw.send(provocation)
            code = (await raw.until_closed()).code
        permitted = code is None or code in PERMITTED_CODES
        check.that(permitted, "a close code that may be sent", observed=code, clause="RFC 6455 7.4.1")


@scenario(
    "transport.closing.loss-survived",
    versions=EVERY_VERSION,
    spec=["RFC 6455 7.1.7", "RFC 6455 7.2"],
    requirements={"1.6": ["WS-7.2-a"]},
    mutants=["loss-unnoticed", "loss-stops-everything"],
)
async def test_lost_connection_is_survived(station: Station, stations: AnyStations, check: Checks) -> None:
    """After a connection was lost without a close frame, other stations are served and its own can come back."""
    other = await stations.new()
    await other.ready()
    await station.ready()

    await station.drop()

    served = await other.probe()
    check.that(isinstance(served, Answer), "the other station served", observed=served, clause="RFC 6455 7.1.7")
    outcome = await station.knock()
    if check.that(isinstance(outcome, Upgraded), "a WebSocket", observed=outcome, clause="RFC 6455 7.2"):
        back = await station.probe()
        check.that(isinstance(back, Answer), "a Heartbeat.conf", observed=back, clause="RFC 6455 7.2")
