"""What a scenario has brought to light, and the verdict that follows from it."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field, replace

from harness import findings, tally
from harness.expected import Expectations, Standing
from harness.record import Result
from harness.scenario import Scenario
from harness.trace import Trace, faults
from harness.verdict import Checks, Inconclusive, Nonconformity, Verdict

MAX_TOLD = 5
"""Broken checks that the message of a result tells; the checks themselves are all recorded."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, one sentence on why it is not ``passed``, and the traceback where the harness failed."""

    verdict: Verdict
    message: str = ""
    details: str = ""


@dataclass
class Evidence:
    """What one scenario has brought to light so far; ``result`` is set once it is judged."""

    trace: Trace
    checks: Checks
    began: float = field(default_factory=time.monotonic)
    result: Result | None = None

    def judgement(self, error: BaseException | None) -> Judgement:
        """Judge the checks and what ended the scenario."""
        if isinstance(error, Nonconformity):
            self.checks.add(error.check)
        verdict = self.checks.verdict()
        if isinstance(error, Inconclusive) and verdict is not Verdict.FAILED:
            return Judgement(Verdict.INCONCLUSIVE, str(error))
        if error is not None and not isinstance(error, Nonconformity | Inconclusive):
            details = "".join(traceback.format_exception(error))
            return Judgement(Verdict.ERROR, f"{type(error).__name__}: {error}", details)
        if verdict is Verdict.INCONCLUSIVE:
            return Judgement(verdict, "the scenario checked nothing that the central system produced")
        return Judgement(verdict, self._complaint())

    def result_of(
        self, scenario: Scenario, judgement: Judgement, expectations: Expectations, *, trace: str | None
    ) -> Result:
        """Return the result of a scenario that was judged so; ``trace`` is the path of its recorded wire."""
        counted = tally.tally(self.trace, strict=self.checks.strict)
        result = Result(
            id=scenario.id,
            title=scenario.title,
            version=scenario.version,
            profile=scenario.profile,
            clauses=scenario.clauses,
            octt=scenario.octt,
            requirements=scenario.requirements,
            verdict=judgement.verdict,
            standing=Standing.AS_EXPECTED,
            seconds=round(time.monotonic() - self.began, 4),
            message=judgement.message,
            checks=self.checks.made,
            measures=self.checks.measures,
            judged=counted.judged,
            breaches=counted.breaches,
            causes=findings.causes(judgement.verdict, self.checks.made, judgement.message),
            trace=trace,
            details=judgement.details,
            struck=faults(self.trace),
        )
        standing, expectation = expectations.judge(result)
        return replace(result, standing=standing, expectation=expectation)

    def _complaint(self) -> str:
        broken = [one for one in self.checks.made if not one.held]
        told = (f"{one.clause}: expected {one.expected}, observed {one.observed}" for one in broken[:MAX_TOLD])
        rest = f"; and {len(broken) - MAX_TOLD} more" if len(broken) > MAX_TOLD else ""
        return "; ".join(told) + rest
