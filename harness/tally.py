"""How often each rule of the wire was applied and broken: in one scenario, and over the run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from harness import findings, rules
from harness.expected import Expectations, Standing
from harness.record import Breach, Result
from harness.trace import Entry
from harness.verdict import CONFORMANCE, Check, Checks, Verdict, judge
from harness.versions import known_rules

MAX_KINDS = 5
"""Different expectations of one rule that are kept as examples of how it was broken."""


def judged(trace: Iterable[Entry]) -> dict[str, int]:
    """Return how many messages of a trace each rule was applied to, by the id of the rule."""
    return dict(sorted(Counter(rule.id for entry in trace for rule in set(entry.rules)).items()))


def breaches(trace: Iterable[Entry], *, strict: bool = False) -> tuple[Breach, ...]:
    """Return, for each rule that a trace breaks, how many messages do and the first example of each kind.

    ``strict`` lets a SHOULD fail like a SHALL.
    """
    messages: Counter[str] = Counter()
    found: defaultdict[str, Checks] = defaultdict(lambda: Checks(lambda: None, strict=strict))
    for entry in trace:
        messages.update({problem.rule.id for problem in entry.problems})
        for problem in entry.problems:
            clause, expected, observed = problem.clause, problem.expected, problem.observed
            check = Check(clause, problem.level, CONFORMANCE, expected, observed, held=False, evidence=entry.index)
            found[problem.rule.id].add(check)
    return tuple(Breach(rule, messages[rule], _kinds(checks.made)) for rule, checks in sorted(found.items()))


def rule_results(results: Sequence[Result], expectations: Expectations) -> Iterator[Result]:
    """Yield the result of each rule that the scenarios of a run exercised, in the order of their ids."""
    messages: Counter[str] = Counter()
    broken: defaultdict[str, list[tuple[Result, Breach]]] = defaultdict(list)
    for result in results:
        messages.update(result.judged)
        for breach in result.breaches:
            broken[breach.rule].append((result, breach))
    for id, count in sorted(messages.items()):
        result = _result(id, count, sorted(broken[id], key=_telling))
        standing, expectation = expectations.judge(result)
        yield replace(result, standing=standing, expectation=expectation)


def _result(id: str, messages: int, broken: Sequence[tuple[Result, Breach]]) -> Result:
    """Return the result of one rule; what it points to is the trace of the scenario that broke it first."""
    rule = known_rules()[id]
    kept = Result(
        id=id,
        title=rule.title,
        version=rule.version,
        profile=rules.PROFILE,
        clauses=(rule.clause,),
        octt=(),
        requirements=(),
        verdict=Verdict.PASSED,
        standing=Standing.AS_EXPECTED,
        seconds=0.0,
        judged={id: messages},
    )
    if not broken:
        return kept
    (first, breach), *others = broken
    elsewhere = [replace(check, evidence=None) for _, other in others for check in other.checks]
    checks = _kinds([*breach.checks, *elsewhere])
    whole = Breach(id, sum(one.messages for _, one in broken), checks)
    verdict, message = judge(checks), _message(whole, messages, first, len(broken))
    causes = (findings.cause_of_rule(id),)
    return replace(
        kept, verdict=verdict, message=message, checks=checks, breaches=(whole,), causes=causes, trace=first.trace
    )


def _message(whole: Breach, messages: int, first: Result, scenarios: int) -> str:
    check = whole.checks[0]
    count = f"{whole.messages} of {messages} in {scenarios} scenario{'s' if scenarios > 1 else ''}"
    return f"{count}, first in {first.id} #{check.evidence}: expected {check.expected}, observed {check.observed}"


def _telling(broken: tuple[Result, Breach]) -> tuple[bool, str]:
    """Order those that fail before those that only remark."""
    result, breach = broken
    return not breach.failing, result.id


def _kinds(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return the first check of each expectation, failing ones before others."""
    kinds: dict[tuple[bool, str], Check] = {}
    for check in checks:
        kinds.setdefault((not check.failing, check.expected), check)
    return tuple(kinds[kind] for kind in sorted(kinds, key=lambda kind: kind[0])[:MAX_KINDS])
