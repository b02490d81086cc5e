"""A system with one bad habit on the wire: one verdict, one finding, and everything else as on the reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import record
from harness.findings import findings_of
from harness.verdict import Verdict
from tests.plugfest.test_command import plugfest

PART = ("--scenario=v16.transport.*", "--scenario=v16.core.timestamps.*", "--scenario=v16.core.boot.*")


@pytest.mark.parametrize(
    ("habit", "rule", "verdict"),
    [
        ("error-details-array", "v16.wire.call-error.details", Verdict.FAILED),
        ("clock-six-digits", "v16.wire.timestamp.form", Verdict.REMARKED),
    ],
)
def test_bad_habit_is_one_verdict_and_one_finding(tmp_path: Path, habit: str, rule: str, verdict: Verdict) -> None:
    """However many scenarios see it, only the rule that it breaks says so."""
    done = plugfest("run", *PART, f"--mutant={habit}", "--out=o", cwd=tmp_path)
    run = record.read(tmp_path / "o" / "run.jsonl")
    assert {one.verdict for one in run.results} == {Verdict.PASSED}, done.stdout
    assert {one.id: one.verdict for one in run.rules if one.verdict is not Verdict.PASSED} == {rule: verdict}
    (finding,) = findings_of(run)
    assert (finding.rule, finding.verdict, finding.news) == (rule, verdict, verdict is Verdict.FAILED)
    assert len(finding.scenarios) > 5
    assert (done.returncode, done.stdout.count(finding.id)) == (int(verdict is Verdict.FAILED), 1)
