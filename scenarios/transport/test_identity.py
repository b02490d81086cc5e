"""Which station it is: the identity in the URL (OCPP-J section 3.1.1)."""

from harness.csms import Refused, StationProvisioning, TransactionReader
from harness.csms.console import Csms
from harness.ocppj import Call
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks, Inconclusive
from scenarios.stage.population import AnyStations, Tags
from scenarios.transport.dialects import EVERY_VERSION, RESET, dialect, needs
from simulators.connection import Upgraded
from simulators.station import Station

CLAUSE = "OCPP-J {version} 3.1.1"


@scenario(
    "transport.identity.appended-to-the-endpoint",
    versions=EVERY_VERSION,
    spec=[CLAUSE],
    requirements={"1.6": ["J-3.1.1-a"]},
    mutants=["identity-before-a-slash"],
)
async def test_identity_is_appended_to_the_endpoint(station: Station, stations: AnyStations, check: Checks) -> None:
    """Each known station is let in at the endpoint followed by a slash and its identity."""
    for one in (station, await stations.new()):
        outcome = await one.knock()
        check.that(isinstance(outcome, Upgraded), "a WebSocket", observed=outcome, clause=CLAUSE)


@scenario(
    "transport.identity.percent-decoded",
    versions=EVERY_VERSION,
    spec=[CLAUSE],
    requirements={"1.6": ["J-3.1.1-b"]},
    needs=[StationProvisioning],
)
async def test_identity_is_percent_decoded(station: Station, stations: AnyStations, check: Checks) -> None:
    """An identity with a space and a bar in it, percent-encoded in the URL, is recognised as the registered one."""
    try:
        spaced = await stations.new(f"{station.id[:15]} A|B")
    except Refused as refusal:
        raise Inconclusive(f"such an identity cannot be registered: {refusal.reason}") from refusal

    outcome = await spaced.knock()
    expected = "a WebSocket"
    check.that(isinstance(outcome, Upgraded), expected, observed=outcome, clause=CLAUSE, level=SHOULD)


@scenario(
    "transport.identity.records-kept-apart",
    versions=EVERY_VERSION,
    spec=[CLAUSE, "OCPP-J {version} 4.2"],
    requirements={"1.6": ["J-3.1.1-c"]},
    needs=[TransactionReader],
    mutants={"1.6": ["identity-of-the-latest-boot"], "2.0.1": ["events-of-the-first-station"]},
)
async def test_records_of_two_stations_are_kept_apart(
    station: Station, stations: AnyStations, tags: Tags, csms: Csms, check: Checks
) -> None:
    """Two stations whose messages interleave each have their own transaction on record, and no other."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    first = await dialect(station).charge(await tags.accepted())
    second = await dialect(other).charge(await tags.second())
    await dialect(station).stop(first)

    for one, transaction, active in ((station, first.id, False), (other, second.id, True)):
        recorded = [(view.id, view.active) for view in await csms.ask(TransactionReader).transactions(one.id)]
        check.that((transaction, active) in recorded, "the transaction", observed=recorded, clause=CLAUSE)
        foreign = {first.id, second.id} - {transaction}
        alone = foreign.isdisjoint(id for id, _ in recorded)
        check.that(alone, "no transaction of the other", observed=recorded, clause=CLAUSE)


@scenario(
    "transport.identity.command-reaches-its-station",
    versions=EVERY_VERSION,
    spec=[CLAUSE, "OCPP-J {version} 4.2"],
    requirements={"1.6": ["J-3.1.1-c"]},
    needs=needs(RESET),
    mutants=["operations-broadcast"],
)
async def test_command_reaches_its_station_alone(
    station: Station, stations: AnyStations, csms: Csms, check: Checks
) -> None:
    """A command for one of two connected stations reaches that one and not the other, which has its own."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    gentle, hard = dialect(station).resets
    for one, kind in ((station, gentle), (other, hard)):
        await csms.perform(dialect(one).reset(kind))
        await (await one.next_call("Reset", type=kind)).answer(status="Accepted")

    calls = [entry.frame for entry in other.received() if isinstance(entry.frame, Call)]
    kinds = [call.payload.get("type") for call in calls if call.action == "Reset"]
    check.equal(kinds, [hard], clause=CLAUSE)
