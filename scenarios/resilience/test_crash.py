"""A central system that is killed while its stations are at work, and started again on the same data."""

from harness.csms import OutcomeReader, Restart, TransactionReader
from harness.csms.console import Csms
from harness.csms.driver import Refused
from harness.scenario import Member, family, scenario
from harness.verdict import SHOULD, Checks
from scenarios.resilience.clauses import BEGUN, DELIVERED
from scenarios.resilience.comeback import boots_again
from scenarios.resilience.crashing import STATIONS, Crashes
from scenarios.resilience.ledger import Ledger
from scenarios.resilience.tales import EVERY_VERSION
from scenarios.stage.population import AnyStations, Tags
from scenarios.transport.dialects import CLEAR_CACHE, dialect, needs

CALL = "OCPP-J {version} 4.1.1"

KILLS = 4
"""How often one scenario kills the central system."""


@family(
    [
        Member(
            id=f"resilience.crash.at-work-{number}",
            title=f"What {STATIONS} stations were told to be confirmed is there after {KILLS} crashes, once.",
            case=number,
            spec=[DELIVERED, BEGUN],
            needs=[Restart, TransactionReader],
            mutants=["confirmed-before-stored"],
        )
        for number in (1, 2)
    ],
    versions=EVERY_VERSION,
)
async def test_nothing_that_was_confirmed_is_lost(
    case: int, stations: AnyStations, csms: Csms, tags: Tags, check: Checks
) -> None:
    """Stations at work tell each message until it is answered; all of it is on record, and nothing twice."""
    several = [await stations.new() for _ in range(STATIONS)]
    for station in several:
        await station.ready()
    ledgers = [await Ledger.open(csms, station) for station in several]
    crashes = Crashes(csms, several, await tags.accepted(), case)

    await crashes.strike(KILLS)

    refused = [text for worker in crashes.workers for text in worker.refused]
    check.that(not refused, "every message confirmed in the end", observed=refused[:3], clause=DELIVERED, level=SHOULD)
    ids = [str(tale.id) for worker in crashes.workers for tale in worker.begun]
    check.that(len(ids) == len(set(ids)), "transaction ids that are unique", observed=sorted(ids)[:9], clause=BEGUN)
    for worker, ledger in zip(crashes.workers, ledgers, strict=True):
        await ledger.judge(check, *worker.begun)


@scenario(
    "resilience.crash.waiting-orders",
    versions=EVERY_VERSION,
    spec=[CALL],
    needs=needs(Restart, OutcomeReader, CLEAR_CACHE),
    mutants=["queue-lost-in-a-crash"],
)
async def test_waiting_orders_outlive_a_crash(stations: AnyStations, csms: Csms, check: Checks) -> None:
    """An order for a station that is away is delivered once after a crash, or told to have failed."""
    station = await stations.new()
    await station.ready()
    await station.disconnect()
    request = await csms.attempt(dialect(station).clear_cache())
    await csms.ask(Restart).kill()
    await csms.ask(Restart).restart()

    await boots_again(station, check)
    arrived = await station.calls_until_probe("ClearCache")

    if isinstance(request, Refused):
        check.that(not arrived, "no order that was refused", observed=len(arrived), clause=CALL)
        return
    outcome = await csms.outcome(request)
    check.that(len(arrived) <= 1, "the order at most once", observed=len(arrived), clause=CALL)
    told = f"{len(arrived)} CALLs, and an outcome that is {outcome.state}"
    reported = bool(arrived) or outcome.state == "failed"
    check.that(reported, "the order, or its failure told", observed=told, clause=CALL)
