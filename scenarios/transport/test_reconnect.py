"""A station that connects again: OCPP-J section 5.4."""

from harness.csms import StationReader
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks, Inconclusive
from scenarios.stage.population import AnyStations, Tags
from scenarios.transport.clauses import BOOT, RECONNECTING, SECOND_CONNECTION
from scenarios.transport.dialects import CLEAR_CACHE, EVERY_VERSION, RESET, dialect, needs
from simulators.aftermath import sign_of_life
from simulators.connection import Unreachable, Upgraded
from simulators.station import Answer, Station


@scenario(
    "transport.reconnect.served-without-boot",
    versions=EVERY_VERSION,
    spec=[RECONNECTING],
    requirements={"1.6": ["J-5.4-a"]},
    mutants=["boot-per-connection"],
)
async def test_accepted_station_is_served_without_boot(station: Station, tags: Tags, check: Checks) -> None:
    """A station that was accepted before is served after a reconnect without a new BootNotification."""
    await station.ready()
    await station.reboot()

    say = dialect(station)
    for action, payload in (say.status(), ("Heartbeat", {}), say.start(await tags.accepted())):
        outcome = await station.attempt(action, payload)
        served = isinstance(outcome, Answer)
        check.that(served, f"a CALLRESULT to {action}", observed=outcome, clause=RECONNECTING)


@scenario(
    "transport.reconnect.boot-answered",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, BOOT],
    requirements={"1.6": ["J-5.4-b"]},
    mutants=["boot-only-once"],
)
async def test_boot_after_reconnect_is_answered(station: Station, check: Checks) -> None:
    """A BootNotification after a reconnect is answered as any other."""
    await station.ready()
    await station.reboot()

    outcome = await station.attempt("BootNotification", station.identity)
    status = outcome.payload.get("status") if isinstance(outcome, Answer) else str(outcome)
    check.equal(status, "Accepted", clause=RECONNECTING)


@scenario(
    "transport.reconnect.boot-recorded",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, BOOT],
    requirements={"1.6": ["J-5.4-b"]},
    needs=[StationReader],
    mutants=["boot-only-once", "boot-recorded-once"],
)
async def test_boot_after_reconnect_is_recorded(station: Station, csms: Csms, check: Checks) -> None:
    """A firmware version that changed while the station was away is on record after its BootNotification."""
    await station.ready(**dialect(station).firmware("1.0"))
    await station.reboot()
    await station.boot(**dialect(station).firmware("1.1"))

    check.equal((await csms.ask(StationReader).station(station.id)).firmware_version, "1.1", clause=RECONNECTING)


@scenario(
    "transport.reconnect.new-connection-served",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, SECOND_CONNECTION],
    requirements={"1.6": ["J-5.4-c"]},
)
async def test_new_connection_is_served_beside_the_old(station: Station, stations: AnyStations, check: Checks) -> None:
    """A second connection of an identity is served, though the first one was never closed."""
    await station.ready()

    if twin := await _second(station, stations, check):
        answer = await twin.probe()
        served = isinstance(answer, Answer)
        check.that(served, "a Heartbeat.conf", observed=answer, clause=RECONNECTING, level=SHOULD)


@scenario(
    "transport.reconnect.command-arrives-once",
    versions=EVERY_VERSION,
    spec=[RECONNECTING],
    requirements={"1.6": ["J-5.4-d"]},
    needs=needs(RESET),
    mutants=["reconnect-keeps-the-old-connection", "call-sent-twice"],
)
async def test_command_arrives_on_the_new_connection(station: Station, csms: Csms, check: Checks) -> None:
    """After a reconnect a command arrives once, on the new connection."""
    await station.ready()
    await station.reboot()

    await csms.perform(dialect(station).reset())
    reset = await station.next_call("Reset")
    await reset.answer(status="Accepted")

    check.equal(len(await station.calls_until_probe("Reset")), 0, clause=RECONNECTING)


@scenario(
    "transport.reconnect.command-leaves-the-old-connection",
    versions=EVERY_VERSION,
    spec=[RECONNECTING],
    requirements={"1.6": ["J-5.4-d"]},
    needs=needs(RESET),
)
async def test_command_leaves_the_old_connection_alone(
    station: Station, stations: AnyStations, csms: Csms, check: Checks
) -> None:
    """A command goes to the latest connection of an identity only, though the first one was never closed."""
    await station.ready()

    if twin := await _second(station, stations, check):
        await csms.perform(dialect(twin).reset())
        reset = await twin.next_call("Reset", level=SHOULD)
        await reset.answer(status="Accepted")
        strays = await station.calls_until_probe("Reset")
        check.equal(len(strays), 0, clause=RECONNECTING, level=SHOULD)


@scenario(
    "transport.reconnect.outstanding-call-given-up",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.1", RECONNECTING],
    requirements={"1.6": ["J-5.4-e"]},
    needs=needs(RESET, CLEAR_CACHE),
)
async def test_outstanding_call_does_not_block(station: Station, csms: Csms, check: Checks) -> None:
    """A CALL that was unanswered when the connection was lost does not hold up the next command."""
    await station.ready()
    await csms.perform(dialect(station).reset())
    lost = await station.next_call("Reset")
    await station.reboot()

    await csms.perform(dialect(station).clear_cache())
    cleared = await station.next_call("ClearCache", level=SHOULD)
    await cleared.answer(status="Accepted")

    again = [entry.frame.unique_id for entry in await station.calls_until_probe("Reset") if entry.frame]
    check.that(lost.unique_id not in again, "a new id", observed=again, clause="OCPP-J {version} 4.1.1", level=SHOULD)


@scenario(
    "transport.reconnect.version-kept",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 3.1.2", RECONNECTING],
    requirements={"1.6": ["J-5.4-b"]},
    mutants=["reconnect-of-another-version"],
)
async def test_version_is_kept(station: Station, check: Checks) -> None:
    """On each connection with the subprotocol of a version, messages are taken as those of that version."""
    for _ in range(3):
        await station.connect()
        outcome = await station.attempt("BootNotification", station.identity)
        status = outcome.payload.get("status") if isinstance(outcome, Answer) else str(outcome)
        check.equal(status, "Accepted", clause="OCPP-J {version} 3.1.2")


@scenario(
    "transport.reconnect.session-outlives-the-old-connection",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, SECOND_CONNECTION],
    requirements={"1.6": ["J-5.4-c", "J-5.4-d"]},
    mutants=["old-close-closes-new-connection"],
)
async def test_session_outlives_the_old_connection(station: Station, stations: AnyStations, check: Checks) -> None:
    """A session is not lost because the older connection of its identity ends, be it closed or cut."""
    await station.ready()

    for end in (Station.disconnect, Station.drop):
        if not (twin := await _second(station, stations, check)):
            return
        probed = await twin.probe()
        preferred = isinstance(probed, Answer) or not station.connected
        if not check.that(preferred, "it served", observed=probed, clause=RECONNECTING, level=SHOULD):
            return
        await end(station)
        (await sign_of_life(twin)).judge(check, clause=RECONNECTING)
        station = twin


@scenario(
    "transport.reconnect.late-end-of-the-old-connection",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, SECOND_CONNECTION],
    requirements={"1.6": ["J-5.4-d"]},
    needs=needs(RESET),
    mutants=["old-close-ends-new-session"],
)
async def test_late_end_of_the_old_connection(
    station: Station, stations: AnyStations, csms: Csms, check: Checks
) -> None:
    """When the old connection of an identity ends after the new one has begun, commands still reach the new one."""
    await station.ready()

    if twin := await _second(station, stations, check):
        await station.disconnect()
        await csms.perform(dialect(twin).reset())
        reset = await twin.next_call("Reset")
        check.equal(reset.payload, {"type": dialect(station).resets[0]}, clause=RECONNECTING)
        await reset.answer(status="Accepted")


async def _second(station: Station, stations: AnyStations, check: Checks) -> Station | None:
    """Return a second connection of an identity beside its first; a product that lets none in is remarked on."""
    twin = stations.twin(station)
    outcome = await twin.knock()
    if isinstance(outcome, Unreachable):
        raise Inconclusive(str(outcome))
    let_in = isinstance(outcome, Upgraded)
    check.that(let_in, "a WebSocket", observed=outcome, clause=RECONNECTING, level=SHOULD)
    return twin if let_in else None
