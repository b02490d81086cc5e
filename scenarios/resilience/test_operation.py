"""A connection that is lost between a CALL of the central system and its answer: OCPP-J section 4.1.1."""

from harness.csms import OutcomeReader
from harness.csms.console import Csms
from harness.ocppj import CallResult
from harness.scenario import PROXY, Declares, scenario
from harness.settings import PoliciesSection
from harness.verdict import SHOULD, Checks
from scenarios.resilience.comeback import calls_of, served_again
from scenarios.stage.orders import delivered
from scenarios.transport.clauses import RECONNECTING
from scenarios.transport.dialects import EVERY_VERSION, RESET, dialect, needs
from simulators.aftermath import aftermath
from simulators.network.network import Network
from simulators.station import Station

CALLS = "OCPP-J {version} 4.1.1"


@scenario(
    "resilience.operation.lost-is-no-success",
    versions=EVERY_VERSION,
    spec=[CALLS],
    needs=needs(RESET, OutcomeReader, PROXY),
    mutants=["lost-call-taken-for-accepted"],
)
async def test_lost_call_is_no_success(station: Station, csms: Csms, network: Network, check: Checks) -> None:
    """A CALL whose answer was lost with the connection is told as failed, or is sent again."""
    await station.ready()

    asked = await csms.perform(dialect(station).reset())
    await station.next_call("Reset")
    await network.cut()
    lost = len(station.trace)
    await served_again(station, check)

    outcome = await csms.outcome(asked)
    told = f"{outcome.state}, {'sent again' if calls_of(station, 'Reset', since=lost) else 'not sent again'}"
    good = ["failed, not sent again", "failed, sent again", "answered, sent again"]
    check.graded(told, good=good, tolerable=["pending, not sent again", "pending, sent again"], clause=CALLS)


@scenario(
    "resilience.operation.late-answer",
    versions=EVERY_VERSION,
    spec=[CALLS, "OCPP-J {version} 4.1.4"],
    needs=needs(RESET, OutcomeReader, Declares("call_timeout"), PROXY),
    mutants=["answer-of-any-id", "stray-answer-answered", "lost-call-never-ends"],
)
async def test_late_answer(
    station: Station, csms: Csms, network: Network, policies: PoliciesSection, check: Checks
) -> None:
    """An answer that a station still gives on its next connection is not taken for that to the next CALL."""
    await station.ready()
    say = dialect(station)
    limit = (policies.call_timeout or 0.0) + station.patience

    await csms.perform(say.reset(say.resets[0]))
    lost = await station.next_call("Reset")
    await network.cut()
    await served_again(station, check)
    asked = await csms.perform(say.reset(say.resets[1]))
    newer = await station.next_call("Reset", patience=limit, type=say.resets[1])
    after = await aftermath(station, CallResult(lost.unique_id, {"status": "Accepted"}))
    await newer.answer(status="Rejected")

    check.equal(after.texts, (), clause="OCPP-J {version} 4.2.3")
    after.life.judge(check, clause=CALLS, closing=SHOULD)
    outcome = await csms.outcome(asked)
    check.that(outcome.status != "Accepted", "not Accepted", observed=outcome, clause="OCPP-J {version} 4.1.4")


@scenario(
    "resilience.operation.not-again",
    versions=EVERY_VERSION,
    spec=[RECONNECTING, CALLS],
    needs=needs(RESET, PROXY),
    mutants=["answered-operation-sent-again"],
)
async def test_answered_call_does_not_come_again(station: Station, csms: Csms, network: Network, check: Checks) -> None:
    """A CALL that was answered before the connection was lost does not come again; the next one comes."""
    await station.ready()
    say = dialect(station)

    await delivered(station, csms, say.reset(say.resets[0]), status="Rejected")
    await station.probe()
    await network.cut()
    lost = len(station.trace)
    await served_again(station, check)
    await csms.perform(say.reset(say.resets[1]))
    await (await station.next_call("Reset", type=say.resets[1])).answer(status="Rejected")

    again = [one.payload for one in calls_of(station, "Reset", since=lost) if one.payload["type"] == say.resets[0]]
    check.equal(again, [], clause=RECONNECTING)
