"""The central system's own CALLs as frames: OCPP-J 1.6 sections 4.1.4 and 4.2.1."""

from collections.abc import Sequence

from harness.csms import Operation
from harness.csms.console import Csms
from harness.csms.v16 import ChangeConfiguration, ClearCache, GetConfiguration, GetLocalListVersion, Reset
from harness.ocppj import elements
from harness.scenario import scenario
from harness.schemas import schemas
from harness.trace import Entry
from harness.verdict import SHOULD, Checks
from simulators.v16 import ChargePoint

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
    """The unique id of each CALL is a string of 1 to 36 characters."""
    for entry in await calls(station, csms):
        unique_id = (elements(entry.text) or [None, None])[1]
        proper = isinstance(unique_id, str) and 1 <= len(unique_id) <= 36
        expected = "a string of 1 to 36 characters"
        check.that(proper, expected, observed=unique_id, clause="OCPP-J 1.6 4.1.4", at=entry.index)


@scenario(
    "v16.transport.own-calls.unique-id-never-reused",
    spec=["OCPP-J 1.6 4.1.4"],
    requirements=["J-4.1.4-c"],
    needs=[ClearCache],
    mutants=["call-id-constant", "call-id-wraps-around"],
)
async def test_own_unique_ids_are_never_reused(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Fifty CALLs on one connection have fifty different unique ids."""
    await station.ready()
    ids = []

    for _ in range(50):
        await csms.perform(ClearCache(station=station.id))
        call = await station.next_call("ClearCache")
        ids.append(call.unique_id)
        await call.answer(status="Accepted")

    repeated = sorted({unique_id for unique_id in ids if ids.count(unique_id) > 1})
    check.equal(repeated, [], clause="OCPP-J 1.6 4.1.4")


@scenario(
    "v16.transport.own-calls.four-elements",
    spec=["OCPP-J 1.6 4.2.1"],
    requirements=["J-4.2.1-a"],
    needs=NEEDS,
    mutants=["call-fifth-element"],
)
async def test_calls_have_four_elements(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Each CALL is an array of four elements: 2, unique id, action and payload object."""
    for entry in await calls(station, csms):
        kinds = [type(one).__name__ for one in elements(entry.text) or ()]
        check.equal(kinds, ["int", "str", "str", "dict"], clause="OCPP-J 1.6 4.2.1", at=entry.index)


@scenario(
    "v16.transport.own-calls.action-spelled-exactly",
    spec=["OCPP-J 1.6 4.2.1"],
    requirements=["J-4.2.1-b"],
    needs=NEEDS,
    mutants=["call-action-with-slash"],
)
async def test_actions_are_spelled_exactly(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The action of each CALL is the name of the operation that was ordered, in its exact spelling."""
    for entry in await calls(station, csms):
        action = (elements(entry.text) or [None] * 3)[2]
        known = action in schemas("1.6").actions
        check.that(known, "an action of OCPP 1.6", observed=action, clause="OCPP-J 1.6 4.2.1", at=entry.index)


@scenario(
    "v16.transport.own-calls.empty-payload",
    spec=["OCPP-J 1.6 4.2.1"],
    requirements=["J-4.2.1-c"],
    needs=[ClearCache, GetLocalListVersion],
)
async def test_empty_payloads_are_empty_objects(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The empty payload of ClearCache and GetLocalListVersion is written as an empty object."""
    await station.ready()

    for operation in (ClearCache(station=station.id), GetLocalListVersion(station=station.id)):
        await csms.perform(operation)
        call = await station.next_call(operation.action())
        await station.answer_by_default(call)
        written = (elements(call.entry.text) or [None])[-1]
        check.equal(written, {}, clause="OCPP-J 1.6 4.2.1", level=SHOULD, at=call.entry.index)
