"""Answers of a station, valid and invalid: is the central system misled, and does it go on?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from harness.corpus import Invalid, Valid
from harness.csms import Operation, OutcomeReader
from harness.csms import v16 as csms_v16
from harness.csms import v201 as csms_v201
from harness.csms.console import Csms
from harness.ocppj import Payload
from harness.scenario import Member, Need, family
from harness.trace import Event
from harness.verdict import SHALL, SHOULD, Checks
from harness.versions import V16, V201, VERSIONS, Version
from scenarios.stage.population import Tags
from scenarios.v16.validation import operations as v16
from scenarios.v201.validation import operations as v201
from scenarios.validation.corpus import Sample, invalid_answers, valid_answers
from simulators.aftermath import sign_of_life
from simulators.station import Station


@dataclass(frozen=True, slots=True)
class Orders:
    """The ordinary operations of one version: which there are, what each takes, and how one comes about."""

    operations: Mapping[str, type[Operation]]
    before: Mapping[str, type[Operation]]
    ordinary: Callable[..., AbstractAsyncContextManager[Operation]]

    def needs(self, action: str) -> list[Need]:
        """Return what it takes to have an operation performed, and to learn what came of it."""
        return [self.operations[action], *filter(None, [self.before.get(action)]), OutcomeReader]


ORDERS: Mapping[str, Orders] = {
    V16.name: Orders(csms_v16.OPERATIONS, v16.BEFORE, v16.ordinary),
    V201.name: Orders(csms_v201.OPERATIONS, {}, v201.ordinary),
}
"""Version → its ordinary operations."""

_TELLING = ("key", "value", "requestedMessage", "vendorId", "messageId", "getVariableData", "setVariableData")


def _telling(order: Operation) -> Payload:
    """Return the members that tell the CALL of an operation from one that a product makes of its own accord."""
    payload: Payload = json.loads(json.dumps(order.payload()))
    return {name: value for name, value in payload.items() if name in _TELLING}


def _mutants(version: Version, case: Invalid | Valid) -> list[str]:
    """Return the mutants that a case catches, those that dislike a valid answer for something that it holds too."""
    if isinstance(case, Invalid):
        accused = version.fair(case.rule, required=case.required).acceptance is SHALL
        return ["answers-unchecked"] if accused else []
    inexact = ["decimals-inexact"] if re.search(r"\d\.\d", repr(case.payload)) else []
    return ["valid-answers-refused", *inexact, *(["empty-texts-refused"] if case.id.endswith("-empty") else [])]


def _members(kind: str) -> Iterator[Member]:
    for version in VERSIONS.values():
        orders = ORDERS[version.name]
        actions, good = sorted(orders.operations), kind == "valid"
        for case, sample in valid_answers(version, actions) if good else invalid_answers(version, actions):
            verb = "completes the operation" if good else "does not pass for a good one"
            yield Member(
                id=f"{version.prefix}.validation.{sample.action}.{'accepts-' if good else ''}answer-{case.id}",
                title=f"An answer to {sample.action} {verb} where {case.description}.",
                case=sample,
                spec=[f"OCPP-J {version} 4.2.2"],
                requirements=["J-4.2.3-p", "J-4.2.3-m"] if version is V16 and not good else [],
                needs=orders.needs(sample.action),
                mutants=_mutants(version, case),
            )


@family(_members("invalid"))
async def test_invalid_answer_fails_the_operation(
    booted: Station, csms: Csms, tags: Tags, check: Checks, case: Sample
) -> None:
    """An answer that breaks one constraint is not reported as success, and the station is served on."""
    assert case.invalid is not None
    async with ORDERS[case.version.name].ordinary(case.action, booted, csms, tags) as order:
        request = await csms.perform(order)
        call = await booted.next_call(case.action, **_telling(order))

        sent = await booted.send([3, call.unique_id, case.payload])
        (await sign_of_life(booted)).judge(check, clause=f"OCPP-J {case.version} 4.2.2", closing=SHOULD)
        refusals = [one.text for one in booted.received(sent.index) if one.event is Event.TEXT and one.text[:2] == "[4"]
        check.equal(refusals, [], clause=f"OCPP-J {case.version} 4.2.3")
        outcome = await csms.outcome(request)
        level = case.version.fair(case.invalid.rule, required=case.invalid.required).acceptance
        check.equal(outcome.state, "failed", clause=f"OCPP-J {case.version} 4.2.3", level=level)


@family(_members("valid"))
async def test_valid_answer_completes_the_operation(
    booted: Station, csms: Csms, tags: Tags, check: Checks, case: Sample
) -> None:
    """An answer that is valid, however unusual, completes the operation."""
    async with ORDERS[case.version.name].ordinary(case.action, booted, csms, tags) as order:
        request = await csms.perform(order)
        call = await booted.next_call(case.action, **_telling(order))

        await call.answer(case.payload)
        check.equal((await csms.outcome(request)).state, "answered", clause=f"OCPP-J {case.version} 4.2.2")
        check.measure("accepted of valid answers", (await csms.outcome(request)).state == "answered")
