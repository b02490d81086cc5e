"""CALLs of the station that are not shaped, or not spelled, as OCPP-J section 4.2.1 says."""

from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import AnyStations
from scenarios.transport.clauses import ANSWERED
from scenarios.transport.dialects import EVERY_VERSION
from simulators.aftermath import aftermath, sign_of_life
from simulators.observation import Refusal, gist
from simulators.station import Station

CLAUSE = "OCPP-J {version} 4.2.1"


@scenario(
    "transport.call-shape.action-matched-exactly",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.1"],
    requirements={"1.6": ["J-4.2.1-b"]},
    mutants=["actions-of-any-case", "actions-with-slash"],
)
async def test_action_is_matched_exactly(station: Station, check: Checks) -> None:
    """A CALL whose action is in the wrong case, or begins with a slash, is answered with CALLERROR."""
    await station.ready()

    for action in ("heartbeat", "/Heartbeat"):
        outcome = await station.attempt(action)
        refused = gist(outcome) not in ("CALLRESULT", "silence", "close")
        check.that(refused, f"a CALLERROR to {action}", observed=outcome, clause=CLAUSE)
        (await sign_of_life(station)).judge(check, clause=CLAUSE, closing=SHOULD)


@scenario(
    "transport.call-shape.null-payload-accepted",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.1", ANSWERED],
    requirements={"1.6": ["J-4.2.1-d"]},
    mutants=["null-payload-unanswered"],
)
async def test_null_payload_is_taken_for_an_empty_one(station: Station, check: Checks) -> None:
    """A Heartbeat whose payload is null is served as one with an empty payload, or refused, but never ignored."""
    await station.ready()
    unique_id = station.new_id()

    outcome = await station.attempt_raw([2, unique_id, "Heartbeat", None], unique_id)

    refused = [] if gist(outcome) == "silence" else [gist(outcome)]
    check.graded(gist(outcome), good=["CALLRESULT"], tolerable=refused, clause=CLAUSE)
    (await sign_of_life(station)).judge(check, clause=CLAUSE, closing=SHOULD)


@scenario(
    "transport.call-shape.malformed-not-served",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.1", "OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.1-e"]},
    mutants=["malformed-call-locks-out", "malformed-call-stops-others"],
)
async def test_malformed_call_is_not_served(station: Station, stations: AnyStations, check: Checks) -> None:
    """A CALL with too few or too many elements, or without a payload object, is not served, and harms nobody."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    for rest in ([], ["Heartbeat"], ["Heartbeat", {}, {}], ["Heartbeat", []], ["Heartbeat", "x"], ["Heartbeat", 5]):
        after = await aftermath(station, [2, station.new_id(), *rest])
        check.equal(after.results, (), clause=CLAUSE, level=SHOULD)
        after.life.judge(check, clause=CLAUSE, closing=SHOULD)
    (await sign_of_life(other)).judge(check, clause=CLAUSE)


@scenario(
    "transport.call-shape.malformed-answered",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.1", "OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.1-e"]},
    mutants=["malformed-call-unanswered"],
)
async def test_malformed_call_is_answered(station: Station, check: Checks) -> None:
    """A CALL without payload, or with a fifth element, is refused under its unique id rather than ignored."""
    await station.ready()

    for rest in (["Heartbeat"], ["Heartbeat", {}, {}]):
        unique_id = station.new_id()
        outcome = await station.attempt_raw([2, unique_id, *rest], unique_id)
        refused, expected = isinstance(outcome, Refusal), f"a CALLERROR to {len(rest) + 2} elements"
        check.that(refused, expected, observed=outcome, clause="OCPP-J {version} 4.2.3", level=SHOULD)
        (await sign_of_life(station)).judge(check, clause=CLAUSE, closing=SHOULD)
