"""Transactions of a time without connection, which a station delivers afterwards over connections that fail again."""

from datetime import UTC, datetime, timedelta

from harness.csms.console import Csms
from harness.scenario import PROXY, Member, family, scenario
from harness.verdict import Checks
from scenarios.resilience.clauses import BEGUN, DELIVERED, OFFLINE
from scenarios.resilience.comeback import served_again
from scenarios.resilience.ledger import Ledger
from scenarios.resilience.losing import lose_request, repeat, taken_again
from scenarios.resilience.tales import EVERY_VERSION, IN_TRANSACTION, Moment, tale_of
from scenarios.stage.population import Tags
from simulators.network.network import Network
from simulators.observation import Answer
from simulators.station import Station

DATED = {"1.6": ["transactions-dated-by-arrival"], "2.0.1": ["events-dated-by-arrival"]}


def _ago(**time: int) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(**time)


REQUEST = {Moment.START: ["boot-per-connection"]}


@family(
    [
        Member(
            id=f"resilience.queue.{lost}-lost-at-{moment}",
            title=f"Of two queued transactions both are booked, though the {lost} at the first {moment} is lost.",
            case=(moment, lost),
            spec=[OFFLINE, DELIVERED],
            needs=[PROXY],
            mutants=DATED if lost == "answer" else REQUEST.get(moment, ["transactions-of-the-connection"]),
        )
        for moment in IN_TRANSACTION
        for lost in ("answer", "request")
    ],
    versions=EVERY_VERSION,
)
async def test_queue_goes_on(
    case: tuple[Moment, str], station: Station, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """Two transactions on one connector that come hours late, with a break in between, keep their own times."""
    await station.ready()
    ledger = await Ledger.open(csms, station)
    tags_of_both = await tags.accepted(), await tags.second()
    first = tale_of(station, tags_of_both[0], began=_ago(hours=3))
    second = tale_of(station, tags_of_both[1], meter=5000, began=_ago(hours=2))

    for moment in IN_TRANSACTION:
        if case == (moment, "answer") and not await repeat(first, moment, network, check):
            return
        if case == (moment, "request"):
            await lose_request(station, network, first.says(moment), check)
        if moment not in first.confirmed:
            await first.tell(moment)
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


QUEUED, CUT_EVERY = 8, 2
"""Transactions of a long queue, and after how many messages the connection ends and the last one comes again."""


@scenario(
    "resilience.queue.long",
    versions=EVERY_VERSION,
    spec=[OFFLINE, DELIVERED],
    needs=[PROXY],
    mutants=["lost-connections-counted"],
)
async def test_long_queue(station: Station, csms: Csms, tags: Tags, network: Network, check: Checks) -> None:
    """A long queue is booked as it was, though each second message ends the connection, and comes again."""
    await station.ready()
    ledger, tag = await Ledger.open(csms, station), await tags.accepted()
    hours = range(QUEUED, 0, -1)
    tales = [tale_of(station, tag, began=_ago(hours=one), meter=10_000 - 1000 * one) for one in hours]
    queue = [(tale, moment) for tale in tales for moment in IN_TRANSACTION]

    for number, (tale, moment) in enumerate(queue):
        await tale.tell(moment)
        if number % CUT_EVERY:
            await network.cut()
            await served_again(station, check)
            again = await station.attempt(*tale.says(moment))
            taken_again(check, again, moment)
            if isinstance(again, Answer):
                tale.hears(moment, again)

    check.equal(len({tale.id for tale in tales}), QUEUED, clause=BEGUN)
    await ledger.judge(check, *tales)
