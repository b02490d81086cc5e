"""Messages of a transaction whose answer does not come back, or comes late, and that are sent again."""

from harness.csms.console import Csms
from harness.scenario import PROXY, Member, family
from harness.verdict import SHOULD, Checks
from scenarios.resilience.clauses import DELIVERED, VERIFIED
from scenarios.resilience.ledger import Ledger
from scenarios.resilience.losing import repeat, taken_again
from scenarios.resilience.tales import EVERY_VERSION, Moment, tale_of
from scenarios.stage.population import Tags
from simulators.network.network import Network
from simulators.network.toxics import Latency, Stream
from simulators.observation import Answer
from simulators.station import Station

DELAY = 300
"""Milliseconds by which an answer is late, half of them after its station has given up."""

UNANSWERED = "repeated-call-unanswered"
EVENT = "repeated-event-refused"
MEMBERS = (
    (Moment.AUTHORIZE, "The question whether a tag is good", (), ()),
    (Moment.START, "The start of a transaction", ("repeated-start-runs-twice", "repeated-start-refused"), (EVENT,)),
    (Moment.VALUES, "A meter reading of a transaction", ("repeated-values-refused",), (EVENT,)),
    (Moment.STOP, "The end of a transaction", ("repeated-stop-refused",), (EVENT,)),
)
CASES = [(moment, what, {"1.6": [UNANSWERED, *old], "2.0.1": [UNANSWERED, *new]}) for moment, what, old, new in MEMBERS]
UNDER = {(Moment.AUTHORIZE, False): ["ids-remembered-across-connections"]}
"""What else a message and the id under which it comes again must catch."""


@family(
    [
        Member(
            id=f"resilience.lost-answer.{moment}{'-renewed' if renewed else ''}",
            title=f"{what} that comes again under {id} id, the connection having ended before the answer, is answered.",
            case=(moment, renewed),
            spec=[DELIVERED, "OCPP-J {version} 4.1.4"],
            needs=[PROXY],
            mutants={version: [*names, *UNDER.get((moment, renewed), ())] for version, names in mutants.items()},
        )
        for moment, what, mutants in CASES
        for renewed, id in ((False, "its old"), (True, "a new"))
    ],
    versions=EVERY_VERSION,
)
async def test_lost_answer(
    case: tuple[Moment, bool], station: Station, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """A message that had arrived is answered again, and the transaction is on record once, as it was told."""
    moment, renewed = case
    await station.ready()
    ledger, tale = await Ledger.open(csms, station), tale_of(station, await tags.accepted())
    await tale.begin(moment)

    if await repeat(tale, moment, network, check, renewed=renewed):
        await tale.finish(moment)
        await ledger.judge(check, tale)


@family(
    [
        Member(
            id=f"resilience.late-answer.{moment}",
            title=f"{what} that is sent again, before its answer has come, is answered both times in the same way.",
            case=moment,
            spec=[DELIVERED],
            needs=[PROXY],
            mutants=mutants,
        )
        for moment, what, mutants in CASES
    ],
    versions=EVERY_VERSION,
)
async def test_late_answer(
    case: Moment, station: Station, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """An answer that comes after the station has given up does no harm, nor does the message that it sent again."""
    await station.ready()
    ledger, tale = await Ledger.open(csms, station), tale_of(station, await tags.accepted())
    await tale.begin(case)

    (first, late), (second, again) = station.pipeline(*[tale.says(case)] * 2)
    async with network.toxic(Latency(latency=DELAY, streams=(Stream.DOWNSTREAM,))):
        await station.send(first)
        await station.observe(late, patience=DELAY / 2000)
        await station.send(second)
        answers = [await station.observe(one) for one in (late, again)]
        if not check.equal(answers[0].kind, "CALLRESULT", clause=DELIVERED):
            return
        taken_again(check, answers[1], case)
        both = [tale.hears(case, one) for one in answers if isinstance(one, Answer)]
        await tale.finish(case)
    check.equal(both[-1].payload, both[0].payload, clause=VERIFIED, level=SHOULD)
    await ledger.judge(check, tale)
