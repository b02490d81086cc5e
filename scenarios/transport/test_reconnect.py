"""A station that connects again: OCPP-J 1.6 section 5.4."""

from harness.csms import StationReader
from harness.csms.console import Csms
from harness.csms.v16 import ClearCache, Reset
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks, Inconclusive
from scenarios.stage.population import Stations, Tags
from simulators.aftermath import sign_of_life
from simulators.connection import Unreachable, Upgraded
from simulators.station import Answer
from simulators.v16 import ChargePoint, now


@scenario(
    "v16.transport.reconnect.served-without-boot",
    spec=["OCPP-J 1.6 5.4"],
    requirements=["J-5.4-a"],
    mutants=["boot-per-connection"],
)
async def test_accepted_station_is_served_without_boot(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A station that was accepted before is served after a reconnect without a new BootNotification."""
    await station.ready()
    await station.reboot()

    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    start = {"connectorId": 1, "idTag": await tags.accepted(), "meterStart": 0, "timestamp": now()}
    for action, payload in (("StatusNotification", status), ("Heartbeat", {}), ("StartTransaction", start)):
        outcome = await station.attempt(action, payload)
        served = isinstance(outcome, Answer)
        check.that(served, f"a CALLRESULT to {action}", observed=outcome, clause="OCPP-J 1.6 5.4")


@scenario(
    "v16.transport.reconnect.boot-answered",
    spec=["OCPP-J 1.6 5.4", "OCPP 1.6 4.2"],
    requirements=["J-5.4-b"],
    mutants=["boot-only-once"],
)
async def test_boot_after_reconnect_is_answered(station: ChargePoint, check: Checks) -> None:
    """A BootNotification after a reconnect is answered as any other."""
    await station.ready()
    await station.reboot()

    outcome = await station.attempt("BootNotification", station.identity)
    status = outcome.payload.get("status") if isinstance(outcome, Answer) else str(outcome)
    check.equal(status, "Accepted", clause="OCPP-J 1.6 5.4")


@scenario(
    "v16.transport.reconnect.boot-recorded",
    spec=["OCPP-J 1.6 5.4", "OCPP 1.6 4.2"],
    requirements=["J-5.4-b"],
    needs=[StationReader],
    mutants=["boot-only-once", "boot-recorded-once"],
)
async def test_boot_after_reconnect_is_recorded(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A firmware version that changed while the station was away is on record after its BootNotification."""
    await station.ready(firmwareVersion="1.0")
    await station.reboot()
    await station.boot(firmwareVersion="1.1")

    check.equal((await csms.ask(StationReader).station(station.id)).firmware_version, "1.1", clause="OCPP-J 1.6 5.4")


@scenario(
    "v16.transport.reconnect.new-connection-served",
    spec=["OCPP-J 1.6 5.4", "OCPP-J 1.6 errata 3.9"],
    requirements=["J-5.4-c"],
)
async def test_new_connection_is_served_beside_the_old(station: ChargePoint, stations: Stations, check: Checks) -> None:
    """A second connection of an identity is served, though the first one was never closed."""
    await station.ready()

    if twin := await _second(station, stations, check):
        answer = await twin.probe()
        served = isinstance(answer, Answer)
        check.that(served, "a Heartbeat.conf", observed=answer, clause="OCPP-J 1.6 5.4", level=SHOULD)


@scenario(
    "v16.transport.reconnect.command-arrives-once",
    spec=["OCPP-J 1.6 5.4"],
    requirements=["J-5.4-d"],
    needs=[Reset],
    mutants=["reconnect-keeps-the-old-connection", "call-sent-twice"],
)
async def test_command_arrives_on_the_new_connection(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """After a reconnect a command arrives once, on the new connection."""
    await station.ready()
    await station.reboot()

    await csms.perform(Reset(station=station.id, type="Soft"))
    reset = await station.next_call("Reset")
    await reset.answer(status="Accepted")

    check.equal(len(await station.calls_until_probe("Reset")), 0, clause="OCPP-J 1.6 5.4")


@scenario(
    "v16.transport.reconnect.command-leaves-the-old-connection",
    spec=["OCPP-J 1.6 5.4"],
    requirements=["J-5.4-d"],
    needs=[Reset],
)
async def test_command_leaves_the_old_connection_alone(
    station: ChargePoint, stations: Stations, csms: Csms, check: Checks
) -> None:
    """A command goes to the latest connection of an identity only, though the first one was never closed."""
    await station.ready()

    if twin := await _second(station, stations, check):
        await csms.perform(Reset(station=twin.id, type="Soft"))
        reset = await twin.next_call("Reset", level=SHOULD)
        await reset.answer(status="Accepted")
        strays = await station.calls_until_probe("Reset")
        check.equal(len(strays), 0, clause="OCPP-J 1.6 5.4", level=SHOULD)


@scenario(
    "v16.transport.reconnect.outstanding-call-given-up",
    spec=["OCPP-J 1.6 4.1.1", "OCPP-J 1.6 5.4"],
    requirements=["J-5.4-e"],
    needs=[Reset, ClearCache],
)
async def test_outstanding_call_does_not_block(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A CALL that was unanswered when the connection was lost does not hold up the next command."""
    await station.ready()
    await csms.perform(Reset(station=station.id, type="Soft"))
    lost = await station.next_call("Reset")
    await station.reboot()

    await csms.perform(ClearCache(station=station.id))
    cleared = await station.next_call("ClearCache", level=SHOULD)
    await cleared.answer(status="Accepted")

    again = [entry.frame.unique_id for entry in await station.calls_until_probe("Reset") if entry.frame]
    check.that(lost.unique_id not in again, "a new id", observed=again, clause="OCPP-J 1.6 4.1.1", level=SHOULD)


@scenario(
    "v16.transport.reconnect.version-kept",
    spec=["OCPP-J 1.6 3.1.2", "OCPP-J 1.6 5.4"],
    requirements=["J-5.4-b"],
    mutants=["reconnect-of-another-version"],
)
async def test_version_is_kept(station: ChargePoint, check: Checks) -> None:
    """On each connection with the subprotocol ocpp1.6, messages are taken as those of OCPP 1.6."""
    for _ in range(3):
        await station.connect()
        outcome = await station.attempt("BootNotification", station.identity)
        status = outcome.payload.get("status") if isinstance(outcome, Answer) else str(outcome)
        check.equal(status, "Accepted", clause="OCPP-J 1.6 3.1.2")


@scenario(
    "v16.transport.reconnect.session-outlives-the-old-connection",
    spec=["OCPP-J 1.6 5.4", "OCPP-J 1.6 errata 3.9"],
    requirements=["J-5.4-c", "J-5.4-d"],
    mutants=["old-close-closes-new-connection"],
)
async def test_session_outlives_the_old_connection(station: ChargePoint, stations: Stations, check: Checks) -> None:
    """A session is not lost because the older connection of its identity ends, be it closed or cut."""
    await station.ready()

    for end in (ChargePoint.disconnect, ChargePoint.drop):
        if not (twin := await _second(station, stations, check)):
            return
        probed = await twin.probe()
        preferred = isinstance(probed, Answer) or not station.connected
        if not check.that(preferred, "it served", observed=probed, clause="OCPP-J 1.6 5.4", level=SHOULD):
            return
        await end(station)
        (await sign_of_life(twin)).judge(check, clause="OCPP-J 1.6 5.4")
        station = twin


@scenario(
    "v16.transport.reconnect.late-end-of-the-old-connection",
    spec=["OCPP-J 1.6 5.4", "OCPP-J 1.6 errata 3.9"],
    requirements=["J-5.4-d"],
    needs=[Reset],
    mutants=["old-close-ends-new-session"],
)
async def test_late_end_of_the_old_connection(
    station: ChargePoint, stations: Stations, csms: Csms, check: Checks
) -> None:
    """When the old connection of an identity ends after the new one has begun, commands still reach the new one."""
    await station.ready()

    if twin := await _second(station, stations, check):
        await station.disconnect()
        await csms.perform(Reset(station=twin.id, type="Soft"))
        reset = await twin.next_call("Reset")
        check.equal(reset.payload, {"type": "Soft"}, clause="OCPP-J 1.6 5.4")
        await reset.answer(status="Accepted")


async def _second(station: ChargePoint, stations: Stations, check: Checks) -> ChargePoint | None:
    """Return a second connection of an identity beside its first; a product that lets none in is remarked on."""
    twin = stations.twin(station)
    outcome = await twin.knock()
    if isinstance(outcome, Unreachable):
        raise Inconclusive(str(outcome))
    let_in = isinstance(outcome, Upgraded)
    check.that(let_in, "a WebSocket", observed=outcome, clause="OCPP-J 1.6 5.4", level=SHOULD)
    return twin if let_in else None
