"""Transactions that run while the network fails: OCPP 1.6 3.7, OCPP 2.0.1 E04."""

from harness.csms import TransactionReader
from harness.csms.console import Csms
from harness.scenario import PROXY, Member, family, scenario
from harness.verdict import SHOULD, Checks
from scenarios.resilience.clauses import DELIVERED, ENDED, OFFLINE
from scenarios.resilience.comeback import served_again
from scenarios.resilience.ledger import Ledger
from scenarios.resilience.losing import lose_answer, taken_again
from scenarios.resilience.tales import EVERY_VERSION, Moment, tale_of
from scenarios.stage.population import Tags
from simulators.network.network import Network
from simulators.observation import Answer
from simulators.station import Station

OUTAGES = 3


@scenario(
    "resilience.running.outages",
    versions=EVERY_VERSION,
    spec=[OFFLINE, DELIVERED],
    needs=[PROXY],
    mutants=["transactions-of-the-connection"],
)
async def test_transaction_outlives_outages(
    station: Station, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """A transaction runs on through outages, each of which ends the connection, and ends as it is told to."""
    await station.ready()
    ledger, tale = await Ledger.open(csms, station), tale_of(station, await tags.accepted())
    await tale.begin(Moment.VALUES)

    for moment in (None, Moment.VALUES, Moment.STOP):
        async with network.down():
            await station.wait_closed()
        await served_again(station, check)
        if moment is not None:
            check.equal((await tale.tell(moment))[0].kind, "CALLRESULT", clause=OFFLINE)
        await ledger.judge(check, tale)


MEMBERS = (
    (Moment.START, "start-after-its-stop", "A start that comes again after its stop",
     {"1.6": ["replayed-start-forgotten"], "2.0.1": ["repeated-start-reopens"]}),
    (Moment.STOP, "stop-after-the-next-start", "A stop that comes again while the next transaction runs",
     {"1.6": ["stop-of-nothing-guessed"], "2.0.1": ["repeated-end-ends-another"]}),
)  # fmt: skip


@family(
    [
        Member(
            id=f"resilience.running.{name}",
            title=f"{what} on its connector leaves everything as it is.",
            case=moment,
            spec=[DELIVERED, ENDED],
            needs=[PROXY, TransactionReader],
            mutants=mutants,
        )
        for moment, name, what, mutants in MEMBERS
    ],
    versions=EVERY_VERSION,
)
async def test_late_repetition(
    case: Moment, station: Station, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """What had been taken, and comes again under a new id when more has happened since, changes nothing."""
    await station.ready()
    ledger = await Ledger.open(csms, station)
    tale, following = tale_of(station, await tags.accepted()), tale_of(station, await tags.second(), meter=3000)
    await tale.begin(Moment.STOP)
    said, told = tale.says(case), [tale]

    if case is Moment.START:
        await tale.tell(Moment.STOP)
    else:
        await lose_answer(station, network, said, check)
        await following.begin(Moment.VALUES)
        told.append(following)
    again = await station.attempt(*said)

    taken_again(check, again, case)
    if isinstance(again, Answer):
        tale.confirmed.append(case)
        check.equal(again.member("transactionId") or tale.id, tale.id, clause=DELIVERED, level=SHOULD)
    if case is Moment.STOP:
        await ledger.runs_on(check, following)
    await ledger.judge(check, *told)
