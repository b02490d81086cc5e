"""Messages of a transaction that do not arrive, and are sent again."""

from harness.csms.console import Csms
from harness.scenario import PROXY, Member, family
from harness.verdict import Checks
from scenarios.resilience.clauses import BEGUN, DELIVERED, VERIFIED
from scenarios.resilience.ledger import Ledger
from scenarios.resilience.losing import lose_request
from scenarios.resilience.tales import EVERY_VERSION, Moment, tale_of
from scenarios.stage.population import Tags
from simulators.network.network import Network
from simulators.station import Station

BOOTLESS, FOREIGN = "boot-per-connection", "transactions-of-the-connection"
MEMBERS = (
    (Moment.AUTHORIZE, "The question whether a tag is good", BOOTLESS),
    (Moment.START, "The start of a transaction", BOOTLESS),
    (Moment.VALUES, "A meter reading of a transaction", FOREIGN),
    (Moment.STOP, "The end of a transaction", FOREIGN),
)


@family(
    [
        Member(
            id=f"resilience.lost-request.{moment}",
            title=f"{what} that never arrived, for its connection had died silently, is taken on the next one.",
            case=moment,
            spec=[DELIVERED, BEGUN],
            needs=[PROXY],
            mutants=[mutant],
        )
        for moment, what, mutant in MEMBERS
    ],
    versions=EVERY_VERSION,
)
async def test_lost_request(
    case: Moment, station: Station, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """A message that did not arrive is taken when it comes, and the transaction is on record once, as it was told."""
    await station.ready()
    ledger, tale = await Ledger.open(csms, station), tale_of(station, await tags.accepted())
    await tale.begin(case)

    said = tale.says(case)
    unique_id = await lose_request(station, network, said, check)
    answer = tale.hears(case, await station.call(*said, unique_id=unique_id))
    if case in (Moment.AUTHORIZE, Moment.START):
        check.equal(tale.status(answer), "Accepted", clause=VERIFIED)
    check.equal(answer.kind, "CALLRESULT", clause=DELIVERED)
    await tale.finish(case)

    await ledger.judge(check, tale)
