"""Which requirements and certification cases a run has covered."""

from __future__ import annotations

from typing import Any

from harness.record import Result
from harness.verdict import Verdict
from reports.coverage import Coverage, Covered, certification, requirements
from scenarios import sources
from tests.reports import sample

CASE = sources.octt("1.6")["TC_013_CSMS"]


def _result(verdict: Verdict, **members: Any) -> Result:
    return sample.result(f"v16.core.one.{verdict}", "One.", verdict, **members)


def _covered(*verdicts: Verdict) -> Covered:
    return Covered(CASE, [_result(verdict) for verdict in verdicts])


def test_worst_verdict_counts() -> None:
    """One failed scenario makes a case failed."""
    assert _covered(Verdict.PASSED, Verdict.FAILED).verdict is Verdict.FAILED


def test_what_does_not_apply_does_not_colour_what_was_asked() -> None:
    """A scenario that was not applicable counts only where none of the case was."""
    assert _covered(Verdict.PASSED, Verdict.NOT_APPLICABLE).verdict is Verdict.PASSED
    assert _covered(Verdict.NOT_APPLICABLE).verdict is Verdict.NOT_APPLICABLE


def test_judged_applicable_and_all_are_told_apart() -> None:
    """An open question is applicable but not judged; what was not played is neither."""
    coverage = Coverage(
        "x", [_covered(Verdict.PASSED), _covered(Verdict.INCONCLUSIVE), _covered(Verdict.NOT_APPLICABLE), _covered()]
    )
    assert (coverage.judged, coverage.applicable, len(coverage.each)) == (1, 2, 4)
    assert [coverage.counted(verdict) for verdict in (Verdict.PASSED, None)] == [1, 1]


def test_all_cases_of_a_version_are_listed_by_profile() -> None:
    """Cases that no scenario played are there too, in the order of the sources."""
    (version,) = certification([_result(Verdict.PASSED, octt=("TC_013_CSMS",))])
    assert (version.name, len(version.whole.each)) == ("OCPP 1.6", 77)
    assert [one.demand.id for one in version.whole.each if one.verdict] == ["TC_013_CSMS"]
    assert sum(len(profile.each) for profile in version.profiles) == 77
    assert version.verdicts == [Verdict.PASSED, None]


def test_version_that_is_not_touched_is_left_out() -> None:
    """A run that covers no requirement shows none."""
    assert requirements([_result(Verdict.PASSED)]) == []


def test_requirements_are_taken_from_their_version() -> None:
    """An id is looked for in the version of the scenario that names it."""
    (version,) = requirements([_result(Verdict.FAILED, requirements=("CORE-5.14-a",))])
    assert [one.demand.id for one in version.whole.each if one.verdict is Verdict.FAILED] == ["CORE-5.14-a"]
