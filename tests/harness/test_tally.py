"""Tests of how rules of the wire are counted, in a scenario and over a run."""

from __future__ import annotations

import pytest

from harness.expected import Expectation, Expectations, Standing
from harness.record import Result
from harness.rules import ARRAY, ERROR_DETAILS, JSON, TIMESTAMP, Demand, Ruling
from harness.tally import MAX_EXAMPLES, MAX_KINDS, rule_results, tally
from harness.trace import Direction, Event, Trace
from harness.verdict import SHALL, SHOULD, Level, Verdict
from harness.versions import V16

NONE = Expectations()


def trace(*messages: dict[Demand, Level | None], expected: str = "this") -> Trace:
    """Return a trace of messages, each held to some rules; a level breaks the rule."""
    wire = Trace()
    for message in messages:
        ruling = Ruling(V16)
        for rule, level in message.items():
            ruling.that(level is None, rule, expected, f"that of {len(wire)}", level=level or SHALL)
        wire.add("CP", Direction.RECEIVED, Event.TEXT, ruling=ruling)
    return wire


def played(id: str, wire: Trace) -> Result:
    """Return the result of a scenario with that wire."""
    return Result(
        id=id,
        title="T.",
        version="1.6",
        profile="Core",
        clauses=(),
        octt=(),
        requirements=(),
        verdict=Verdict.PASSED,
        standing=Standing.AS_EXPECTED,
        seconds=0.1,
        judged=tally(wire).judged,
        breaches=tally(wire).breaches,
        trace=f"traces/{id}.jsonl",
    )


def test_messages_are_counted_by_rule() -> None:
    """A message counts once for each rule that it was held to."""
    wire = trace({JSON: None, ARRAY: None}, {JSON: SHALL})
    assert tally(wire).judged == {V16.rule(ARRAY).id: 1, V16.rule(JSON).id: 2}


def test_breach_counts_messages_and_keeps_the_first_example() -> None:
    """However often it is broken, a rule has one breach in a scenario."""
    (breach,) = tally(trace({JSON: None}, {JSON: SHALL}, {JSON: SHALL})).breaches
    (check,) = breach.checks
    assert (breach.rule, breach.messages, breach.failing) == (V16.rule(JSON).id, 2, True)
    assert (check.clause, check.observed, check.evidence) == (V16.rule(JSON).clause, "that of 1", 1)


def test_failing_example_comes_first() -> None:
    """Where a rule is broken in one way that only remarks and in one that fails, it fails."""
    (breach,) = tally(trace({JSON: SHOULD}, {JSON: SHALL})).breaches
    assert [check.evidence for check in breach.checks] == [1, 0]


def test_strict_lets_a_remark_fail() -> None:
    """SHOULD counts as SHALL when it is asked for."""
    wire = trace({JSON: SHOULD})
    assert [tally(wire, strict=strict).breaches[0].failing for strict in (False, True)] == [False, True]


def test_many_kinds_of_one_breach_are_cut() -> None:
    """A flood of different problems leaves a few examples."""
    wire = Trace()
    for number in range(2 * MAX_KINDS):
        ruling = Ruling(V16)
        ruling.that(False, JSON, f"this {number}", "that")
        wire.add("CP", Direction.RECEIVED, Event.TEXT, ruling=ruling)
    (breach,) = tally(wire).breaches
    assert (breach.messages, len(breach.checks)) == (2 * MAX_KINDS, MAX_KINDS)


def test_rule_that_holds_passes_with_its_count() -> None:
    """A rule that every message of the run keeps is a result with how many there were."""
    (rule,) = rule_results([played("v16.core.a", trace({JSON: None})), played("v16.core.b", trace({JSON: None}))], NONE)
    assert (rule.id, rule.title, rule.profile) == (V16.rule(JSON).id, JSON.title, "Wire")
    assert (rule.verdict, rule.judged, rule.message, rule.causes) == (Verdict.PASSED, {V16.rule(JSON).id: 2}, "", ())


def test_broken_rule_is_one_verdict_with_the_first_evidence() -> None:
    """It says how many messages of how many break it, and points to the trace of the first scenario."""
    ids = ("v16.core.c", "v16.core.b", "v16.core.a")
    wires = (trace({JSON: SHALL}), trace({JSON: None}, {JSON: SHALL}), trace({JSON: None}))
    (rule,) = rule_results([played(id, wire) for id, wire in zip(ids, wires, strict=True)], NONE)
    assert (rule.verdict, rule.standing) == (Verdict.FAILED, Standing.NEWS)
    assert rule.message == "2 of 4 in 2 scenarios, first in v16.core.b #1: expected this, observed that of 1"
    assert (rule.trace, rule.checks[0].evidence) == ("traces/v16.core.b.jsonl", 1)
    assert len(rule.causes) == 1


def test_scenario_that_fails_a_rule_comes_before_one_that_remarks() -> None:
    """The first evidence is of the worst kind."""
    results = [played("v16.core.a", trace({JSON: SHOULD})), played("v16.core.b", trace({JSON: SHALL}))]
    assert next(rule_results(results, NONE)).trace == "traces/v16.core.b.jsonl"


def test_example_of_another_scenario_points_to_no_entry() -> None:
    """A second kind of breach is told, but its index would mean an entry of another trace."""
    results = [
        played("v16.core.a", trace({JSON: SHALL}, expected="x")),
        played("v16.core.b", trace({JSON: SHALL}, expected="y")),
    ]
    assert [(one.expected, one.evidence) for one in next(rule_results(results, NONE)).checks] == [("x", 0), ("y", None)]


@pytest.mark.parametrize(("level", "verdict"), [(SHALL, Verdict.FAILED), (SHOULD, Verdict.REMARKED)])
def test_level_decides_the_verdict(level: Level, verdict: Verdict) -> None:
    """A SHALL fails, a SHOULD remarks."""
    assert next(rule_results([played("v16.core.a", trace({TIMESTAMP: level}))], NONE)).verdict is verdict


def test_rule_may_be_expected() -> None:
    """A rule stands in the list of expected verdicts under its id."""
    listed = Expectations({V16.rule(ERROR_DETAILS).id: Expectation(Verdict.FAILED, "an array until 4.3")})
    (rule,) = rule_results([played("v16.core.a", trace({ERROR_DETAILS: SHALL}))], listed)
    assert (rule.standing, rule.expectation) == (Standing.AS_EXPECTED, "an array until 4.3")


def test_a_failing_breach_is_seen_after_many_remarks() -> None:
    """However many kinds of remarks came before, what fails a rule is among its examples."""
    wire = Trace()
    for number in range(MAX_EXAMPLES + 1):
        ruling = Ruling(V16)
        level = SHALL if number == MAX_EXAMPLES else SHOULD
        ruling.that(False, JSON, f"this {number}", "that", level=level)
        wire.add("CP", Direction.RECEIVED, Event.TEXT, ruling=ruling)
    assert tally(wire).breaches[0].failing
