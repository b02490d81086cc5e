"""Which station it is: the identity in the URL (OCPP-J 1.6 section 3.1.1)."""

from harness.csms import Refused, StationProvisioning, TransactionReader
from harness.csms.console import Csms
from harness.csms.v16 import Reset
from harness.ocppj import Call
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks, Inconclusive
from scenarios.stage.population import Stations, Tags
from simulators.connection import Upgraded
from simulators.v16 import ChargePoint


@scenario(
    "v16.transport.identity.appended-to-the-endpoint",
    spec=["OCPP-J 1.6 3.1.1"],
    requirements=["J-3.1.1-a"],
    mutants=["identity-before-a-slash"],
)
async def test_identity_is_appended_to_the_endpoint(station: ChargePoint, stations: Stations, check: Checks) -> None:
    """Each known station is let in at the endpoint followed by a slash and its identity."""
    for one in (station, await stations.new()):
        outcome = await one.knock()
        check.that(isinstance(outcome, Upgraded), "a WebSocket", observed=outcome, clause="OCPP-J 1.6 3.1.1")


@scenario(
    "v16.transport.identity.percent-decoded",
    spec=["OCPP-J 1.6 3.1.1"],
    requirements=["J-3.1.1-b"],
    needs=[StationProvisioning],
)
async def test_identity_is_percent_decoded(station: ChargePoint, stations: Stations, check: Checks) -> None:
    """An identity with a space and a bar in it, percent-encoded in the URL, is recognised as the registered one."""
    try:
        spaced = await stations.new(f"{station.id[:15]} A|B")
    except Refused as refusal:
        raise Inconclusive(f"such an identity cannot be registered: {refusal.reason}") from refusal

    outcome = await spaced.knock()
    expected = "a WebSocket"
    check.that(isinstance(outcome, Upgraded), expected, observed=outcome, clause="OCPP-J 1.6 3.1.1", level=SHOULD)


@scenario(
    "v16.transport.identity.records-kept-apart",
    spec=["OCPP-J 1.6 3.1.1", "OCPP-J 1.6 4.2"],
    requirements=["J-3.1.1-c"],
    needs=[TransactionReader],
    mutants=["identity-of-the-latest-boot"],
)
async def test_records_of_two_stations_are_kept_apart(
    station: ChargePoint, stations: Stations, tags: Tags, csms: Csms, check: Checks
) -> None:
    """Two stations whose messages interleave each have their own transaction on record, and no other."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    first = await station.charging(await tags.accepted())
    second = await other.charging(await tags.second())
    await station.stop_transaction(first.id)

    for one, transaction, active in ((station, first.id, False), (other, second.id, True)):
        recorded = [(view.id, view.active) for view in await csms.ask(TransactionReader).transactions(one.id)]
        check.that((transaction, active) in recorded, "the transaction", observed=recorded, clause="OCPP-J 1.6 3.1.1")
        foreign = {first.id, second.id} - {transaction}
        alone = foreign.isdisjoint(id for id, _ in recorded)
        check.that(alone, "no transaction of the other", observed=recorded, clause="OCPP-J 1.6 3.1.1")


@scenario(
    "v16.transport.identity.command-reaches-its-station",
    spec=["OCPP-J 1.6 3.1.1", "OCPP-J 1.6 4.2"],
    requirements=["J-3.1.1-c"],
    needs=[Reset],
    mutants=["operations-broadcast"],
)
async def test_command_reaches_its_station_alone(
    station: ChargePoint, stations: Stations, csms: Csms, check: Checks
) -> None:
    """A command for one of two connected stations reaches that one and not the other, which has its own."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    for one, kind in ((station, "Soft"), (other, "Hard")):
        await csms.perform(Reset(station=one.id, type=kind))
        await (await one.next_call("Reset", type=kind)).answer(status="Accepted")

    calls = [entry.frame for entry in other.received() if isinstance(entry.frame, Call)]
    kinds = [call.payload.get("type") for call in calls if call.action == "Reset"]
    check.equal(kinds, ["Hard"], clause="OCPP-J 1.6 3.1.1")
