"""Many stations that begin transactions in the same instant, and never get the answer: OCPP 1.6 3.7.1, 4.8."""

import asyncio
from datetime import UTC, datetime, timedelta

from harness.csms.console import Csms
from harness.scenario import PROXY, scenario
from harness.verdict import Checks
from scenarios.resilience.clauses import BEGUN
from scenarios.resilience.comeback import served_again
from scenarios.resilience.ledger import Ledger
from scenarios.resilience.losing import GIVES_UP
from scenarios.resilience.tales import EVERY_VERSION, Moment, tale_of
from scenarios.stage.population import AnyStations, Tags
from simulators.network.network import Network
from simulators.network.toxics import Stream, Timeout

STATIONS = 6


@scenario(
    "resilience.same-instant.starts",
    versions=EVERY_VERSION,
    spec=[BEGUN],
    needs=[PROXY],
    mutants={"1.6": ["transaction-id-from-clock"], "2.0.1": ["repeated-call-unanswered"]},
)
async def test_starts_of_the_same_instant(
    stations: AnyStations, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """Stations whose starts of one instant were taken, but not answered, send them again: each gets what is its own."""
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=45)
    made = [await stations.new() for _ in range(STATIONS)]
    await asyncio.gather(*(one.ready() for one in made))
    ledgers = [await Ledger.open(csms, one) for one in made]
    tales = [tale_of(one, await tags.accepted(), began=began) for one in made]

    async with network.toxic(Timeout(streams=(Stream.DOWNSTREAM,))):
        starts = (one.station.attempt(*one.says(Moment.START), patience=GIVES_UP) for one in tales)
        await asyncio.gather(*starts)
        await asyncio.gather(*(one.drop() for one in made))
    await asyncio.gather(*(served_again(one, check) for one in made))
    await asyncio.gather(*(one.tell(Moment.START) for one in tales))

    ids = {one.id for one in tales}
    check.equal(len(ids), STATIONS, clause=BEGUN)
    for ledger, tale in zip(ledgers, tales, strict=True):
        await tale.finish(Moment.START)
        await ledger.judge(check, tale)
