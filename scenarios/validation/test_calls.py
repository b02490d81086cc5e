"""CALLs of a station, valid and invalid: are they told apart?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.corpus import Invalid, Rule, Valid
from harness.judgement import judge_refusal
from harness.scenario import Member, family
from harness.verdict import SHALL, SHOULD, Checks, Inconclusive
from harness.versions import V16, VERSIONS, Version
from scenarios.validation.corpus import (
    DISPUTED,
    Sample,
    good_call,
    holds,
    invalid_calls,
    valid_calls,
)
from simulators.observation import Answer, Refusal, gist
from simulators.station import Station

_REQUIREMENTS: Mapping[Rule, Sequence[str]] = {
    Rule.REQUIRED: ["J-4.2.3-g"],
    Rule.TYPE: ["J-4.2.3-h"],
    Rule.NULL: ["J-4.2.3-h"],
    Rule.ENUM: ["J-4.2.3-i"],
    Rule.MAX_LENGTH: ["J-4.2.3-j"],
    Rule.ADDITIONAL: ["J-4.2.3-k"],
    Rule.FORMAT: ["J-4.2.3-l"],
}
"""What OCPP-J 1.6 demands of each constraint."""

_TOLERANT = {Rule.MAX_LENGTH: ["max-length-unchecked"], Rule.ADDITIONAL: ["unknown-members-accepted"]}


def _mutants(version: Version, case: Invalid) -> list[str]:
    """Return the mutants that a case catches: it fails one of them, or it remarks on a tolerant one."""
    accused = version.fair(case.rule, required=case.required).acceptance is SHALL
    return ["payloads-unchecked"] if accused else _TOLERANT.get(case.rule, [])


def _invalid() -> Iterator[Member]:
    for version in VERSIONS.values():
        for case, sample in invalid_calls(version):
            yield Member(
                id=f"{version.prefix}.validation.{sample.action}.{case.id}",
                title=f"{sample.action} is refused where {case.description}.",
                case=sample,
                needs=sample.needs,
                spec=[f"OCPP-J {version} 4.2.3"],
                requirements=_REQUIREMENTS.get(case.rule, ()) if version is V16 else (),
                mutants=_mutants(version, case),
            )


_FAR_OFF = ("moment-epoch", "moment-year-one", "moment-after-2038")


def _choosy(case: Valid) -> list[str]:
    """Return the mutants that dislike a valid CALL for something that it holds."""
    if case.id in _FAR_OFF:
        return ["timestamp-beyond-32-bits"]
    return ["empty-texts-refused"] if case.id.endswith("-empty") else []


def _valid() -> Iterator[Member]:
    for version in VERSIONS.values():
        for case, sample in valid_calls(version):
            old_spelling = sample.action == "StopTransaction" and holds(case.payload, frozenset({"Celcius"}))
            disputed = ["celcius-refused"] if old_spelling else []
            yield Member(
                id=f"{version.prefix}.validation.{sample.action}.accepts-{case.id}",
                title=f"{sample.action} is accepted where {case.description}.",
                case=sample,
                needs=sample.needs,
                spec=[f"OCPP-J {version} 4.2"],
                mutants=disputed if holds(case.payload, DISPUTED) else ["valid-refused", *_choosy(case)],
            )


@family(_invalid())
async def test_invalid_call_is_refused(booted: Station, check: Checks, case: Sample) -> None:
    """A CALL that breaks one constraint is refused with a fitting code, and a good one of its action is accepted."""
    assert case.invalid is not None
    clause, fair = f"OCPP-J {case.version} 4.2.3", case.version.fair(case.invalid.rule, required=case.invalid.required)

    outcome = await booted.attempt(case.action, case.payload)
    judge_refusal(gist(outcome), fair, check, clause=clause)
    control = await booted.attempt(case.action, good_call(case.version, case.action))
    if isinstance(outcome, Refusal):
        if isinstance(control, Refusal):
            raise Inconclusive(f"a good {case.action} is refused as well: {control}")
        check.measure("right code of refused", outcome.code in fair.right)
    check.measure("refused of invalid", isinstance(outcome, Refusal))
    check.equal(gist(control), "CALLRESULT", clause=clause)


@family(_valid())
async def test_valid_call_is_accepted(booted: Station, check: Checks, case: Sample) -> None:
    """A CALL that is valid, however unusual, is answered with a CALLRESULT."""
    id = booted.new_id()
    if case.text is None:
        outcome = await booted.attempt(case.action, case.payload, unique_id=id)
    else:
        text = case.text.replace("{id}", id).replace("{action}", case.action)
        outcome = await booted.attempt_raw(text, id)
    accepted = isinstance(outcome, Answer)
    level = SHOULD if holds(case.payload, DISPUTED) else SHALL
    check.that(accepted, "a CALLRESULT", clause=f"OCPP-J {case.version} 4.2", observed=outcome, level=level)
    check.measure("accepted of valid", accepted)
