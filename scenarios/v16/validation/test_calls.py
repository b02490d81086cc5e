"""CALLs of a station, valid and invalid: are they told apart?"""

from __future__ import annotations

from collections.abc import Iterator

from harness.corpus import Invalid, Rule, Valid
from harness.judgement import judge_refusal
from harness.scenario import Member, family
from harness.verdict import SHALL, SHOULD, Checks, Inconclusive
from harness.versions import V16
from scenarios.v16.validation.corpus import (
    DISPUTED,
    STATION_CALLS,
    Sample,
    good_call,
    holds,
    invalid_calls,
    valid_calls,
)
from simulators.observation import Answer, Refusal, gist
from simulators.v16 import ChargePoint

_REQUIREMENTS = {
    Rule.REQUIRED: ["J-4.2.3-g"],
    Rule.TYPE: ["J-4.2.3-h"],
    Rule.NULL: ["J-4.2.3-h"],
    Rule.ENUM: ["J-4.2.3-i"],
    Rule.MAX_LENGTH: ["J-4.2.3-j"],
    Rule.ADDITIONAL: ["J-4.2.3-k"],
    Rule.FORMAT: ["J-4.2.3-l"],
    Rule.MIN_ITEMS: [],
}


_TOLERANT = {Rule.MAX_LENGTH: ["max-length-unchecked"], Rule.ADDITIONAL: ["unknown-members-accepted"]}


def _mutants(case: Invalid) -> list[str]:
    """Return the mutants that a case catches: it fails one of them, or it remarks on a tolerant one."""
    accused = V16.fair(case.rule, required=case.required).acceptance is SHALL
    return ["payloads-unchecked"] if accused else _TOLERANT.get(case.rule, [])


def _invalid() -> Iterator[Member]:
    for action in STATION_CALLS:
        for case, sample in invalid_calls(action):
            yield Member(
                id=f"v16.validation.{action}.{case.id}",
                title=f"{action} is refused where {case.description}.",
                case=sample,
                needs=sample.needs,
                spec=["OCPP-J 1.6 4.2.3"],
                requirements=_REQUIREMENTS[case.rule],
                mutants=_mutants(case),
            )


_FAR_OFF = ("moment-epoch", "moment-year-one", "moment-after-2038")


def _choosy(case: Valid) -> list[str]:
    """Return the mutants that dislike a valid CALL for something that it holds."""
    if case.id in _FAR_OFF:
        return ["timestamp-beyond-32-bits"]
    return ["empty-texts-refused"] if case.id.endswith("-empty") else []


def _valid() -> Iterator[Member]:
    for action in STATION_CALLS:
        for case, sample in valid_calls(action):
            old_spelling = action == "StopTransaction" and holds(case.payload, frozenset({"Celcius"}))
            disputed = ["celcius-refused"] if old_spelling else []
            yield Member(
                id=f"v16.validation.{action}.accepts-{case.id}",
                title=f"{action} is accepted where {case.description}.",
                case=sample,
                needs=sample.needs,
                spec=["OCPP-J 1.6 4.2"],
                mutants=disputed if holds(case.payload, DISPUTED) else ["valid-refused", *_choosy(case)],
            )


@family(_invalid())
async def test_invalid_call_is_refused(booted: ChargePoint, check: Checks, case: Sample) -> None:
    """A CALL that breaks one constraint is refused with a fitting code, and a good one of its action is accepted."""
    assert case.invalid is not None
    fair = V16.fair(case.invalid.rule, required=case.invalid.required)

    outcome = await booted.attempt(case.action, case.payload)
    judge_refusal(gist(outcome), fair, check, clause="OCPP-J 1.6 4.2.3")
    control = await booted.attempt(case.action, good_call(case.action))
    if isinstance(outcome, Refusal):
        if isinstance(control, Refusal):
            raise Inconclusive(f"a good {case.action} is refused as well: {control}")
        check.measure("right code of refused", outcome.code in fair.right)
    check.measure("refused of invalid", isinstance(outcome, Refusal))
    check.equal(gist(control), "CALLRESULT", clause="OCPP-J 1.6 4.2.3")


@family(_valid())
async def test_valid_call_is_accepted(booted: ChargePoint, check: Checks, case: Sample) -> None:
    """A CALL that is valid, however unusual, is answered with a CALLRESULT."""
    id = booted.new_id()
    if case.text is None:
        outcome = await booted.attempt(case.action, case.payload, unique_id=id)
    else:
        text = case.text.replace("{id}", id).replace("{action}", case.action)
        outcome = await booted.attempt_raw(text, id)
    accepted = isinstance(outcome, Answer)
    level = SHOULD if holds(case.payload, DISPUTED) else SHALL
    check.that(accepted, "a CALLRESULT", clause="OCPP-J 1.6 4.2", observed=outcome, level=level)
    check.measure("accepted of valid", accepted)
