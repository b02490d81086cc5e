"""Connections that die without a word, so that the central system still takes them for open: OCPP-J section 5.4."""

from harness.csms.console import Csms
from harness.scenario import PROXY, Declares, scenario
from harness.settings import PoliciesSection
from harness.verdict import SHOULD, Checks
from scenarios.resilience.comeback import served_again
from scenarios.stage.population import AnyStations
from scenarios.transport.clauses import RECONNECTING, SECOND_CONNECTION
from scenarios.transport.dialects import CLEAR_CACHE, EVERY_VERSION, READ, dialect, needs
from simulators.network.network import Network
from simulators.network.toxics import Stream, Timeout
from simulators.station import Station

AWAY = 0.3
"""Seconds after which a station whose connection has died comes back."""


async def _renewed(station: Station, stations: AnyStations, policies: PoliciesSection, check: Checks) -> Station:
    """Return a station with a new connection, while its old one is dead without the central system having been told.

    That may refuse it until it has noticed. Raises Inconclusive where it is not let in by then.
    """
    twin = stations.twin(station)
    await served_again(twin, check, within=(policies.silence_limit or 0.0) + station.patience, level=SHOULD)
    return twin


@scenario(
    "resilience.half-open.new-connection-served",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, SECOND_CONNECTION],
    needs=[PROXY],
    mutants=["dead-connection-blocks"],
)
async def test_new_connection_is_served(
    station: Station, stations: AnyStations, network: Network, policies: PoliciesSection, check: Checks
) -> None:
    """A station whose connection died unnoticed is served on a new one, once the old one is noticed at the latest."""
    await station.ready()
    await network.strand()

    await _renewed(station, stations, policies, check)


@scenario(
    "resilience.half-open.late-end",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, SECOND_CONNECTION],
    needs=needs(CLEAR_CACHE, Declares("silence_limit"), PROXY),
    mutants=["old-close-ends-new-session", "old-close-closes-new-connection", "reconnect-keeps-the-old-connection"],
)
async def test_late_end(
    station: Station, stations: AnyStations, network: Network, csms: Csms, policies: PoliciesSection, check: Checks
) -> None:
    """When the central system gives up a dead connection, the new one of the station lives on and gets the commands."""
    await station.ready()
    await network.strand()
    twin = await _renewed(station, stations, policies, check)
    limit = policies.silence_limit or 0.0

    ended = await twin.linger(1.5 * limit, every=limit / 5)

    check.that(ended is None, "the new connection open", observed=ended, clause=RECONNECTING)
    await csms.perform(dialect(twin).clear_cache())
    await (await twin.next_call("ClearCache")).answer(status="Accepted")
    check.equal(len(await twin.calls_until_probe("ClearCache")), 0, clause=RECONNECTING)


@scenario(
    "resilience.half-open.command-into-the-void",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.1", RECONNECTING],
    needs=needs(CLEAR_CACHE, READ, Declares("call_timeout"), PROXY),
    mutants=["lost-call-never-ends"],
)
async def test_command_into_the_void(
    station: Station, stations: AnyStations, network: Network, csms: Csms, policies: PoliciesSection, check: Checks
) -> None:
    """A CALL that went into a dead connection does not hold up the next one for longer than a CALL may take."""
    await station.ready()
    await network.strand()
    await csms.attempt(dialect(station).clear_cache())
    await station.linger(AWAY)
    twin = await _renewed(station, stations, policies, check)

    await csms.perform(dialect(twin).read())
    limit = (policies.call_timeout or 0.0) + twin.patience
    call = await twin.next_call(dialect(twin).read().action(), patience=limit)
    check.that(True, "the next command", observed=call.action, clause="OCPP-J {version} 4.1.1", at=call.entry.index)
    await call.answer_by_default()


@scenario(
    "resilience.half-open.uplink-dead",
    versions=EVERY_VERSION,
    spec=[SECOND_CONNECTION, RECONNECTING],
    needs=[Declares("silence_limit"), PROXY],
    mutants=["half-open-unnoticed"],
)
async def test_uplink_is_dead(station: Station, network: Network, policies: PoliciesSection, check: Checks) -> None:
    """A station that hears the central system but is not heard is given up in the declared time, and may come back."""
    await station.ready()

    async with network.toxic(Timeout(streams=(Stream.UPSTREAM,))):
        ended = await station.linger((policies.silence_limit or 0.0) + station.patience)
    noticed = ended is not None
    check.that(noticed, "the connection ended", observed=ended, clause=SECOND_CONNECTION, level=SHOULD)

    await served_again(station, check)
