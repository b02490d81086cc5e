"""Answers of a station, valid and invalid: is the central system misled, and does it go on?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.corpus import Invalid, Valid
from harness.csms import OutcomeReader, v16
from harness.csms.console import Csms
from harness.scenario import Member, family
from harness.trace import Event
from harness.verdict import SHALL, SHOULD, Checks
from harness.versions import V16
from scenarios.stage.population import Tags
from scenarios.v16.validation.corpus import Sample, invalid_answers, valid_answers
from scenarios.v16.validation.operations import ACTIONS, BEFORE, ordinary, telling
from simulators.aftermath import sign_of_life
from simulators.v16 import ChargePoint


def _choosy(case: Invalid | Valid) -> list[str]:
    """Return the mutants that dislike a valid answer for something that it holds."""
    if not isinstance(case, Valid):
        return []
    inexact = ["decimals-inexact"] if re.search(r"\d\.\d", repr(case.payload)) else []
    return [*inexact, *(["empty-texts-refused"] if case.id.endswith("-empty") else [])]


def _members(kind: str) -> Iterator[Member]:
    for action in ACTIONS:
        for case, sample in invalid_answers(action) if kind == "invalid" else valid_answers(action):
            good = kind == "valid"
            accused = good or V16.fair(sample.invalid.rule, required=sample.invalid.required).acceptance is SHALL  # type: ignore[union-attr]
            verb = "completes the operation" if good else "does not pass for a good one"
            mutant = "valid-answers-refused" if good else "answers-unchecked"
            yield Member(
                id=f"v16.validation.{action}.{'accepts-' if good else ''}answer-{case.id}",
                title=f"An answer to {action} {verb} where {case.description}.",
                case=sample,
                spec=["OCPP-J 1.6 4.2.2"],
                requirements=[] if good else ["J-4.2.3-p", "J-4.2.3-m"],
                needs=[v16.OPERATIONS[action], *filter(None, [BEFORE.get(action)]), OutcomeReader],
                mutants=[mutant, *_choosy(case)] if accused else [],
            )


@family(_members("invalid"))
async def test_invalid_answer_fails_the_operation(
    booted: ChargePoint, csms: Csms, tags: Tags, check: Checks, case: Sample
) -> None:
    """An answer that breaks one constraint is not reported as success, and the station is served on."""
    assert case.invalid is not None
    async with ordinary(case.action, booted, csms, tags) as order:
        request = await csms.perform(order)
        call = await booted.next_call(case.action, **telling(order))

        sent = await booted.send([3, call.unique_id, case.payload])
        (await sign_of_life(booted)).judge(check, clause="OCPP-J 1.6 4.2.2", closing=SHOULD)
        refusals = [one.text for one in booted.received(sent.index) if one.event is Event.TEXT and one.text[:2] == "[4"]
        check.equal(refusals, [], clause="OCPP-J 1.6 4.2.3")
        outcome = await csms.outcome(request)
        level = V16.fair(case.invalid.rule, required=case.invalid.required).acceptance
        check.equal(outcome.state, "failed", clause="OCPP-J 1.6 4.2.3", level=level)


@family(_members("valid"))
async def test_valid_answer_completes_the_operation(
    booted: ChargePoint, csms: Csms, tags: Tags, check: Checks, case: Sample
) -> None:
    """An answer that is valid, however unusual, completes the operation."""
    async with ordinary(case.action, booted, csms, tags) as order:
        request = await csms.perform(order)
        call = await booted.next_call(case.action, **telling(order))

        await call.answer(case.payload)
        check.equal((await csms.outcome(request)).state, "answered", clause="OCPP-J 1.6 4.2.2")
        check.measure("accepted of valid answers", (await csms.outcome(request)).state == "answered")
