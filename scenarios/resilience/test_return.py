"""A connection that the network ends, and the station that comes back: OCPP-J section 5.4."""

from collections.abc import Awaitable, Callable

from harness.csms import StationReader
from harness.csms.console import Csms
from harness.scenario import PROXY, Member, family, scenario
from harness.verdict import SHOULD, Checks
from scenarios.resilience.comeback import served_again
from scenarios.transport.clauses import RECONNECTING
from scenarios.transport.dialects import CLEAR_CACHE, EVERY_VERSION, dialect, needs
from simulators.network.network import Network
from simulators.network.toxics import LimitData, ResetPeer, Stream
from simulators.station import Answer, Station

Loss = Callable[[Station, Network], Awaitable[None]]
"""Has the network end the connection of a station in some way."""


async def _cut(station: Station, network: Network) -> None:
    await network.cut()


async def _outage(station: Station, network: Network) -> None:
    async with network.down():
        await station.knock()


async def _reset(station: Station, network: Network) -> None:
    async with network.toxic(ResetPeer()):
        await station.probe()


async def _portal(station: Station, network: Network) -> None:
    async with network.portal():
        await station.knock()


async def _torn_request(station: Station, network: Network) -> None:
    async with network.toxic(LimitData(bytes=100, streams=(Stream.UPSTREAM,))):
        await station.attempt(*dialect(station).meter_values(10))


async def _torn_answer(station: Station, network: Network) -> None:
    async with network.toxic(LimitData(bytes=10, streams=(Stream.DOWNSTREAM,))):
        await station.probe()


LOSSES: dict[str, tuple[str, Loss]] = {
    "cut": ("was cut", _cut),
    "outage": ("ended in an outage, in which nothing answered", _outage),
    "reset": ("was reset", _reset),
    "portal": ("was lost to a captive portal", _portal),
    "torn-request": ("was lost in the middle of a CALL", _torn_request),
    "torn-answer": ("was lost in the middle of an answer", _torn_answer),
}

SPECIAL = {"torn-request": ["torn-message-kept"]}


@family(
    (
        Member(
            id=f"resilience.return.after-{name}",
            title=f"A station whose connection {what} is served again, without a boot, as soon as it comes back.",
            case=loss,
            spec=[RECONNECTING],
            needs=[PROXY],
            mutants=["lost-without-close-unnoticed", *SPECIAL.get(name, ())],
        )
        for name, (what, loss) in LOSSES.items()
    ),
    versions=EVERY_VERSION,
)
async def test_station_is_served_again(case: Loss, station: Station, network: Network, check: Checks) -> None:
    """A station whose connection the network ended is served again, without a boot, as soon as it comes back."""
    await station.ready()

    await case(station, network)

    await served_again(station, check)
    outcome = await station.attempt(*dialect(station).status())
    check.that(isinstance(outcome, Answer), "its status taken", observed=outcome, clause=RECONNECTING)


@scenario(
    "resilience.return.flapping",
    versions=EVERY_VERSION,
    spec=[RECONNECTING],
    needs=needs(CLEAR_CACHE, PROXY),
    mutants=["lost-connections-counted"],
)
async def test_flapping_connection(station: Station, csms: Csms, network: Network, check: Checks) -> None:
    """A connection that is lost ten times in a row is served each time, and a command then arrives once."""
    await station.ready()

    for _ in range(10):
        await network.cut()
        await served_again(station, check)

    await csms.perform(dialect(station).clear_cache())
    await (await station.next_call("ClearCache")).answer(status="Accepted")
    check.equal(len(await station.calls_until_probe("ClearCache")), 0, clause=RECONNECTING)


@scenario(
    "resilience.return.shown",
    versions=EVERY_VERSION,
    spec=[RECONNECTING],
    needs=[StationReader, PROXY],
    mutants=["shown-offline-after-return"],
)
async def test_return_is_shown(station: Station, csms: Csms, network: Network, check: Checks) -> None:
    """A station that has come back is shown as online."""
    await station.ready()
    await network.cut()
    await served_again(station, check)

    online = (await csms.ask(StationReader).station(station.id)).online
    check.that(online is not False, "shown as online", observed=online, clause=RECONNECTING, level=SHOULD)
