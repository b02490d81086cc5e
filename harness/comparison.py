"""What is news between two runs: verdicts, the causes behind them, gates, and figures with their noise.

Scenarios that only one of the runs has played are told and not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.figures import Difference, differences
from harness.findings import Finding, findings_of, kind
from harness.gates import Judged
from harness.load.measured import MeasuredLoad
from harness.load.record import LoadRun
from harness.measured import MeasuredRun, judged
from harness.record import Result, Run
from harness.verdict import Verdict

_BEST_FIRST = (
    Verdict.PASSED,
    Verdict.REMARKED,
    Verdict.NOT_APPLICABLE,
    Verdict.INCONCLUSIVE,
    Verdict.FAILED,
    Verdict.ERROR,
)

_CLAUSE = re.compile(r"(.*?) ?([A-Z]?\d+(?:\.\w+)*(?:, [A-Z]?\d+(?:\.\w+)*)*)")


@dataclass(frozen=True, slots=True)
class Change:
    """A scenario, or a rule of the wire, with its verdict in either run."""

    id: str
    title: str
    before: Verdict
    after: Verdict

    @property
    def worse(self) -> bool:
        """Whether the later verdict is the worse one; not to be asked any more is worse than a remark."""
        return _BEST_FIRST.index(self.after) > _BEST_FIRST.index(self.before)


@dataclass(frozen=True, slots=True)
class Cause:
    """A finding of one run, and the scenarios that do not show it in the other.

    ``companions`` are findings that have come to be shown as well and most likely have the same cause; ``changes`` are
    those of all of them, other verdicts first.
    """

    finding: Finding
    changes: Sequence[Change]
    companions: Sequence[Finding] = ()

    @property
    def findings(self) -> Sequence[Finding]:
        """All of it, the most telling first."""
        return [self.finding, *self.companions]

    @property
    def scenarios(self) -> Sequence[Change]:
        """The changes without those of rules of the wire."""
        return [one for one in self.changes if one.id not in {finding.rule for finding in self.findings}]


@dataclass(frozen=True, slots=True)
class GateChange:
    """A gate that both runs were to keep, and one of them missed."""

    before: Judged
    after: Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is news of the later of two runs.

    ``appeared`` and ``vanished`` are causes, ``others`` the verdicts that changed for none of them. ``only_before`` and
    ``only_after`` count what one run alone has played.
    """

    appeared: Sequence[Cause] = ()
    vanished: Sequence[Cause] = ()
    others: Sequence[Change] = ()
    gates: Sequence[GateChange] = ()
    figures: Sequence[Difference] = ()
    compared: int = 0
    only_before: int = 0
    only_after: int = 0

    @property
    def worse(self) -> bool:
        """Whether anything came to be wrong that was not; figures are a matter of gates."""
        others = any(change.worse for change in self.others)
        return bool(self.appeared) or others or any(one.before.met for one in self.gates)


def compare(before: Run, after: Run) -> Comparison:
    """Return what is news of one conformance run after another."""
    known, found = _by_id(before), _by_id(after)
    changes = {
        id: Change(id, found[id].title, known[id].verdict, found[id].verdict) for id in sorted(known.keys() & found)
    }
    back = {id: Change(id, one.title, one.after, one.before) for id, one in changes.items()}
    appeared, vanished = _appeared(before, after, changes), _appeared(after, before, back)
    told = {change.id for cause in (*appeared, *vanished) for change in cause.changes}
    return Comparison(
        appeared=appeared,
        vanished=[Cause(one.finding, [changes[each.id] for each in one.changes], one.companions) for one in vanished],
        others=[one for id, one in changes.items() if one.before is not one.after and id not in told],
        gates=_gates(judged(before), judged(after)),
        figures=differences(MeasuredRun(before), MeasuredRun(after)),
        compared=sum(one.id in known for one in after.results),
        only_before=sum(one.id not in found for one in before.results),
        only_after=sum(one.id not in known for one in after.results),
    )


def compare_load(before: LoadRun, after: LoadRun) -> Comparison:
    """Return what is news of one load run after another: gates and figures."""
    return Comparison(
        gates=_gates(before.judged, after.judged),
        figures=differences(MeasuredLoad(before.figures), MeasuredLoad(after.figures)),
    )


def _by_id(run: Run) -> dict[str, Result]:
    return {one.id: one for one in (*run.results, *run.rules)}


def _appeared(before: Run, after: Run, changes: Mapping[str, Change]) -> list[Cause]:
    """Return the findings that scenarios came to show, each with those that most likely have the same cause."""
    shown = {one.id: set(one.scenarios) for one in findings_of(before)}
    causes: list[Cause] = []
    for finding in findings_of(after):
        new = [id for id in finding.scenarios if id in changes and id not in shown.get(finding.id, ())]
        if not new:
            continue
        ruled = [finding.rule] if finding.rule and finding.rule in changes else []
        found = Cause(finding, [changes[id] for id in (*ruled, *new)])
        same = [one for one in causes if _same_cause(one, found)]
        place = causes.index(same[0]) if same else len(causes)
        causes[place:] = [_joined([*same, found]), *(one for one in causes[place:] if one not in same)]
    return causes


def _same_cause(known: Cause, found: Cause) -> bool:
    """Whether what was found most likely has the cause of what is known.

    That is so where only scenarios show it that show the other, where both are about one clause, or where the same was
    observed in words: a central system that has gone mute breaks many clauses at once. A rule of the wire is broken by
    one kind of message, which is a cause of its own.
    """
    scenarios = {one.id for one in known.changes}
    if scenarios.issuperset(one.id for one in found.changes if one.id != found.finding.rule):
        return True
    return any(_alike(one, found.finding) for one in known.findings)


def _alike(one: Finding, other: Finding) -> bool:
    if one.rule or other.rule:
        return False
    observed = kind(one.observed)
    in_words = any(map(str.isalpha, observed))
    return bool(_sections(one) & _sections(other)) or (in_words and observed == kind(other.observed))


def _sections(finding: Finding) -> frozenset[str]:
    """Return the sections that the clause of a finding names, of requirements the use case, each with its document."""
    found = _CLAUSE.fullmatch(finding.clause)
    document, numbers = found.groups() if found else ("", "")
    return frozenset(f"{document} {number.partition('.FR.')[0]}" for number in numbers.split(", ") if number)


def _joined(causes: Sequence[Cause]) -> Cause:
    """Return causes that turned out to be one, the most telling first."""
    changes = {change.id: change for cause in causes for change in cause.changes}
    told = sorted(changes.values(), key=lambda one: one.before is one.after)
    finding, *companions = (one for cause in causes for one in cause.findings)
    return Cause(finding, told, companions)


def _gates(before: Iterable[Judged], after: Iterable[Judged]) -> list[GateChange]:
    known = {(one.gate, one.limit): one for one in before}
    both = [(known[one.gate, one.limit], one) for one in after if (one.gate, one.limit) in known]
    return [GateChange(*pair) for pair in both if pair[0].met is not pair[1].met]
