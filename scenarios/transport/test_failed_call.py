"""The central system's CALLs that do not get the answer they should: OCPP-J sections 4.1.1 and 4.2.3."""

from typing import Any

from harness.csms import OutcomeReader
from harness.csms.console import Csms
from harness.ocppj import CallError, CallResult
from harness.scenario import Declares, scenario
from harness.settings import PoliciesSection
from harness.verdict import SHOULD, Checks
from harness.versions import V16, V201
from scenarios.transport.dialects import CLEAR_CACHE, EVERY_VERSION, RESET, dialect, needs
from simulators.aftermath import Service, aftermath, sign_of_life
from simulators.station import Station

CLAUSE = "OCPP-J {version} 4.1.1"

CODES = (*sorted(V16.error_codes | V201.error_codes), "Bogus")


@scenario(
    "transport.failed-call.call-error-ends-it",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.1"],
    requirements={"1.6": ["J-4.1.1-e"]},
    needs=needs(CLEAR_CACHE),
    mutants=["call-error-never-ends", "unknown-error-code-closes"],
)
async def test_call_error_ends_a_call(station: Station, csms: Csms, check: Checks) -> None:
    """After a CALLERROR with whatever code, the next CALL is sent on the same connection."""
    await station.ready()

    for code in CODES:
        await csms.perform(dialect(station).clear_cache())
        call = await station.next_call("ClearCache")
        await call.refuse(code, "refused by the scenario")
        (await sign_of_life(station)).judge(check, clause=CLAUSE)
    await csms.perform(dialect(station).clear_cache())
    last = await station.next_call("ClearCache")
    check.equal(last.payload, {}, clause=CLAUSE)


@scenario(
    "transport.failed-call.call-error-reported",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.1"],
    requirements={"1.6": ["J-4.1.1-e"]},
    needs=needs(CLEAR_CACHE, OutcomeReader),
    mutants=["call-error-taken-for-success"],
)
async def test_call_error_is_reported(station: Station, csms: Csms, check: Checks) -> None:
    """The operator is told of a CALLERROR as a failure, whatever its code."""
    await station.ready()

    for code in CODES:
        receipt = await csms.perform(dialect(station).clear_cache())
        call = await station.next_call("ClearCache")
        await call.refuse(code, "refused by the scenario")
        outcome = await csms.outcome(receipt)
        check.equal(f"{code}: {outcome.state}", f"{code}: failed", clause=CLAUSE)


@scenario(
    "transport.failed-call.timeout",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.1"],
    requirements={"1.6": ["J-4.1.1-d"]},
    needs=needs(CLEAR_CACHE, OutcomeReader, Declares("call_timeout")),
)
async def test_unanswered_call_times_out(
    station: Station, csms: Csms, policies: PoliciesSection, check: Checks
) -> None:
    """A CALL that is never answered is given up and reported, and the next one is sent."""
    await station.ready()
    assert policies.call_timeout is not None

    first = await csms.perform(dialect(station).clear_cache())
    station.write_off(await station.next_call("ClearCache"))
    await csms.perform(dialect(station).clear_cache())
    limit = policies.call_timeout + station.patience
    second = await station.next_call("ClearCache", patience=limit, level=SHOULD)
    await second.answer(status="Accepted")

    check.equal((await csms.outcome(first)).state, "failed", clause=CLAUSE, level=SHOULD)


@scenario(
    "transport.failed-call.station-served-on",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.1"],
    requirements={"1.6": ["J-4.1.1-b", "J-4.1.1-d"]},
    needs=needs(CLEAR_CACHE),
    mutants=["unanswered-call-wedges"],
)
async def test_station_that_leaves_a_call_unanswered_is_served_on(
    station: Station, csms: Csms, policies: PoliciesSection, check: Checks
) -> None:
    """A station that never answers a CALL gets its own CALLs answered; a wedge that ends with the timeout remarks."""
    await station.ready()

    await csms.perform(dialect(station).clear_cache())
    station.write_off(await station.next_call("ClearCache"))
    life = await sign_of_life(station, watch=policies.call_timeout or 0.0)
    if life.service is Service.MUTE and policies.call_timeout is None:
        check.equal(life, Service.KEPT, clause=CLAUSE, level=SHOULD)
    else:
        life.judge(check, clause=CLAUSE, closing=SHOULD)


@scenario(
    "transport.failed-call.late-answer",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.1", "OCPP-J {version} 4.1.4"],
    requirements={"1.6": ["J-4.1.1-f"]},
    needs=needs(CLEAR_CACHE, OutcomeReader, Declares("call_timeout")),
)
async def test_late_answer_is_discarded(station: Station, csms: Csms, policies: PoliciesSection, check: Checks) -> None:
    """An answer after the timeout is not taken for that of a newer CALL."""
    await station.ready()
    assert policies.call_timeout is not None

    first = await csms.perform(dialect(station).clear_cache())
    late = await station.next_call("ClearCache")
    station.write_off(late)
    second = await csms.perform(dialect(station).clear_cache())
    limit = policies.call_timeout + station.patience
    newer = await station.next_call("ClearCache", patience=limit, level=SHOULD)
    await late.answer(status="Accepted")
    (await sign_of_life(station)).judge(check, clause=CLAUSE, closing=SHOULD)
    await newer.answer(status="Rejected")

    check.equal((await csms.outcome(second)).status, "Rejected", clause=CLAUSE, level=SHOULD)
    check.equal((await csms.outcome(first)).state, "failed", clause=CLAUSE, level=SHOULD)


@scenario(
    "transport.failed-call.stray-answer",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.4", "OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.1.1-g"]},
    mutants=["stray-answer-answered"],
)
async def test_stray_answer_is_ignored(station: Station, check: Checks) -> None:
    """An answer to a CALL that was never sent is left alone: no CALLERROR, and the session goes on."""
    await station.ready()

    for stray in (CallResult("nope", {}), CallError("nope", "GenericError")):
        after = await aftermath(station, stray)
        check.equal(after.texts, (), clause="OCPP-J {version} 4.2.3")
        after.life.judge(check, clause=CLAUSE, closing=SHOULD)


@scenario(
    "transport.failed-call.invalid-answer",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.2", "OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.3-p"]},
    needs=needs(RESET, OutcomeReader),
    mutants=["invalid-answer-taken-for-accepted"],
)
async def test_invalid_answer_is_a_failure(station: Station, csms: Csms, check: Checks) -> None:
    """A CALLRESULT that its schema forbids never counts as success; the session goes on, and so do operations."""
    await station.ready()

    answers: tuple[dict[str, Any], ...] = ({}, {"status": "Foo"}, {"status": 1})
    for answer in answers:
        receipt = await csms.perform(dialect(station).reset())
        await (await station.next_call("Reset")).answer(answer)
        outcome = await csms.outcome(receipt)
        check.that(outcome.status != "Accepted", "no success", observed=outcome, clause="OCPP-J {version} 4.2.2")
        check.equal(outcome.state, "failed", clause="OCPP-J {version} 4.2.2", level=SHOULD)
        (await sign_of_life(station)).judge(check, clause="OCPP-J {version} 4.2.2", closing=SHOULD)
    receipt = await csms.perform(dialect(station).reset())
    await (await station.next_call("Reset", level=SHOULD)).answer(status="Rejected")
    check.equal((await csms.outcome(receipt)).status, "Rejected", clause="OCPP-J {version} 4.2.2", level=SHOULD)


@scenario(
    "transport.failed-call.unreadable-answer",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.1.1", "OCPP-J {version} 4.2.2"],
    requirements={"1.6": ["J-4.2.3-p"]},
    needs=needs(CLEAR_CACHE, Declares("call_timeout")),
    mutants=["unparsable-answer-never-ends"],
)
async def test_unreadable_answer_ends_a_call(
    station: Station, csms: Csms, policies: PoliciesSection, check: Checks
) -> None:
    """After an answer that is not formed as one, the next CALL is sent, at the latest after the timeout."""
    await station.ready()
    limit = (policies.call_timeout or 0.0) + station.patience

    for rest in ([], ["x"], [None], [{"status": "Accepted"}, {}]):
        await csms.perform(dialect(station).clear_cache())
        call = await station.next_call("ClearCache", patience=limit, level=SHOULD)
        await station.send([3, call.unique_id, *rest])
        (await sign_of_life(station)).judge(check, clause=CLAUSE, closing=SHOULD)
    await csms.perform(dialect(station).clear_cache())
    await (await station.next_call("ClearCache", patience=limit, level=SHOULD)).answer(status="Accepted")
