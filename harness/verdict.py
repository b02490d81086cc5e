"""Verdicts on a central system, the checks they rest on, and the two exceptions that lead to one."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_TEXT = 4_096
"""Characters of what was expected or observed that a check keeps: a central system may send megabytes."""


class Verdict(StrEnum):
    """What a scenario says about the central system."""

    PASSED = "passed"
    REMARKED = "remarked"
    NOT_APPLICABLE = "not-applicable"
    INCONCLUSIVE = "inconclusive"
    FAILED = "failed"
    ERROR = "error"


class Level(StrEnum):
    """How strongly the cited clause obliges the central system."""

    SHALL = "SHALL"
    SHOULD = "SHOULD"


class Axis(StrEnum):
    """Whether a check measures conformance, or a policy that the text leaves open."""

    CONFORMANCE = "conformance"
    POLICY = "policy"


SHALL = Level.SHALL
SHOULD = Level.SHOULD
CONFORMANCE = Axis.CONFORMANCE
POLICY = Axis.POLICY


Clause = str | Mapping[str, str]
"""Where a demand stands: a text in which ``{version}`` is the OCPP version, or a text for each version by its name."""


def cited(clause: Clause, version: str) -> str:
    """Return where a demand stands in one OCPP version."""
    return (clause if isinstance(clause, str) else clause[version]).replace("{version}", version)


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison of what a clause demands with what the central system did.

    ``evidence`` is the index of the trace entry that was judged, None when the central system had sent
    nothing yet.
    """

    clause: str
    level: Level
    axis: Axis
    expected: str
    observed: str
    held: bool
    evidence: int | None = None

    @property
    def failing(self) -> bool:
        """Whether the check alone makes its scenario fail (a SHALL on the conformance axis, violated)."""
        return not self.held and self.level is Level.SHALL and self.axis is Axis.CONFORMANCE


class Nonconformity(Exception):
    """The central system answered wrongly, or owed an answer that did not come."""

    def __init__(
        self, expected: str, observed: str, *, clause: str, level: Level = SHALL, evidence: int | None = None
    ) -> None:
        super().__init__(f"{clause}: expected {expected}, observed {observed}")
        self.check = Check(clause, level, CONFORMANCE, expected, observed, held=False, evidence=evidence)


class Inconclusive(Exception):
    """The question of the scenario was never reached, or its answer cannot be observed."""


class Checks:
    """Collects the checks of one scenario; a check records and never raises.

    ``latest_evidence`` returns the index of the newest trace entry that the central system produced, or None.
    ``strict`` promotes SHOULD and policy checks to SHALL on the conformance axis. Clauses are cited as those of an OCPP
    ``version``.
    """

    def __init__(self, latest_evidence: Callable[[], int | None], *, strict: bool = False, version: str = "") -> None:
        self._latest_evidence = latest_evidence
        self.strict = strict
        self.version = version
        self._made: list[Check] = []
        self._measures: dict[str, bool] = {}

    @property
    def measures(self) -> dict[str, bool]:
        """What was counted, by the name of the figure: whether this scenario adds to its numerator."""
        return dict(self._measures)

    def measure(self, figure: str, held: bool) -> None:
        """Count this scenario towards a figure of the run, such as an accuracy; this does not judge it."""
        self._measures[figure] = held

    @property
    def made(self) -> tuple[Check, ...]:
        """All checks so far, in order."""
        return tuple(self._made)

    def add(self, check: Check) -> None:
        """Record a check that was made elsewhere; very long texts are cut."""
        level, axis = (SHALL, CONFORMANCE) if self.strict else (check.level, check.axis)
        expected, observed = _cut(check.expected), _cut(check.observed)
        clause = cited(check.clause, self.version)
        self._made.append(Check(clause, level, axis, expected, observed, check.held, check.evidence))

    def that(
        self,
        held: bool,
        expected: str,
        *,
        clause: Clause,
        observed: object = None,
        level: Level = SHALL,
        axis: Axis = CONFORMANCE,
        at: int | None = None,
    ) -> bool:
        """Record whether ``expected``, a phrase, holds; ``observed`` is shown when it does not."""
        evidence = at if at is not None else self._latest_evidence()
        self.add(Check(cited(clause, self.version), level, axis, expected, _show(observed), held, evidence))
        return held

    def equal(
        self,
        observed: object,
        expected: object,
        *,
        clause: Clause,
        level: Level = SHALL,
        axis: Axis = CONFORMANCE,
        at: int | None = None,
    ) -> bool:
        """Record whether ``observed`` equals ``expected``, in type as in value (True is not 1)."""
        held = observed == expected and isinstance(observed, bool) == isinstance(expected, bool)
        return self.that(held, _show(expected), clause=clause, observed=observed, level=level, axis=axis, at=at)

    def graded(
        self,
        observed: object,
        *,
        good: Collection[object],
        tolerable: Collection[object] = (),
        clause: Clause,
        level: Level = SHALL,
        at: int | None = None,
    ) -> bool:
        """Record an outcome of which several are acceptable.

        One of ``good`` holds; one of ``tolerable`` only remarks; any other violates ``level``.
        """
        expected = " or ".join(_show(value) for value in good)
        if observed not in good and observed in tolerable:
            level = SHOULD
        return self.that(observed in good, expected, clause=clause, observed=observed, level=level, at=at)

    def close(
        self,
        observed: float,
        expected: float,
        *,
        within: float,
        clause: Clause,
        level: Level = SHALL,
        at: int | None = None,
    ) -> bool:
        """Record whether two numbers differ by at most ``within``."""
        held = math.isfinite(observed) and abs(observed - expected) <= within
        return self.that(held, f"{expected} ± {within}", clause=clause, observed=observed, level=level, at=at)

    def verdict(self) -> Verdict:
        """Judge the checks; without any on evidence of the central system the question is open."""
        return judge(self._made)


def judge(checks: Iterable[Check]) -> Verdict:
    """Return the verdict that follows from checks alone."""
    made = list(checks)
    if any(check.failing for check in made):
        return Verdict.FAILED
    if not any(check.evidence is not None for check in made):
        return Verdict.INCONCLUSIVE
    return Verdict.PASSED if all(check.held for check in made) else Verdict.REMARKED


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}… ({len(text)} characters in all)"


def _show(value: Any) -> str:
    plain = value is None or isinstance(value, bool | int | float | dict | list | tuple | set | frozenset)
    return repr(value) if plain else str(value)
