"""Findings: what many failing checks have in common is one cause, told once.

Checks with the same clause, the same expectation and the same kind of observation belong together; numbers, ids,
times and quoted texts in them make no difference. A broken rule of the wire is one finding, and so is a reason for
which scenarios remained inconclusive or broke.
"""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from harness.expected import Standing
from harness.players import counterpart, player
from harness.record import Result, Run
from harness.verdict import CONFORMANCE, SHALL, Check, Verdict

MOST_TELLING_FIRST = (
    Verdict.FAILED,
    Verdict.ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.REMARKED,
    Verdict.NOT_APPLICABLE,
)
"""The verdicts that lead to findings, in the order in which findings are told."""

UNDECLARED = "declare it in [features]"
"""How the reason ends why scenarios are not applicable if the target file had better say so itself."""

UNOFFERED = "leave it out of [csms] versions"
"""How the reason ends why scenarios of a version are not applicable that the target file lists and nobody speaks."""

_QUOTED = re.compile(r"""(?<!\w)(?:'[^']*'|"[^"]*")""")
_WORD = re.compile(r"[\w.:+-]+")
_DIGIT = re.compile(r"\d")
_FIGURES = re.compile(r"#(?:[,;\s]+#)+")
_LONGEST_TEXT = 2_000
_LONGEST_KIND = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One cause: how bad it is, what was expected and observed, and the ids of the scenarios that show it.

    ``count`` is how many checks show it, of a broken rule how many messages; ``rule`` is the id of that rule. ``first``
    is the scenario whose trace entry ``evidence`` shows it best. A cause that no check tells has neither clause nor
    expectation. ``news`` is set where it makes a verdict that was not expected.
    """

    id: str
    verdict: Verdict
    clause: str
    expected: str
    observed: str
    count: int
    scenarios: Sequence[str]
    first: str
    news: bool
    evidence: int | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A cause as one scenario shows it; ``rank`` is how many other causes that scenario shows before it."""

    id: str
    result: Result
    verdict: Verdict
    check: Check
    rank: int
    count: int = 1
    rule: str | None = None

    @property
    def order(self) -> tuple[int, str, int]:
        """The worst comes first."""
        return MOST_TELLING_FIRST.index(self.verdict), self.result.id, self.rank


def kind(text: str) -> str:
    """Return what a text has in common with others of its kind: no quoted texts, numbers, ids and times."""
    unquoted = _QUOTED.sub("'…'", text[:_LONGEST_TEXT])
    plain = _WORD.sub(lambda word: "#" if _DIGIT.search(word[0]) else word[0], unquoted)
    return _FIGURES.sub("#", plain)[:_LONGEST_KIND]


def cause_of_check(check: Check) -> str:
    """Return the id of the finding that a check belongs to which did not hold; one that only remarks is another."""
    return _id(check.clause, kind(check.expected), kind(check.observed), "" if check.failing else "remark")


def cause_of_rule(rule: str) -> str:
    """Return the id of the finding that a rule of the wire is broken."""
    return _id(rule)


def causes(verdict: Verdict, checks: Iterable[Check], message: str) -> tuple[str, ...]:
    """Return the ids of the findings that made a verdict what it is, none for a good one."""
    match verdict:
        case Verdict.FAILED:
            found = {cause_of_check(check) for check in checks if check.failing}
        case Verdict.REMARKED:
            found = {cause_of_check(check) for check in checks if not check.held}
        case Verdict.INCONCLUSIVE | Verdict.ERROR:
            found = {_cause_of_message(verdict, message)}
        case _:
            found = set()
    return tuple(sorted(found))


def findings_of(run: Run) -> tuple[Finding, ...]:
    """Return the findings of a run, most telling first: worse, news, of more scenarios, shown before others."""
    grouped: defaultdict[str, list[_Sighting]] = defaultdict(list)
    for result in run.results:
        for sighting in _sightings(result):
            grouped[sighting.id].append(sighting)
    news = {cause for one in (*run.results, *run.rules) if one.standing is Standing.NEWS for cause in one.causes}
    ranks = {id: min(one.rank for one in sightings) for id, sightings in grouped.items()}
    found = [_finding(sorted(sightings, key=lambda one: one.order), news) for sightings in grouped.values()]
    return (*_disagreements(run), *sorted(found, key=lambda one: (*_weight(one), ranks[one.id], one.id)))


def _disagreements(run: Run) -> Iterator[Finding]:
    """Yield the scenarios that ended differently on real firmware and on a simulated charge point.

    The central system was the same: each is a suspicion against the suite, which is why they are told first.
    """
    verdicts = {one.id: one.verdict for one in run.results}
    for id, verdict in verdicts.items():
        twin = counterpart(id)
        other = verdicts.get(twin) if twin else None
        if twin and other and Verdict.NOT_APPLICABLE not in (verdict, other) and verdict is not other:
            yield Finding(
                id=_id("disagreement", id),
                verdict=Verdict.ERROR,
                clause="",
                expected="the same verdict whatever plays the charge point, or the suite is at fault",
                observed=f"{verdict} on {player(id)}, {other} on {player(twin)}",
                count=1,
                scenarios=[twin, id],
                first=id,
                news=False,
            )


def command(run: Run, finding: Finding) -> str:
    """Return the command that shows a finding again: plays the scenario that shows it best, or reads the trace of it.

    What was watched cannot be played again.
    """
    if run.header.watched:
        first = next(one for one in run.results if one.id == finding.first)
        return shlex.join(["plugfest", "judge", str(run.path.parent / (first.trace or "")), f"--ocpp={first.version}"])
    return shlex.join(["plugfest", "reproduce", finding.first, *run.header.options])


def _weight(finding: Finding) -> tuple[int, bool, int]:
    return MOST_TELLING_FIRST.index(finding.verdict), not finding.news, -len(finding.scenarios)


def _finding(sightings: Sequence[_Sighting], news: set[str]) -> Finding:
    best = sightings[0]
    return Finding(
        id=best.id,
        verdict=best.verdict,
        clause=best.check.clause,
        expected=best.check.expected,
        observed=best.check.observed,
        count=sum(one.count for one in sightings),
        scenarios=sorted({one.result.id for one in sightings}),
        first=best.result.id,
        news=best.id in news,
        evidence=best.check.evidence,
        rule=best.rule,
    )


def _sightings(result: Result) -> Iterator[_Sighting]:
    """Yield the causes that a scenario shows: why it has no verdict on its question, failing checks, other checks."""
    seen: dict[str, int] = {}

    def seen_as(id: str) -> int:
        return seen.setdefault(id, len(seen))

    undeclared = result.verdict is Verdict.NOT_APPLICABLE and result.message.endswith((UNDECLARED, UNOFFERED))
    if result.verdict in (Verdict.INCONCLUSIVE, Verdict.ERROR) or undeclared:
        id = _cause_of_message(result.verdict, result.message)
        told = Check("", SHALL, CONFORMANCE, "", result.message, held=False)
        yield _Sighting(id, result, result.verdict, told, seen_as(id))
    for check in sorted((one for one in result.checks if not one.held), key=lambda one: not one.failing):
        id = cause_of_check(check)
        yield _Sighting(id, result, _verdict(check), check, seen_as(id))
    for breach in result.breaches:
        id, check = cause_of_rule(breach.rule), breach.checks[0]
        yield _Sighting(id, result, _verdict(check), check, seen_as(id), breach.messages, breach.rule)


def _verdict(check: Check) -> Verdict:
    return Verdict.FAILED if check.failing else Verdict.REMARKED


def _cause_of_message(verdict: Verdict, message: str) -> str:
    return _id(verdict, kind(message))


def _id(*key: str) -> str:
    return sha256("\n".join(key).encode(errors="backslashreplace")).hexdigest()[:8]
