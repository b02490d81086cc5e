"""ClearCache: OCPP 1.6 section 5.4."""

from harness.csms.console import Csms
from harness.csms.v16 import ClearCache
from harness.scenario import scenario
from harness.verdict import Checks
from simulators.v16 import ChargePoint


@scenario(
    "v16.core.clear-cache.accepted",
    spec=["OCPP 1.6 5.4", "OCPP 1.6 6.11"],
    octt=["TC_061_CSMS"],
    requirements=["CORE-5.4-a", "OP-a"],
    needs=[ClearCache],
    mutants=["clear-cache-with-payload"],
)
async def test_cache_is_cleared(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The order to clear the authorization cache arrives without any member."""
    await station.ready()

    await csms.perform(ClearCache(station=station.id))
    clear = await station.next_call("ClearCache")
    check.equal(clear.payload, {}, clause="OCPP 1.6 6.11")
    await clear.answer(status="Accepted")
    await station.heartbeat()


@scenario(
    "v16.core.clear-cache.rejected",
    spec=["OCPP 1.6 5.4", "OCPP 1.6 errata 3.23"],
    requirements=["CORE-5.4-a"],
    needs=[ClearCache],
    mutants=["unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_rejected_clearing_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that has no authorization cache to clear is served on, and may be asked again."""
    await station.ready()

    for _ in range(2):
        await csms.perform(ClearCache(station=station.id))
        clear = await station.next_call("ClearCache")
        check.equal(clear.payload, {}, clause="OCPP 1.6 6.11")
        await clear.answer(status="Rejected")
        await station.heartbeat()
