"""Transactions that an operator starts and stops, while the connection ends before the station can tell of it."""

from harness.csms import v16, v201
from harness.csms.console import Csms
from harness.scenario import PROXY, Member, family
from harness.verdict import Checks
from scenarios.resilience.clauses import BEGUN, DELIVERED, ENDED, VERIFIED
from scenarios.resilience.comeback import served_again
from scenarios.resilience.ledger import Ledger
from scenarios.resilience.tales import EVERY_VERSION, Moment, tale_of
from scenarios.stage.orders import delivered
from scenarios.stage.population import Tags
from scenarios.transport.dialects import needs
from simulators.network.network import Network
from simulators.station import Station

START = {"1.6": v16.RemoteStartTransaction, "2.0.1": v201.RequestStartTransaction}
STOP = {"1.6": v16.RemoteStopTransaction, "2.0.1": v201.RequestStopTransaction}


@family(
    [
        Member(
            id=f"resilience.ordered.{moment}",
            title=f"A {moment} that the operator had ordered is taken, though the connection ended before it was told.",
            case=moment,
            spec=[clause, DELIVERED],
            needs=needs(order, PROXY),
            mutants=[mutant],
        )
        for moment, order, clause, mutant in (
            (Moment.START, START, BEGUN, "boot-per-connection"),
            (Moment.STOP, STOP, ENDED, "transactions-of-the-connection"),
        )
    ],
    versions=EVERY_VERSION,
)
async def test_ordered(case: Moment, station: Station, csms: Csms, tags: Tags, network: Network, check: Checks) -> None:
    """What a station has accepted to do is taken when it tells of it on its next connection."""
    await station.ready()
    ledger, tale = await Ledger.open(csms, station), tale_of(station, await tags.accepted())
    await tale.begin(case)

    tale.ordered[case] = (await delivered(station, csms, tale.order(case))).payload
    await station.probe()
    await network.cut()
    await served_again(station, check)
    answer = (await tale.tell(case))[0]

    if case is Moment.START:
        check.equal(tale.status(answer), "Accepted", clause=VERIFIED)
    await tale.finish(case)
    await ledger.judge(check, tale)
