"""How often each rule of the wire was applied and broken: in one scenario, and over the run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from harness import findings, rules
from harness.expected import Expectations, Standing
from harness.record import Breach, Result
from harness.trace import Entry
from harness.verdict import CONFORMANCE, Check, Checks, Level, Verdict, judge
from harness.versions import known_rules

MAX_EXAMPLES = 100
"""Different expectations of one rule and level that are looked at until the worst are chosen."""

MAX_KINDS = 5
"""Different expectations of one rule that are kept as examples of how it was broken."""


class Tally:
    """How often the rules of the wire were applied and broken, counted entry by entry."""

    def __init__(self, *, strict: bool = False) -> None:
        """Begin with nothing; ``strict`` lets a SHOULD fail like a SHALL."""
        self._applied: Counter[str] = Counter()
        self._messages: Counter[str] = Counter()
        self._found: defaultdict[str, Checks] = defaultdict(lambda: Checks(lambda: None, strict=strict))
        self._seen: set[tuple[str, Level, str]] = set()
        self._examples: Counter[tuple[str, Level]] = Counter()

    def take(self, entry: Entry) -> None:
        """Count one entry."""
        self._applied.update({rule.id for rule in entry.rules})
        self._messages.update({problem.rule.id for problem in entry.problems})
        for problem in entry.problems:
            rule, level = problem.rule.id, problem.level
            if (rule, level, problem.expected) in self._seen or self._examples[rule, level] == MAX_EXAMPLES:
                continue
            self._seen.add((rule, level, problem.expected))
            self._examples[rule, level] += 1
            clause, expected, observed = problem.clause, problem.expected, problem.observed
            self._found[rule].add(
                Check(clause, level, CONFORMANCE, expected, observed, held=False, evidence=entry.index)
            )

    @property
    def judged(self) -> dict[str, int]:
        """How many messages each rule was applied to, by the id of the rule."""
        return dict(sorted(self._applied.items()))

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """For each rule that was broken, how many messages break it and the first example of each kind."""
        found = sorted(self._found.items())
        return tuple(Breach(rule, self._messages[rule], _kinds(checks.made)) for rule, checks in found)


def tally(trace: Iterable[Entry], *, strict: bool = False) -> Tally:
    """Return how often a trace kept and broke the rules of the wire."""
    counted = Tally(strict=strict)
    for entry in trace:
        counted.take(entry)
    return counted


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
