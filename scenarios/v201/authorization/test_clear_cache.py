"""ClearCache: OCPP 2.0.1 C11."""

from harness.csms import OutcomeReader
from harness.csms.console import Csms
from harness.csms.v201 import ClearCache
from harness.scenario import Member, family, scenario
from harness.verdict import SHOULD, Checks
from scenarios.v201.ordered import ordered
from simulators.v201 import ChargingStation

CLAUSE = "OCPP 2.0.1 C11"


@family(
    Member(
        id=f"v201.authorization.clear-cache.{status.lower()}",
        title=f"A station that answers {status} to ClearCache is served on, and may be asked again.",
        case=status,
        spec=[CLAUSE],
        octt=[octt],
        needs=[ClearCache],
        mutants=mutants,
    )
    for status, octt, mutants in (
        ("Accepted", "TC_C_37_CSMS", ["clear-cache-lost"]),
        ("Rejected", "TC_C_38_CSMS", ["unsuccessful-answer-closes", "unsuccessful-answer-blocks"]),
    )
)
async def test_cache_is_cleared(station: ChargingStation, csms: Csms, check: Checks, case: str) -> None:
    """The order arrives each time it is given, and its answer harms nothing."""
    await station.ready()

    for _ in range(2):
        clear = await ordered(station, csms, ClearCache(station=station.id), check, clause=CLAUSE)
        await clear.answer(status=case)
        await station.heartbeat()


@scenario(
    "v201.authorization.clear-cache.outcome",
    spec=[CLAUSE],
    needs=[ClearCache, OutcomeReader],
    mutants=["outcome-always-accepted"],
)
async def test_outcome_of_clear_cache(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """The operator is told whether the station cleared its authorization cache."""
    await station.ready()

    for status in ("Rejected", "Accepted"):
        request = await csms.perform(ClearCache(station=station.id))
        await (await station.next_call("ClearCache")).answer(status=status)
        outcome = await csms.outcome(request)
        check.equal((outcome.state, outcome.status), ("answered", status), clause=CLAUSE, level=SHOULD)
