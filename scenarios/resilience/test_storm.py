"""Many stations at once: after a power cut all of them boot, after an outage all of them come back."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from harness.csms import StationProvisioning, StationReader
from harness.csms.console import Csms
from harness.scenario import PROXY, Crowd, scenario
from harness.verdict import Checks
from scenarios.resilience.comeback import come_back
from scenarios.stage.population import AnyStations
from scenarios.transport.clauses import BOOT, EACH_STATION, RECONNECTING
from scenarios.transport.dialects import EVERY_VERSION, dialect
from simulators.connection import Handshake
from simulators.network.network import Network
from simulators.observation import Answer, Observation
from simulators.station import Station

CROWD = Crowd(200)
"""Stations that come at once."""

STRETCH = 3
"""How many times the patience of a single station the last one of a crowd has to be served."""

SAMPLE = 20
"""The records of every so manieth station of a crowd are read."""

BETWEEN = 0.1
"""Seconds between two signs of life of a bystander."""

Coming = Callable[[Station], Awaitable[Observation | Handshake]]


async def _crowd(stations: AnyStations) -> Sequence[Station]:
    """Return many stations that are not connected yet."""
    crowd = await asyncio.gather(*(stations.new() for _ in range(CROWD.size)))
    for one in crowd:
        one.patience *= STRETCH
    return crowd


async def _at_once(crowd: Sequence[Station], coming: Coming) -> Sequence[Observation | Handshake]:
    """Have all stations of a crowd come at the same moment, and return what came of it."""
    barrier = asyncio.Barrier(len(crowd))

    async def come(station: Station) -> Observation | Handshake:
        async with barrier:
            return await coming(station)

    return await asyncio.gather(*map(come, crowd))


def _unserved(outcomes: Sequence[Observation | Handshake]) -> dict[str, int]:
    """Return how often what came in place of an answer."""
    return dict(Counter(str(one) for one in outcomes if not isinstance(one, Answer)))


def _firmware(station: Station) -> str:
    """Return a version of firmware that only this station has."""
    return f"v-{station.id[-20:]}"


async def _boot_all(crowd: Sequence[Station], check: Checks) -> None:
    """Have all stations of a crowd boot at the same moment, and check that each is accepted."""
    outcomes = await _at_once(crowd, _boot)
    check.equal(_unserved(outcomes), {}, clause=BOOT)
    statuses = {one.member("status") for one in outcomes if isinstance(one, Answer)}
    check.equal(statuses, {"Accepted"}, clause=BOOT)


async def _boot(station: Station) -> Observation | Handshake:
    identity = {**station.identity, **dialect(station).firmware(_firmware(station))}
    return await come_back(station, ("BootNotification", identity))


@scenario(
    "resilience.storm.boot",
    versions=EVERY_VERSION,
    spec=[BOOT],
    needs=[StationProvisioning, CROWD, PROXY],
    mutants=["boots-in-single-file"],
)
async def test_boot_storm(stations: AnyStations, network: Network, check: Checks) -> None:
    """When 200 stations boot at the same moment, each of them is accepted in time."""
    await _boot_all(await _crowd(stations), check)


@scenario(
    "resilience.storm.boots-recorded",
    versions=EVERY_VERSION,
    spec=[BOOT],
    needs=[StationProvisioning, StationReader, CROWD, PROXY],
    mutants=["boots-mixed-up"],
)
async def test_boots_are_told_apart(stations: AnyStations, network: Network, csms: Csms, check: Checks) -> None:
    """When 200 stations boot at the same moment, the firmware of each is on record as its own."""
    crowd = await _crowd(stations)
    await _at_once(crowd, _boot)

    told = {one.id: _firmware(one) for one in crowd[::SAMPLE]}
    shown = {id: (await csms.ask(StationReader).station(id)).firmware_version for id in told}
    mixed_up = {id: version for id, version in shown.items() if version not in (None, told[id])}
    check.equal(mixed_up, {}, clause=BOOT)


@scenario(
    "resilience.storm.return",
    versions=EVERY_VERSION,
    spec=[RECONNECTING],
    needs=[StationProvisioning, CROWD, PROXY],
    mutants=["lost-connections-fill-up", "calls-in-single-file"],
)
async def test_return_storm(stations: AnyStations, network: Network, check: Checks) -> None:
    """After an outage 200 stations come back at the same moment, and each of them is served again in time."""
    crowd = await _crowd(stations)
    await _boot_all(crowd, check)

    await network.cut()
    check.equal(_unserved(await _at_once(crowd, come_back)), {}, clause=RECONNECTING)


@scenario(
    "resilience.storm.bystander",
    versions=EVERY_VERSION,
    spec=[EACH_STATION],
    needs=[StationProvisioning, CROWD, PROXY],
    mutants=["calls-in-single-file"],
)
async def test_bystander(station: Station, stations: AnyStations, network: Network, check: Checks) -> None:
    """While 200 stations boot at the same moment, a station that was there before is served on."""
    crowd = await _crowd(stations)
    await station.ready()

    async with asyncio.TaskGroup() as group:
        storm = group.create_task(_at_once(crowd, _boot))
        served = True
        while served and not storm.done():
            outcome = await station.probe()
            served = check.that(isinstance(outcome, Answer), "a sign of life", observed=outcome, clause=EACH_STATION)
            await asyncio.wait({storm}, timeout=BETWEEN)
