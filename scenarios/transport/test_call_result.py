"""CALLRESULTs: OCPP-J 1.6 sections 4.2.2 and 4.2.4."""

from harness.csms import Registration, RegistrationControl
from harness.csms.console import Csms
from harness.ocppj import elements
from harness.scenario import scenario
from harness.schemas import Kind, schemas
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.messages import core_calls
from simulators.observation import Answer, gist
from simulators.v16 import ChargePoint

CLAUSE = "OCPP-J 1.6 4.2.2"

EMPTY = ("StatusNotification", "MeterValues", "StopTransaction")


@scenario(
    "v16.transport.call-result.three-elements",
    spec=["OCPP-J 1.6 4.2.2"],
    requirements=["J-4.2.2-a"],
    mutants=["result-fourth-element"],
)
async def test_call_results_have_three_elements(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Each CALLRESULT is an array of three elements: 3, unique id and payload object."""
    await station.connect()

    for action, payload in core_calls(tags.unknown()):
        answer = await station.call(action, payload)
        kinds = [type(one).__name__ for one in elements(answer.entry.text) or ()]
        check.equal(kinds, ["int", "str", "dict"], clause=CLAUSE)


@scenario("v16.transport.call-result.empty-payload", spec=["OCPP-J 1.6 4.2.2"], requirements=["J-4.2.1-c"])
async def test_empty_answers_are_empty_objects(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """The empty payload of an answer is written as an empty object."""
    await station.ready()

    for action, payload in core_calls(tags.unknown()):
        if action in EMPTY:
            answer = await station.call(action, payload)
            written = (elements(answer.entry.text) or [None])[-1]
            check.equal(written, {}, clause="OCPP-J 1.6 4.2.1", level=SHOULD)


@scenario(
    "v16.transport.call-result.negative-outcome",
    spec=["OCPP-J 1.6 4.2.2"],
    requirements=["J-4.2.2-b"],
    mutants=["invalid-tag-call-error", "unknown-vendor-call-error"],
)
async def test_negative_outcomes_are_call_results(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """An unknown or blocked idTag and an unknown vendor are told by a status, not by CALLERROR."""
    await station.ready()
    negative = [
        ("Authorize", {"idTag": tags.unknown()}),
        ("DataTransfer", {"vendorId": "org.plugfest.unknown"}),
        ("Authorize", {"idTag": await tags.blocked()}),
    ]

    for action, payload in negative:
        outcome = await station.attempt(action, payload)
        check.equal(f"{action}: {gist(outcome)}", f"{action}: CALLRESULT", clause=CLAUSE)


@scenario(
    "v16.transport.call-result.rejected-station",
    spec=["OCPP-J 1.6 4.2.2", "OCPP 1.6 4.2"],
    requirements=["J-4.2.2-b"],
    needs=[RegistrationControl],
    mutants=["rejected-boot-call-error"],
)
async def test_rejection_of_a_station_is_a_call_result(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The BootNotification of a station that is rejected is answered with a status, not with CALLERROR."""
    await csms.set_registration(station.id, Registration.REJECTED)
    await station.connect()

    outcome = await station.attempt("BootNotification", station.identity)

    check.equal(gist(outcome), "CALLRESULT", clause=CLAUSE)
    status = outcome.payload.get("status") if isinstance(outcome, Answer) else None
    check.equal(status, "Rejected", clause="OCPP 1.6 4.2")


@scenario(
    "v16.transport.call-result.valid-payload",
    spec=["OCPP-J 1.6 4.2.4"],
    requirements=["J-4.2.2-c"],
    mutants=["heartbeat-extra-member", "status-notification-extra-member"],
)
async def test_answers_are_valid_under_their_schemas(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """The payload of each CALLRESULT is valid under the response schema of its action."""
    await station.connect()

    for action, payload in core_calls(tags.unknown()):
        answer = await station.call(action, payload)
        found = schemas("1.6").violations(action, Kind.RESPONSE, answer.payload)
        problems = [f"{action} {one.path}: {one.message}" for one in found]
        check.equal(problems, [], clause="OCPP-J 1.6 4.2.4")
