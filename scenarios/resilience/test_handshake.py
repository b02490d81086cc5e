"""A network that fails while a station asks to be let in: RFC 6455 section 4, OCPP-J section 3."""

from harness.scenario import PROXY, scenario
from harness.verdict import Checks, Inconclusive
from scenarios.resilience.comeback import boots_again
from scenarios.stage.population import AnyStations
from scenarios.transport.clauses import BOOT, RECONNECTING
from scenarios.transport.dialects import EVERY_VERSION
from simulators.connection import Upgraded
from simulators.network.network import Network
from simulators.network.toxics import LimitData, Slicer, Stream
from simulators.station import Answer, Station

CLAUSE = "RFC 6455 4.2.2"


async def _not_let_in(station: Station) -> None:
    """Ask to be let in while the network prevents it; raises Inconclusive if it does not."""
    if isinstance(outcome := await station.knock(), Upgraded):
        raise Inconclusive(f"the network did not prevent {outcome}")


@scenario(
    "resilience.handshake.answer-lost",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, BOOT],
    needs=[PROXY],
    mutants=["lost-without-close-unnoticed", "lost-before-boot-refused"],
)
async def test_answer_is_lost(station: Station, network: Network, check: Checks) -> None:
    """A station that was let in, but never learnt it because the connection was lost, is let in again and accepted."""
    async with network.toxic(LimitData(bytes=0, streams=(Stream.DOWNSTREAM,))):
        await _not_let_in(station)

    await boots_again(station, check)


@scenario(
    "resilience.handshake.request-torn",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, BOOT],
    needs=[PROXY],
    mutants=["torn-handshake-ends-others"],
)
async def test_request_is_torn(station: Station, stations: AnyStations, network: Network, check: Checks) -> None:
    """A connection that is lost in the middle of its request disturbs no other station, nor the next attempt."""
    other = await stations.new()
    await other.ready()
    torn = LimitData(bytes=60, streams=(Stream.UPSTREAM,))
    async with network.toxic(torn):
        await _not_let_in(station)

    outcome = await other.probe()
    check.that(isinstance(outcome, Answer), "the other station served", observed=outcome, clause=RECONNECTING)
    await boots_again(station, check)


@scenario(
    "resilience.handshake.in-pieces",
    versions=EVERY_VERSION,
    spec=[CLAUSE],
    needs=[PROXY],
    mutants=["handshake-in-one-piece"],
)
async def test_request_arrives_in_pieces(station: Station, network: Network, check: Checks) -> None:
    """A request that arrives a few bytes at a time is answered like any other."""
    async with network.toxic(Slicer(average_size=20, size_variation=10, delay=2000)):
        outcome = await station.knock()
        let_in = isinstance(outcome, Upgraded)
        check.that(let_in, "a WebSocket", observed=outcome, clause=CLAUSE)
        if let_in:
            check.equal((await station.boot()).member("status"), "Accepted", clause=BOOT)
