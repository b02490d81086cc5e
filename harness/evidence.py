"""What a scenario has brought to light, and the verdict that follows from it."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field

from harness import expected
from harness.expected import Expectation
from harness.ocppj import Problem
from harness.record import Result
from harness.scenario import Scenario
from harness.trace import Trace
from harness.verdict import CONFORMANCE, Check, Checks, Inconclusive, Nonconformity, Verdict

MAX_PROBLEMS = 200
"""Problems of the wire that become checks of one scenario; a flood may bring many thousands."""

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
        """Judge checks, wire and what ended the scenario; of several calls the first takes the wire into account."""
        if isinstance(error, Nonconformity):
            self.checks.add(error.check)
        if self.result is None:
            self._take_problems()
        verdict = self.checks.verdict()
        if isinstance(error, Inconclusive) and verdict is not Verdict.FAILED:
            return Judgement(Verdict.INCONCLUSIVE, str(error))
        if error is not None and not isinstance(error, Nonconformity | Inconclusive):
            details = "".join(traceback.format_exception(error))
            return Judgement(Verdict.ERROR, f"{type(error).__name__}: {error}", details)
        if verdict is Verdict.ERROR:
            return Judgement(verdict, "the scenario checked nothing that the central system produced")
        return Judgement(verdict, self._complaint())

    def result_of(
        self, scenario: Scenario, judgement: Judgement, expectation: Expectation | None, *, trace: str | None
    ) -> Result:
        """Return the result of a scenario that was judged so; ``trace`` is the path of its recorded wire."""
        return Result(
            id=scenario.id,
            title=scenario.title,
            version=scenario.version,
            profile=scenario.profile,
            clauses=scenario.clauses,
            octt=scenario.octt,
            requirements=scenario.requirements,
            verdict=judgement.verdict,
            standing=expected.standing(judgement.verdict, expectation),
            seconds=round(time.monotonic() - self.began, 4),
            message=judgement.message,
            expectation=f"{expectation.finding}: {expectation.reason}" if expectation else None,
            checks=self.checks.made,
            measures=self.checks.measures,
            trace=trace,
            details=judgement.details,
        )

    def _take_problems(self) -> None:
        found = [_check(problem, entry.index) for entry in self.trace for problem in entry.problems]
        for one in sorted(found, key=lambda one: not one.failing)[:MAX_PROBLEMS]:
            self.checks.add(one)

    def _complaint(self) -> str:
        broken = [one for one in self.checks.made if not one.held]
        told = (f"{one.clause}: expected {one.expected}, observed {one.observed}" for one in broken[:MAX_TOLD])
        rest = f"; and {len(broken) - MAX_TOLD} more" if len(broken) > MAX_TOLD else ""
        return "; ".join(told) + rest


def _check(problem: Problem, evidence: int) -> Check:
    expected, observed = problem.expected, problem.observed
    return Check(problem.clause, problem.level, CONFORMANCE, expected, observed, held=False, evidence=evidence)
