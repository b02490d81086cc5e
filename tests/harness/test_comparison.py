"""What is news between two runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.comparison import Change, compare, compare_load
from harness.findings import causes
from harness.load.record import read as read_load
from harness.record import Breach, Result, Run
from harness.verdict import CONFORMANCE, SHALL, SHOULD, Check, Verdict
from tests.harness.load.test_record import recorded as load_recorded
from tests.harness.test_record import HEADER
from tests.harness.test_record import result as full_result

HELD = Check("1", SHALL, CONFORMANCE, "this", "this", True, 1)
WRONG = Check("1", SHALL, CONFORMANCE, "this", "that", False, 1)
MISSING = Check("2", SHALL, CONFORMANCE, "an answer", "none", False, 1)
SMALL = Check("3", SHOULD, CONFORMANCE, "more", "less", False, 1)
RULE = "v16.wire.frame.json"


def result(id: str, verdict: Verdict = Verdict.PASSED, *checks: Check, message: str = "") -> Result:
    """Return a result with its causes, that breaks no rule."""
    made = checks or (HELD,)
    one = full_result(f"v16.core.{id}", verdict)
    return replace(one, checks=made, message=message, causes=causes(verdict, made, message), breaches=())


def run(*results: Result, rules: Sequence[Result] = (), gates: Sequence[str] = ()) -> Run:
    """Return a run of these results."""
    return Run(Path("run.jsonl"), replace(HEADER, selected=len(results), gates=gates), results, rules)


BEFORE = run(result("a"), result("b"), result("c"), result("d"))


def changed(changes: Sequence[Change]) -> list[str]:
    """Return changes in a few words."""
    return [f"{one.id.removeprefix('v16.core.')} {one.before} {one.after}" for one in changes]


def test_nothing_is_news_of_the_same_run() -> None:
    """A run that came out as before has no news, whatever it came out as."""
    failed = run(result("a", Verdict.FAILED, WRONG), result("b", Verdict.INCONCLUSIVE, message="why"))
    found = compare(failed, failed)
    assert (found.appeared, found.vanished, found.others, found.worse, found.compared) == ([], [], [], False, 2)


def test_one_cause_is_one_finding() -> None:
    """All scenarios that came to show a finding are told under it, and nothing else is."""
    after = run(result("a", Verdict.FAILED, WRONG), result("b", Verdict.FAILED, WRONG), result("c"), result("d"))
    found = compare(BEFORE, after)
    (cause,) = found.appeared
    assert changed(cause.changes) == ["a passed failed", "b passed failed"]
    assert (found.vanished, found.others, found.worse) == ([], [], True)


def test_what_the_same_scenarios_show_beside_goes_with_it() -> None:
    """A finding of some of the same scenarios is no news of its own; one of another scenario is."""
    after = run(
        result("a", Verdict.FAILED, WRONG, SMALL),
        result("b", Verdict.FAILED, WRONG),
        result("c", Verdict.FAILED, MISSING),
        result("d"),
    )
    found = compare(BEFORE, after)
    assert [(one.finding.clause, [other.clause for other in one.companions]) for one in found.appeared] == [
        ("1", ["3"]),
        ("2", []),
    ]


MUTE = replace(MISSING, clause="4", observed="no answer within 5 s")


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        (replace(WRONG, clause="OCPP 1.6 5.14"), replace(MISSING, clause="OCPP 1.6 5.14, 6.39"), True),
        (replace(WRONG, clause="OCPP 1.6 5.14"), replace(MISSING, clause="OCPP 2.0.1 5.14"), False),
        (replace(WRONG, clause="white paper A00.FR.202"), replace(MISSING, clause="white paper A00.FR.001"), True),
        (MUTE, replace(MUTE, clause="9", expected="a CALL", observed="no answer within 30 s"), True),
        (replace(MUTE, observed="101"), replace(MUTE, clause="9", observed="200"), False),
        (MUTE, replace(MUTE, clause="9", observed="no CALL within 5 s"), False),
    ],
)
def test_one_cause_shows_in_many_ways(first: Check, second: Check, one: bool) -> None:
    """What is about one clause, or was observed in the same words, is one finding; figures alone are no words."""
    after = run(result("a", Verdict.FAILED, first), result("b", Verdict.FAILED, second))
    found = compare(run(result("a"), result("b")), after).appeared
    assert len(found) == (1 if one else 2)
    assert sorted(change for cause in found for change in changed(cause.changes)) == [
        "a passed failed",
        "b passed failed",
    ]


def test_two_causes_turn_out_to_be_one() -> None:
    """A finding that is like two others brings them together, under the most telling."""
    link = replace(WRONG, level=SHOULD, clause="OCPP 1.6 9", observed="no answer")
    failing = [replace(WRONG, clause="OCPP 1.6 9"), replace(MUTE, observed="no answer"), replace(WRONG, observed="x")]
    results = [result(name, Verdict.FAILED, check) for name, check in zip("abd", failing, strict=True)]
    found = compare(BEFORE, run(*results, result("c", Verdict.REMARKED, link))).appeared
    assert sorted(sorted(change.id[-1] for change in one.changes) for one in found) == [["a", "b", "c"], ["d"]]
    (joined,) = (one for one in found if one.companions)
    assert [one.verdict for one in joined.findings] == [Verdict.FAILED, Verdict.FAILED, Verdict.REMARKED]


def test_each_broken_rule_is_a_cause_of_its_own() -> None:
    """All messages are held to one clause, and each kind of message has a defect of its own."""
    other = f"{RULE}.other"
    broken = [
        replace(result(name), breaches=(Breach(rule, 1, (MISSING,)),)) for name, rule in (("a", RULE), ("b", other))
    ]
    found = compare(run(result("a"), result("b")), run(*broken)).appeared
    assert {one.finding.rule for one in found} == {RULE, other}


def test_finding_that_is_gone_is_no_worse() -> None:
    """What came right is told with the verdicts as they went."""
    before = run(result("a", Verdict.FAILED, WRONG), result("b"))
    found = compare(before, run(result("a"), result("b")))
    assert changed(found.vanished[0].changes) == ["a failed passed"]
    assert (found.appeared, found.others, found.worse) == ([], [], False)


def test_another_reason_for_the_same_verdict_is_news() -> None:
    """A scenario that fails already can still tell something new."""
    found = compare(run(result("a", Verdict.FAILED, WRONG)), run(result("a", Verdict.FAILED, MISSING)))
    assert changed(found.appeared[0].changes) == ["a failed failed"]
    assert found.worse


def test_what_cannot_be_asked_any_more_is_news() -> None:
    """A verdict that no finding explains is told by itself."""
    found = compare(run(result("a"), result("b")), run(result("a", Verdict.NOT_APPLICABLE), result("b")))
    assert (changed(found.others), found.worse) == (["a passed not-applicable"], True)
    back = compare(run(result("a", Verdict.NOT_APPLICABLE)), run(result("a")))
    assert (changed(back.others), back.worse) == (["a not-applicable passed"], False)


def test_what_one_run_alone_has_played_is_not_compared() -> None:
    """A selection is no regression, and a scenario that is new no news."""
    found = compare(run(result("a"), result("b")), run(result("b"), result("c", Verdict.FAILED, WRONG)))
    assert (found.appeared, found.compared, found.only_before, found.only_after) == ([], 1, 1, 1)


@pytest.mark.parametrize("also", [False, True])
def test_broken_rule_is_told_with_the_scenarios_that_break_it(also: bool) -> None:
    """The verdict on the rule is part of its finding, also where scenarios fail for another reason."""
    kept, broken = (replace(result(RULE, verdict), id=RULE) for verdict in (Verdict.PASSED, Verdict.FAILED))
    bad = result("a", Verdict.FAILED, WRONG) if also else result("a")
    bad = replace(bad, breaches=(Breach(RULE, 2, (MISSING,)),))
    found = compare(run(result("a"), rules=[kept]), run(bad, rules=[broken]))
    (cause,) = found.appeared
    assert {one.id for one in cause.changes} == {RULE, "v16.core.a"}
    assert found.others == []


def test_gate_that_is_missed_is_news() -> None:
    """Gates that both runs had are told where they came out otherwise."""
    bad = run(result("a", Verdict.INCONCLUSIVE, message="why"), gates=["coverage=90%", "news=0"])
    good = run(result("a"), gates=["coverage=90%", "news=0"])
    found = compare(good, bad)
    assert [(one.before.gate, one.before.met, one.after.met) for one in found.gates] == [("coverage", True, False)]
    assert compare_worse(good, bad)
    assert not compare_worse(bad, good)


def compare_worse(before: Run, after: Run) -> bool:
    """Whether a run is worse than another."""
    return compare(before, after).worse


def test_load_runs_have_gates_and_figures(tmp_path: Path) -> None:
    """A load run that is as the other has figures of both, and no news."""
    load_recorded(tmp_path)
    one = read_load(tmp_path / "load.jsonl")
    found = compare_load(one, one)
    assert (found.gates, found.worse) == ([], False)
    assert {"errors", "throughput"} <= {figure.name for figure in found.figures}
