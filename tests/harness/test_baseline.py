"""A list of expected verdicts that is written from a run, and what it makes of that run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness import findings
from harness.baseline import baseline
from harness.expected import Standing, load
from harness.record import Breach, Result, Run
from harness.verdict import POLICY, Verdict
from harness.versions import known_rules
from tests.harness.test_findings import HEADER, RULE, check, result

BREACH = Breach(RULE, 3, (check("{"),))
HOSTILE = result("v16.core.d", check('quoted "x" \\ \x00 \ud800 \n [table]'), message="m")
RESULTS = (
    result("v16.core.a", check("silence for 1 s"), check("null", clause="OCPP 1.6 4.3"), breaches=(BREACH,)),
    result("v16.core.b", check("silence for 2 s")),
    result("v16.core.c", verdict=Verdict.INCONCLUSIVE, message="no connection"),
    HOSTILE,
    result("v16.core.e", check(axis=POLICY), verdict=Verdict.REMARKED, standing=Standing.AS_EXPECTED),
    result("v16.core.f", check(held=True), verdict=Verdict.PASSED, standing=Standing.AS_EXPECTED),
)


def rule() -> Result:
    """Return the result of the rule that is broken."""
    return replace(RESULTS[0], id=RULE, breaches=(), causes=(findings.cause_of_rule(RULE),))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list that is written from the run above."""
    path = tmp_path / "list.toml"
    path.write_text(baseline(Run(Path("run.jsonl"), HEADER, RESULTS, (rule(),))), encoding="utf-8")
    return path


def test_same_run_is_as_expected_under_its_list(file: Path) -> None:
    """Whatever texts the central system sent, the list can be read, and nothing of the run is news."""
    listed = load(file, known_rules())
    assert {listed.judge(one)[0] for one in (*RESULTS, rule())} == {Standing.AS_EXPECTED}
    assert list(listed.remarks([*RESULTS, rule()])) == []


def test_entries_name_findings_and_rules(file: Path) -> None:
    """There is one entry for a cause, with how many scenarios show it, and none for what is satisfied."""
    text = file.read_text(encoding="utf-8")
    assert text.count('["finding:') == 4
    assert f'["{RULE}"]' in text
    assert "# 2 scenarios" in text
    assert "v16.core.e" not in text


def test_new_cause_in_a_failing_scenario_is_news(file: Path) -> None:
    """A list of findings excuses no scenario as such."""
    worse = result("v16.core.b", check("silence for 2 s"), check("an array"))
    assert load(file, known_rules()).judge(worse)[0] is Standing.NEWS


def test_error_is_left_to_be_mended(tmp_path: Path) -> None:
    """An error cannot be excused, and the list says so."""
    broke = result("v16.core.a", verdict=Verdict.ERROR, message="KeyError")
    text = baseline(Run(Path("run.jsonl"), HEADER, (broke,)))
    assert "# v16.core.a ended in an error, which no list excuses" in text
    assert "[" not in text.replace("# ", "")


def test_unexpected_verdict_without_a_cause_is_listed_by_id(tmp_path: Path) -> None:
    """Where no finding explains a verdict, the scenario itself is listed."""
    odd = replace(RESULTS[1], causes=())
    text = baseline(Run(Path("run.jsonl"), HEADER, (odd,)))
    assert '["v16.core.b"]' in text
