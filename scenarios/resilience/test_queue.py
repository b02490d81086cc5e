"""Transactions of a time without connection, which a station delivers afterwards over connections that fail again."""

from datetime import UTC, datetime, timedelta

from harness.csms.console import Csms
from harness.scenario import PROXY, Member, family, scenario
from harness.verdict import Checks
from scenarios.resilience.clauses import BEGUN, DELIVERED, OFFLINE
from scenarios.resilience.ledger import Ledger
from scenarios.resilience.losing import lose_request, repeat
from scenarios.resilience.tales import EVERY_VERSION, IN_TRANSACTION, Moment, tale_of
from scenarios.stage.population import Tags
from simulators.network.network import Network
from simulators.station import Station

DATED = {"1.6": ["transactions-dated-by-arrival"], "2.0.1": ["events-dated-by-arrival"]}


def _ago(**time: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(**time)


@family(
    [
        Member(
            id=f"resilience.queue.broken-off-at-{moment}",
            title=f"Of two queued transactions, delivered with a break at the {moment} of the first, both are booked.",
            case=moment,
            spec=[OFFLINE, DELIVERED],
            needs=[PROXY],
            mutants=DATED,
        )
        for moment in IN_TRANSACTION
    ],
    versions=EVERY_VERSION,
)
async def test_queue_goes_on(
    case: Moment, station: Station, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """Two transactions on one connector that come hours late, one of the messages twice, keep their own times."""
    await station.ready()
    ledger = await Ledger.open(csms, station)
    tags_of_both = await tags.accepted(), await tags.second()
    first = tale_of(station, tags_of_both[0], began=_ago(hours=3))
    second = tale_of(station, tags_of_both[1], meter=5000, began=_ago(hours=2))

    for moment in IN_TRANSACTION:
        if moment is not case:
            await first.tell(moment)
        elif not await repeat(first, moment, network, check):
            return
    await second.tell(*IN_TRANSACTION)

    check.that(first.id != second.id, "two ids", observed=first.id, clause=BEGUN)
    await ledger.judge(check, first, second)


@scenario(
    "resilience.queue.two-connectors",
    versions=EVERY_VERSION,
    spec=[OFFLINE, BEGUN],
    needs=[PROXY],
    mutants={"1.6": ["transaction-id-from-clock"], "2.0.1": ["seq-no-of-the-station"]},
)
async def test_queue_of_two_connectors(
    station: Station, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """Two transactions that ran side by side, from the same second on, are told apart when their queue comes."""
    await station.ready()
    ledger, began = await Ledger.open(csms, station), _ago(hours=1)
    tales = [
        tale_of(station, await tags.accepted(), began=began),
        tale_of(station, await tags.second(), began=began, place=2, meter=7000),
    ]

    for moment in IN_TRANSACTION:
        for tale in tales:
            unique_id = await lose_request(station, network, tale.says(moment), check) if tale is tales[1] else None
            tale.hears(moment, await station.call(*tale.says(moment), unique_id=unique_id))

    check.that(tales[0].id != tales[1].id, "two ids", observed=tales[0].id, clause=BEGUN)
    await ledger.judge(check, *tales)
