"""A transaction whose id a charge point was never told: OCPP 1.6 errata 3.18."""

from harness.csms.console import Csms
from harness.scenario import PROXY, Member, family
from harness.verdict import Checks
from scenarios.resilience.ledger import Ledger
from scenarios.resilience.losing import lose_request
from scenarios.resilience.tales import Moment, tale_of
from scenarios.stage.population import Tags
from simulators.network.network import Network
from simulators.v16 import ChargePoint

CLAUSE = "OCPP 1.6 errata 3.18"


@family(
    Member(
        id=f"v16.resilience.unknown-id.{moment}",
        title=f"{what} of a transaction whose start was lost is confirmed under the id -1, and means no other.",
        case=moment,
        spec=[CLAUSE],
        requirements=["CORE-4.10-d"] if moment is Moment.STOP else [],
        needs=[PROXY],
        mutants=mutants,
    )
    for moment, what, mutants in (
        (Moment.VALUES, "A meter reading", ["minus-one-values-refused"]),
        (Moment.STOP, "The end", ["stop-unknown-refused", "stop-of-nothing-guessed"]),
    )
)
async def test_unknown_id(
    case: Moment, station: ChargePoint, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """A charge point whose start got no answer goes on with the id -1, while another transaction runs."""
    await station.ready()
    ledger = await Ledger.open(csms, station)
    other = tale_of(station, await tags.second(), place=2, meter=3000)
    await other.begin(Moment.VALUES)
    tale = tale_of(station, await tags.accepted())
    await lose_request(station, network, tale.says(Moment.START), check)

    outcome = await station.attempt(*tale.says(case))

    check.equal(outcome.kind, "CALLRESULT", clause=CLAUSE)
    await ledger.runs_on(check, other)
