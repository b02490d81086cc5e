"""The central system's own CALLs as frames: OCPP-J sections 4.1.4 and 4.2.1."""

from collections.abc import Mapping, Sequence

from harness import rules
from harness.csms import Operation, v16, v201
from harness.csms.console import Csms
from harness.ocppj import Call
from harness.scenario import need_name, scenario
from harness.trace import Entry
from harness.verdict import Checks
from scenarios.evoked import evoked
from scenarios.transport.dialects import CLEAR_CACHE, EVERY_VERSION, READ, RESET, WRITE, dialect, needs
from simulators.station import Station

ORDERS = needs(CLEAR_CACHE, READ, WRITE, RESET)

BARE: Mapping[str, Sequence[type[Operation]]] = {
    "1.6": [v16.ClearCache, v16.GetLocalListVersion],
    "2.0.1": [v201.ClearCache],
}
"""Operations that have no members."""


async def calls(station: Station, csms: Csms) -> Sequence[Entry]:
    """Have four different operations performed, and return their CALLs."""
    await station.ready()
    say = dialect(station)
    arrived = []
    for operation in (say.clear_cache(), say.read(), say.write(), say.reset()):
        await csms.perform(operation)
        call = await station.next_call(operation.action())
        await station.answer_by_default(call)
        arrived.append(call.entry)
    return arrived


@scenario(
    "transport.own-calls.unique-id-bounded",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.4"],
    requirements={"1.6": ["J-4.1.4-b"]},
    needs=ORDERS,
    mutants=["call-id-overlong", "call-id-empty"],
)
async def test_own_unique_ids_are_bounded(station: Station, csms: Csms, check: Checks) -> None:
    """Operations evoke CALLs; that their unique ids are strings of 1 to 36 characters is a rule of the wire."""
    await calls(station, csms)

    evoked(rules.ID_FORM, station, check)


@scenario(
    "transport.own-calls.unique-id-never-reused",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.4"],
    requirements={"1.6": ["J-4.1.4-c"]},
    needs=needs(CLEAR_CACHE),
    mutants=["call-id-constant", "call-id-wraps-around"],
)
async def test_own_unique_ids_are_never_reused(station: Station, csms: Csms, check: Checks) -> None:
    """Fifty CALLs are evoked on one connection; that no unique id comes twice is a rule of the wire."""
    await station.ready()

    for _ in range(50):
        await csms.perform(dialect(station).clear_cache())
        call = await station.next_call("ClearCache")
        await call.answer(status="Accepted")

    evoked(rules.ID_FRESH, station, check)


@scenario(
    "v201.transport.own-calls.unique-id-new-on-each-connection",
    spec=["OCPP-J 2.0.1 4.1.4"],
    needs=[v201.ClearCache],
    mutants=["call-ids-start-again"],
)
async def test_own_unique_ids_are_new_on_each_connection(station: Station, csms: Csms, check: Checks) -> None:
    """No unique id of a CALL comes again after a reconnect of the station."""
    await station.ready()
    seen: list[str] = []

    for _ in range(2):
        for _ in range(3):
            await csms.perform(dialect(station).clear_cache())
            call = await station.next_call("ClearCache")
            check.that(call.unique_id not in seen, "a new id", observed=call.unique_id, clause="OCPP-J 2.0.1 4.1.4")
            seen.append(call.unique_id)
            await call.answer(status="Accepted")
        await station.reboot()


@scenario(
    "transport.own-calls.four-elements",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.1"],
    requirements={"1.6": ["J-4.2.1-a"]},
    needs=ORDERS,
    mutants=["call-fifth-element"],
)
async def test_calls_have_four_elements(station: Station, csms: Csms, check: Checks) -> None:
    """Operations evoke CALLs, whose elements are a matter of the rules of the wire."""
    await calls(station, csms)

    evoked(rules.CALL_ELEMENTS, station, check)


@scenario(
    "transport.own-calls.action-spelled-exactly",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.1"],
    requirements={"1.6": ["J-4.2.1-b"]},
    needs=ORDERS,
    mutants=["call-action-with-slash"],
)
async def test_actions_are_spelled_exactly(station: Station, csms: Csms, check: Checks) -> None:
    """The action of each CALL is the name of the operation that was ordered, in its exact spelling."""
    arrived = [entry.frame for entry in await calls(station, csms)]

    named = [call.action for call in arrived if isinstance(call, Call)]
    check.equal(named, [need_name(need) for need in ORDERS[station.version.name]], clause="OCPP-J {version} 4.2.1")


@scenario(
    "transport.own-calls.empty-payload",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.1"],
    requirements={"1.6": ["J-4.2.1-c"]},
    needs=BARE,
)
async def test_empty_payloads_are_empty_objects(station: Station, csms: Csms, check: Checks) -> None:
    """CALLs without members are evoked; that their payload is written as an empty object is a rule of the wire."""
    await station.ready()

    for kind in BARE[station.version.name]:
        await csms.perform(kind(station=station.id))
        call = await station.next_call(kind.action())
        await station.answer_by_default(call)

    evoked(rules.CALL_PAYLOAD, station, check)
