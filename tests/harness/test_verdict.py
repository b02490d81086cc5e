"""Tests of verdicts and checks."""

from __future__ import annotations

import math

import pytest

from harness.verdict import (
    CONFORMANCE,
    POLICY,
    SHALL,
    SHOULD,
    Axis,
    Check,
    Checks,
    Level,
    Nonconformity,
    Verdict,
    cited,
    judge,
)

CLAUSE = "OCPP 1.6 4.2"


def make(held: bool, level: Level = SHALL, axis: Axis = CONFORMANCE, evidence: int | None = 3) -> Check:
    """Return a check on evidence."""
    return Check(CLAUSE, level, axis, "this", "that", held, evidence)


def checks(evidence: int | None = 7, *, strict: bool = False) -> Checks:
    """Return a collector whose newest evidence is given."""
    return Checks(lambda: evidence, strict=strict)


def test_no_check_is_inconclusive() -> None:
    """A scenario that checked nothing has not reached its question."""
    assert judge([]) is Verdict.INCONCLUSIVE


def test_checks_without_evidence_are_inconclusive() -> None:
    """Checks that held before the central system had sent anything prove nothing."""
    assert judge([make(True, evidence=None)]) is Verdict.INCONCLUSIVE


def test_one_check_on_evidence_is_enough() -> None:
    """A check on the first entry of the trace counts as evidence."""
    assert judge([make(True, evidence=None), make(True, evidence=0)]) is Verdict.PASSED


def test_violated_shall_fails() -> None:
    """A violated SHALL fails whatever else held."""
    assert judge([make(True), make(False), make(False, SHOULD)]) is Verdict.FAILED


def test_violated_shall_without_evidence_fails() -> None:
    """An answer that was owed and did not come fails, although there is no evidence to point to."""
    assert judge([make(False, evidence=None)]) is Verdict.FAILED


@pytest.mark.parametrize("check", [make(False, SHOULD), make(False, SHALL, POLICY), make(False, SHOULD, POLICY)])
def test_violated_should_or_policy_remarks(check: Check) -> None:
    """A violated SHOULD, or a policy that was not met, only remarks."""
    assert judge([make(True), check]) is Verdict.REMARKED


@pytest.mark.parametrize(("level", "axis"), [(SHOULD, CONFORMANCE), (SHALL, POLICY)])
def test_strict_promotes_remarks(level: Level, axis: Axis) -> None:
    """Under --strict a remark is a failure."""
    collected = checks(strict=True)
    collected.that(False, "this", clause=CLAUSE, level=level, axis=axis)
    assert collected.verdict() is Verdict.FAILED


def test_check_points_to_newest_evidence() -> None:
    """A check cites the newest entry of the central system, unless told which."""
    collected = checks(7)
    collected.that(True, "this", clause=CLAUSE)
    collected.that(True, "this", clause=CLAUSE, at=0)
    assert [check.evidence for check in collected.made] == [7, 0]


def test_that_returns_whether_it_held() -> None:
    """A check records and never raises; its result can be branched on."""
    collected = checks()
    assert collected.that(True, "this", clause=CLAUSE)
    assert not collected.that(False, "this", clause=CLAUSE, observed={"a": 1})
    assert collected.made[1].observed == "{'a': 1}"


def test_equal_shows_both_sides() -> None:
    """A comparison shows what was expected and what was observed."""
    collected = checks()
    assert not collected.equal("Rejected", "Accepted", clause=CLAUSE)
    assert (collected.made[0].expected, collected.made[0].observed) == ("Accepted", "Rejected")


@pytest.mark.parametrize(("observed", "expected"), [(True, 1), (0, False)])
def test_equal_tells_booleans_from_numbers(observed: object, expected: object) -> None:
    """True is not 1 on the wire."""
    assert not checks().equal(observed, expected, clause=CLAUSE)


@pytest.mark.parametrize(
    ("observed", "verdict"), [("A", Verdict.PASSED), ("B", Verdict.REMARKED), ("C", Verdict.FAILED)]
)
def test_graded_outcomes(observed: str, verdict: Verdict) -> None:
    """A good outcome holds, a tolerable one remarks, any other fails."""
    collected = checks()
    assert collected.graded(observed, good=["A", "AA"], tolerable=["B"], clause=CLAUSE) is (observed == "A")
    assert collected.verdict() is verdict
    assert collected.made[0].expected == "A or AA"


@pytest.mark.parametrize(("observed", "held"), [(10.5, True), (11.0, True), (11.1, False), (math.nan, False)])
def test_close(observed: float, held: bool) -> None:
    """Two numbers are close when they differ by no more than the tolerance, ends included."""
    assert checks().close(observed, 10.0, within=1.0, clause=CLAUSE) is held


def test_infinity_is_close_to_nothing() -> None:
    """An infinite observation is never close."""
    assert not checks().close(math.inf, math.inf, within=1.0, clause=CLAUSE)


def test_clause_is_cited_as_that_of_a_version() -> None:
    """The version stands in its place in a clause, or chooses one of several."""
    several = {"1.6": "OCPP-J 1.6 5.4", "2.0.1": "OCPP-J {version} 5.3"}
    assert cited("OCPP-J {version} 3.2", "2.0.1") == "OCPP-J 2.0.1 3.2"
    assert [cited(several, version) for version in several] == ["OCPP-J 1.6 5.4", "OCPP-J 2.0.1 5.3"]


def test_checks_cite_clauses_of_their_version() -> None:
    """A check names the clause of the version that is played, one that was made elsewhere too."""
    collected = Checks(lambda: 1, version="2.0.1")
    collected.that(True, "this", clause="OCPP-J {version} 3.2")
    collected.equal(1, 1, clause={"1.6": "this", "2.0.1": "that"})
    collected.add(Nonconformity("this", "that", clause="OCPP-J {version} 4.2").check)
    assert [one.clause for one in collected.made] == ["OCPP-J 2.0.1 3.2", "that", "OCPP-J 2.0.1 4.2"]


def test_nonconformity_carries_its_check() -> None:
    """A nonconformity is a violated check, and reads as a sentence."""
    error = Nonconformity("an answer", "silence", clause=CLAUSE, evidence=2)
    assert str(error) == "OCPP 1.6 4.2: expected an answer, observed silence"
    assert error.check.failing
    assert error.check.evidence == 2
