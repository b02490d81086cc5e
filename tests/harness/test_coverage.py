"""What a run has judged of requirements and certification cases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from harness.coverage import cases, combined, requirements
from harness.verdict import Verdict
from tests.harness.test_record import result

PASSED, REMARKED, NOT_APPLICABLE = Verdict.PASSED, Verdict.REMARKED, Verdict.NOT_APPLICABLE
INCONCLUSIVE, FAILED, ERROR = Verdict.INCONCLUSIVE, Verdict.FAILED, Verdict.ERROR


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [
        ([PASSED, REMARKED], REMARKED),
        ([REMARKED, INCONCLUSIVE, PASSED], INCONCLUSIVE),
        ([INCONCLUSIVE, ERROR], ERROR),
        ([ERROR, FAILED], FAILED),
        ([NOT_APPLICABLE, PASSED], PASSED),
        ([NOT_APPLICABLE], NOT_APPLICABLE),
    ],
)
def test_worst_verdict_counts(verdicts: Sequence[Verdict], together: Verdict) -> None:
    """The worst verdict is that of the whole; what does not apply says nothing where anything else does."""
    assert combined(verdicts) is together


def test_demands_by_version_and_id() -> None:
    """Each requirement and each case has the verdict of all scenarios that name it."""
    results = [result("v16.core.a.x"), result("v16.core.b.x", FAILED)]
    assert cases(results) == {("1.6", "TC_001_CSMS"): FAILED}
    assert requirements(results) == {("1.6", "CORE-4.2-a"): FAILED}
