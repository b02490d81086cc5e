"""CALLRESULTs: OCPP-J sections 4.2.2 and 4.2.4."""

from collections.abc import Sequence

from harness import rules
from harness.csms import Registration, RegistrationControl
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.schemas import Kind
from harness.verdict import Checks, Inconclusive
from scenarios.evoked import evoked
from scenarios.stage.population import Tags
from scenarios.transport.clauses import BOOT, VALID_ANSWERS
from scenarios.transport.dialects import EVERY_VERSION, dialect
from simulators.observation import Answer, gist
from simulators.station import Station

CLAUSE = "OCPP-J {version} 4.2.2"


@scenario(
    "transport.call-result.three-elements",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.2"],
    requirements={"1.6": ["J-4.2.2-a"]},
    mutants=["result-fourth-element"],
)
async def test_call_results_have_three_elements(station: Station, tags: Tags, check: Checks) -> None:
    """CALLs of all kinds evoke CALLRESULTs, whose elements are a matter of the rules of the wire."""
    await _results(station, tags)

    evoked(rules.RESULT_ELEMENTS, station, check)


@scenario(
    "transport.call-result.empty-payload",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.2"],
    requirements={"1.6": ["J-4.2.1-c"]},
)
async def test_empty_answers_are_empty_objects(station: Station, tags: Tags, check: Checks) -> None:
    """Answers without members are evoked; that they are written as an empty object is a rule of the wire."""
    await _results(station, tags)

    evoked(rules.RESULT_PAYLOAD, station, check)


@scenario(
    "transport.call-result.negative-outcome",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.2"],
    requirements={"1.6": ["J-4.2.2-b"]},
    mutants={"1.6": ["invalid-tag-call-error"], "2.0.1": ["unknown-token-call-error"]},
)
async def test_negative_outcomes_are_call_results(station: Station, tags: Tags, check: Checks) -> None:
    """An unknown or blocked idTag is told by a status, not by CALLERROR."""
    await station.ready()
    unknown, blocked = tags.unknown(), await tags.blocked()
    say = dialect(station)
    negative = [say.authorize(unknown), say.start(unknown), say.authorize(blocked)]

    for action, payload in negative:
        outcome = await station.attempt(action, payload)
        check.equal(f"{action}: {gist(outcome)}", f"{action}: CALLRESULT", clause=CLAUSE)


@scenario(
    "transport.call-result.rejected-station",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.2", BOOT],
    requirements={"1.6": ["J-4.2.2-b"]},
    needs=[RegistrationControl],
    mutants=["rejected-boot-call-error"],
)
async def test_rejection_of_a_station_is_a_call_result(station: Station, csms: Csms, check: Checks) -> None:
    """The BootNotification of a station that is rejected is answered with a status, not with CALLERROR."""
    await csms.set_registration(station.id, Registration.REJECTED)
    await station.connect()

    outcome = await station.attempt("BootNotification", station.identity)

    check.equal(gist(outcome), "CALLRESULT", clause=CLAUSE)
    status = outcome.payload.get("status") if isinstance(outcome, Answer) else None
    check.equal(status, "Rejected", clause=BOOT)


@scenario(
    "transport.call-result.valid-payload",
    versions=EVERY_VERSION,
    spec=[VALID_ANSWERS],
    requirements={"1.6": ["J-4.2.2-c"]},
    mutants={
        "1.6": ["heartbeat-extra-member", "status-notification-extra-member"],
        "2.0.1": ["heartbeat-extra-member"],
    },
)
async def test_answers_are_valid_under_their_schemas(station: Station, tags: Tags, check: Checks) -> None:
    """CALLs of all kinds evoke CALLRESULTs; that they are valid under their schemas is a rule of the wire for each."""
    for action in await _results(station, tags):
        evoked(rules.payload(action, Kind.RESPONSE), station, check)


async def _results(station: Station, tags: Tags) -> Sequence[str]:
    """Return the actions that were answered with CALLRESULT, of one CALL each; what is refused is judged elsewhere."""
    await station.connect()
    outcomes = {
        action: await station.attempt(action, payload) for action, payload in station.core_calls(tags.unknown())
    }
    results = [action for action, outcome in outcomes.items() if isinstance(outcome, Answer)]
    if not results:
        raise Inconclusive("no CALL of the Core profile was answered with a CALLRESULT")
    return results
