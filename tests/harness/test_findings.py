"""Tests of findings: what belongs together, and what is told first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import findings
from harness.expected import Standing
from harness.findings import UNDECLARED, Finding, causes, command, findings_of, kind
from harness.record import Breach, Header, Result, Run
from harness.verdict import CONFORMANCE, POLICY, SHALL, Check, Verdict

NEWS = Standing.NEWS
RULE = "v16.wire.frame.json"


def check(observed: str = "silence", *, clause: str = "OCPP 1.6 4.2", held: bool = False, **members: Any) -> Check:
    """Return a check that fails unless told otherwise."""
    given = {"level": SHALL, "axis": CONFORMANCE, "expected": "an answer", "evidence": 1, **members}
    return Check(clause=clause, observed=observed, held=held, **given)


def result(id: str, *checks: Check, verdict: Verdict = Verdict.FAILED, message: str = "", **members: Any) -> Result:
    """Return the result of a scenario that is news."""
    return Result(
        id=id,
        title="T.",
        version="1.6",
        profile="Core",
        clauses=(),
        octt=(),
        requirements=(),
        verdict=verdict,
        seconds=0.1,
        message=message,
        checks=checks,
        causes=causes(verdict, checks, message),
        **{"standing": NEWS, **members},
    )


def found(*results: Result, rules: tuple[Result, ...] = ()) -> tuple[Finding, ...]:
    """Return the findings of a run."""
    return findings_of(Run(Path("run.jsonl"), HEADER, results, rules))


HEADER = Header(
    plugfest="1",
    target="ACME",
    endpoint=None,
    driver="http",
    started="2030-01-01",
    selected=1,
    options=("--target=my acme.toml",),
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CALLERROR after 0.31 s", "CALLERROR after 12 s"),
        ("{'status': 'Rejected'}", "{'status': 'Blocked'}"),
        ('the member "a"', 'the member "b c"'),
        ("id 0e4d8a52-6f0a-4c1e-8c0c-07a1f2b3c4d5", "id 11111111-6f0a-4c1e-8c0c-07a1f2b3c4d5"),
        ("2030-01-31T10:00:00.123456Z with 6 fraction digits", "2031-01-31T10:00:00.000000Z with 6 fraction digits"),
        ("[1, 2, 3]", "[1]"),
        ("nothing from PLUGFEST-17", "nothing from PLUGFEST-W2-4"),
    ],
)
def test_numbers_ids_times_and_quoted_texts_make_no_difference(one: str, other: str) -> None:
    """What differs from run to run is no part of a kind."""
    assert kind(one) == kind(other)


@pytest.mark.parametrize(
    ("one", "other"), [("CALLERROR", "CALLRESULT"), ("Accepted", "Rejected"), ("null", "an array")]
)
def test_words_make_a_difference(one: str, other: str) -> None:
    """Observations in different words are of different kinds."""
    assert kind(one) != kind(other)


def test_same_cause_is_told_once_with_its_scenarios() -> None:
    """Checks of one clause, expectation and kind of observation are one finding."""
    (finding,) = found(result("b", check("silence for 2 s")), result("a", check("silence for 1 s", evidence=7)))
    assert (finding.verdict, finding.clause, finding.expected) == (Verdict.FAILED, "OCPP 1.6 4.2", "an answer")
    assert (finding.scenarios, finding.count) == (["a", "b"], 2)
    assert (finding.first, finding.evidence, finding.observed) == ("a", 7, "silence for 1 s")


@pytest.mark.parametrize("other", [{"clause": "OCPP 1.6 4.3"}, {"expected": "a refusal"}, {"observed": "null"}])
def test_clause_expectation_and_observation_tell_causes_apart(other: dict[str, Any]) -> None:
    """Whatever differs of the three makes another finding."""
    assert len(found(result("a", check()), result("b", check(**other)))) == 2


def test_remark_and_failure_are_two_findings() -> None:
    """What only remarks does not swell the count of what fails."""
    remark = result("b", check(axis=POLICY), verdict=Verdict.REMARKED, standing=Standing.AS_EXPECTED)
    assert [(one.verdict, one.scenarios) for one in found(result("a", check()), remark)] == [
        (Verdict.FAILED, ["a"]),
        (Verdict.REMARKED, ["b"]),
    ]


def test_id_stays_the_same_from_run_to_run() -> None:
    """The id follows from the cause alone, whoever shows it."""
    (first,), (second,) = found(result("a", check("1"))), found(result("b", check("2"), check("3")))
    assert first.id == second.id
    assert len(first.id) == 8


def test_broken_rule_is_one_finding() -> None:
    """Its count is that of the messages, and its news that of the rule."""
    breach = Breach(RULE, 3, (check("{"),))
    scenarios = [result(id, verdict=Verdict.PASSED, breaches=(breach,)) for id in ("a", "b")]
    rule = result(RULE, check("{"))
    (finding,) = found(*scenarios, rules=(replace(rule, causes=(findings.cause_of_rule(RULE),)),))
    assert (finding.rule, finding.count, finding.scenarios, finding.news) == (RULE, 6, ["a", "b"], True)


@pytest.mark.parametrize("verdict", [Verdict.INCONCLUSIVE, Verdict.ERROR])
def test_reason_of_an_open_question_is_a_finding(verdict: Verdict) -> None:
    """Scenarios that did not reach their question for the same reason are gathered."""
    one, other = (result(id, verdict=verdict, message=f"no connection to {id}:1") for id in ("a1", "b2"))
    (finding,) = found(one, other)
    assert (finding.verdict, finding.clause, finding.expected) == (verdict, "", "")
    assert (finding.observed, finding.count) == ("no connection to a1:1", 2)


def test_good_scenarios_lead_to_no_finding() -> None:
    """What holds, or does not apply, is no finding."""
    results = [result("a", check(held=True), verdict=Verdict.PASSED), result("b", verdict=Verdict.NOT_APPLICABLE)]
    assert found(*results) == ()


def test_most_telling_comes_first() -> None:
    """Failures precede errors, open questions and remarks; news what is known; many scenarios few."""
    results = [
        result("a", check("few")),
        result("b", check("many")),
        result("c", check("many")),
        result("d", check("known"), standing=Standing.AS_EXPECTED),
        result("e", check("known"), standing=Standing.AS_EXPECTED),
        result("f", check("known"), standing=Standing.AS_EXPECTED),
        result("g", verdict=Verdict.ERROR, message="broke"),
        result("h", verdict=Verdict.INCONCLUSIVE, message="open"),
        result("i", check("remark", axis=POLICY), verdict=Verdict.REMARKED, standing=Standing.AS_EXPECTED),
    ]
    told = [one.observed for one in found(*results)]
    assert told == ["many", "few", "known", "broke", "open", "remark"]


def test_scenario_with_many_failing_checks_does_not_drown_others() -> None:
    """Of findings of equally many scenarios, the first of each scenario come before the second of any."""
    wordy = result("a", *(check(word) for word in ("alpha", "beta", "gamma", "delta")))
    told = [one.observed for one in found(wordy, result("b", check("quiet")))]
    assert set(told[:2]) == {"alpha", "quiet"}


def test_repeated_check_of_one_scenario_is_no_more_telling() -> None:
    """A finding weighs by its scenarios, not by its checks."""
    often = result("a", *(check("often") for _ in range(9)))
    told = [one.observed for one in found(often, result("b", check("twice")), result("c", check("twice")))]
    assert told == ["twice", "often"]


def test_remark_beside_a_failure_is_no_news() -> None:
    """Only what made the verdict what it is counts as news."""
    remark = check("remark", axis=POLICY)
    told = {one.observed: one.news for one in found(result("a", check("failure"), remark))}
    assert told == {"failure": True, "remark": False}


@pytest.mark.parametrize(
    ("verdict", "count"),
    [(Verdict.FAILED, 1), (Verdict.REMARKED, 2), (Verdict.INCONCLUSIVE, 1), (Verdict.PASSED, 0)],
)
def test_causes_of_a_verdict(verdict: Verdict, count: int) -> None:
    """A failure rests on failing checks, a remark on all that did not hold, an open question on its reason."""
    assert len(causes(verdict, [check(), check("null", axis=POLICY), check(held=True)], "why")) == count


def test_command_reproduces_the_first_scenario_against_the_same_target() -> None:
    """The command can be pasted into a shell."""
    (finding,) = found(result("v16.core.a", check()))
    assert command(Run(Path("run.jsonl"), HEADER), finding) == "plugfest reproduce v16.core.a '--target=my acme.toml'"


def test_what_was_watched_is_judged_again() -> None:
    """A conversation cannot be played again, but its trace can be read."""
    seen = replace(result("v16.station.CP 1", check()), trace="traces/v16.CP%201.jsonl")
    run = Run(Path("out/run.jsonl"), replace(HEADER, watched=True), [seen])
    (finding,) = findings_of(run)
    assert command(run, finding) == "plugfest judge out/traces/v16.CP%201.jsonl --ocpp=1.6"
    assert (run.counted(1), run.counted(2)) == ("1 conversation side", "2 conversation sides")


def test_profile_that_is_not_there_is_one_finding() -> None:
    """What the target file had better declare is told once, after everything else, and is no news."""
    message = f"Security extension: not implemented; {UNDECLARED}"
    missing = [result(id, verdict=Verdict.NOT_APPLICABLE, message=message) for id in ("a", "b")]
    other = result("c", verdict=Verdict.NOT_APPLICABLE, message="the driver cannot perform Reset")
    (worse, one) = found(*missing, other, result("d", check()))
    assert (worse.verdict, one.verdict) == (Verdict.FAILED, Verdict.NOT_APPLICABLE)
    assert (one.observed, one.scenarios, one.news) == (message, ["a", "b"], False)


def test_disagreement_of_real_and_simulated_comes_first() -> None:
    """A scenario that ends otherwise on firmware than on a simulated charge point casts doubt on the suite."""
    broken = result("v16.core.a.b", check())
    here = result("v16.simulated.boot.done", verdict=Verdict.PASSED)
    there = result("v16.microocpp.boot.done", verdict=Verdict.INCONCLUSIVE, message="it sent nothing")
    first, *_ = found(broken, here, there)
    assert first.observed == "inconclusive on microocpp, passed on simulated"
    assert (first.scenarios, first.verdict, first.news) == ([here.id, there.id], Verdict.ERROR, False)


@pytest.mark.parametrize("other", [Verdict.PASSED, Verdict.NOT_APPLICABLE])
def test_agreement_is_no_finding(other: Verdict) -> None:
    """The same verdict on both is none, nor is firmware that is not there."""
    here = result("v16.simulated.boot.done", verdict=Verdict.PASSED)
    assert found(here, result("v16.microocpp.boot.done", verdict=other)) == ()
