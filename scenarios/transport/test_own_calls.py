"""The central system's own CALLs as frames: OCPP-J 1.6 sections 4.1.4 and 4.2.1."""

from collections.abc import Sequence

from harness import rules
from harness.csms import Operation
from harness.csms.console import Csms
from harness.csms.v16 import ChangeConfiguration, ClearCache, GetConfiguration, GetLocalListVersion, Reset
from harness.ocppj import Call
from harness.scenario import scenario
from harness.trace import Entry
from harness.verdict import Checks
from scenarios.evoked import evoked
from simulators.v16 import ChargePoint

ORDERED = (ClearCache, GetConfiguration, ChangeConfiguration, Reset)
NEEDS = [ChangeConfiguration, ClearCache, GetConfiguration, Reset]


async def calls(station: ChargePoint, csms: Csms) -> Sequence[Entry]:
    """Have four different operations performed, and return their CALLs."""
    await station.ready()
    operations: list[Operation] = [
        ClearCache(station=station.id),
        GetConfiguration(station=station.id, key=("HeartbeatInterval",)),
        ChangeConfiguration(station=station.id, key="HeartbeatInterval", value="300"),
        Reset(station=station.id, type="Soft"),
    ]
    arrived = []
    for operation in operations:
        await csms.perform(operation)
        call = await station.next_call(operation.action())
        await station.answer_by_default(call)
        arrived.append(call.entry)
    return arrived


@scenario(
    "v16.transport.own-calls.unique-id-bounded",
    spec=["OCPP-J 1.6 4.1.4"],
    requirements=["J-4.1.4-b"],
    needs=NEEDS,
    mutants=["call-id-overlong", "call-id-empty"],
)
async def test_own_unique_ids_are_bounded(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Operations evoke CALLs; that their unique ids are strings of 1 to 36 characters is a rule of the wire."""
    await calls(station, csms)

    evoked(rules.ID_FORM, station, check)


@scenario(
    "v16.transport.own-calls.unique-id-never-reused",
    spec=["OCPP-J 1.6 4.1.4"],
    requirements=["J-4.1.4-c"],
    needs=[ClearCache],
    mutants=["call-id-constant", "call-id-wraps-around"],
)
async def test_own_unique_ids_are_never_reused(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Fifty CALLs are evoked on one connection; that no unique id comes twice is a rule of the wire."""
    await station.ready()

    for _ in range(50):
        await csms.perform(ClearCache(station=station.id))
        call = await station.next_call("ClearCache")
        await call.answer(status="Accepted")

    evoked(rules.ID_FRESH, station, check)


@scenario(
    "v16.transport.own-calls.four-elements",
    spec=["OCPP-J 1.6 4.2.1"],
    requirements=["J-4.2.1-a"],
    needs=NEEDS,
    mutants=["call-fifth-element"],
)
async def test_calls_have_four_elements(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Operations evoke CALLs, whose elements are a matter of the rules of the wire."""
    await calls(station, csms)

    evoked(rules.CALL_ELEMENTS, station, check)


@scenario(
    "v16.transport.own-calls.action-spelled-exactly",
    spec=["OCPP-J 1.6 4.2.1"],
    requirements=["J-4.2.1-b"],
    needs=NEEDS,
    mutants=["call-action-with-slash"],
)
async def test_actions_are_spelled_exactly(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The action of each CALL is the name of the operation that was ordered, in its exact spelling."""
    arrived = [entry.frame for entry in await calls(station, csms)]

    named = [call.action for call in arrived if isinstance(call, Call)]
    check.equal(named, [need.__name__ for need in ORDERED], clause="OCPP-J 1.6 4.2.1")


@scenario(
    "v16.transport.own-calls.empty-payload",
    spec=["OCPP-J 1.6 4.2.1"],
    requirements=["J-4.2.1-c"],
    needs=[ClearCache, GetLocalListVersion],
)
async def test_empty_payloads_are_empty_objects(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """CALLs without members are evoked; that their payload is written as an empty object is a rule of the wire."""
    await station.ready()

    for operation in (ClearCache(station=station.id), GetLocalListVersion(station=station.id)):
        await csms.perform(operation)
        call = await station.next_call(operation.action())
        await station.answer_by_default(call)

    evoked(rules.CALL_PAYLOAD, station, check)
