"""What all documents share: the results in order, totals, and the sentences that explain a result."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.expected import Standing
from harness.findings import Finding, command, findings_of
from harness.gates import Judged
from harness.load.record import LoadRun
from harness.measured import judged
from harness.record import Result, Run
from harness.service import percentile
from harness.verdict import Check, Verdict

WORST_FIRST = (
    Verdict.ERROR,
    Verdict.FAILED,
    Verdict.INCONCLUSIVE,
    Verdict.REMARKED,
    Verdict.NOT_APPLICABLE,
    Verdict.PASSED,
)
"""The order in which documents list verdicts, what needs attention first."""

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many scenarios ended with which verdict, how many of them are news, and their time in seconds."""

    verdicts: Mapping[Verdict, int]
    news: int
    seconds: float

    @property
    def scenarios(self) -> int:
        """The number of scenarios."""
        return sum(self.verdicts.values())


@dataclass(frozen=True, slots=True)
class Group:
    """The results of one feature profile of one OCPP version, news first, then by id."""

    version: str
    profile: str
    results: Sequence[Result]

    @property
    def name(self) -> str:
        """The heading, such as "OCPP 1.6 Core"."""
        return f"OCPP {self.version} {self.profile}"

    @property
    def totals(self) -> Totals:
        """The totals of this profile."""
        return totals(self.results)


@dataclass(frozen=True, slots=True)
class Report:
    """A run as documents show it."""

    run: Run
    groups: Sequence[Group]

    @property
    def results(self) -> list[Result]:
        """All results in the order of the groups."""
        return [result for group in self.groups for result in group.results]

    @property
    def totals(self) -> Totals:
        """The totals of the scenarios of the run; news of the rules of the wire count too."""
        return replace(totals(self.run.results), news=len(self.news))

    @property
    def findings(self) -> Sequence[Finding]:
        """The findings of the run, most telling first."""
        return findings_of(self.run)

    def command(self, finding: Finding) -> str:
        """Return the command that shows a finding again."""
        return command(self.run, finding)

    def extent(self, finding: Finding) -> str:
        """Return how far a finding reaches, such as "12 messages in 3 scenarios"."""
        where = self.run.counted(len(finding.scenarios))
        return f"{finding.count} message{'' if finding.count == 1 else 's'} in {where}" if finding.rule else where

    @property
    def figures(self) -> list[tuple[str, str]]:
        """All figures of the run: name and value."""
        return [*self.accuracies, *self.stability]

    @property
    def accuracies(self) -> list[tuple[str, str]]:
        """The accuracies: name and "99.5 % (201 of 202)", and which faults struck."""
        accuracies = [
            (name, f"{10_000 * held // counted / 100:g} % ({held} of {counted})")
            for name, (held, counted) in self.run.figures.items()
        ]
        faults = [
            (f"fault {name}", f"struck {n} times in {self.run.counted(of)}")
            for name, (n, of) in self.run.struck.items()
        ]
        return [*accuracies, *faults]

    @property
    def stability(self) -> list[tuple[str, str]]:
        """How well the stations were served: name and value."""
        return service_in_words(self.run)

    @property
    def answers(self) -> list[tuple[str, Sequence[float]]]:
        """How long answers to each action took, in seconds; all actions together come last."""
        service = self.run.service
        return [*service.answers.items(), *([("all", service.times)] if service.times else [])]

    @property
    def unstable(self) -> list[Result]:
        """The results of scenarios in which connections ended or CALLs waited in vain, the least connected first."""
        struck = [(r.service, r) for r in self.results if r.service and not r.service.steady]
        return [result for service, result in sorted(struck, key=lambda pair: pair[0].stability)]

    @property
    def news(self) -> list[Result]:
        """The results that were not expected, worst first."""
        return sorted((r for r in self.results if is_news(r)), key=lambda r: WORST_FIRST.index(r.verdict))

    @property
    def known(self) -> list[Result]:
        """The nonconformities that the list of expected verdicts foretold."""
        return [result for result in self.results if is_known(result)]

    @property
    def remarked(self) -> list[Result]:
        """The remarks that are not news."""
        return [r for r in self.results if r.verdict is Verdict.REMARKED and not is_news(r)]

    @property
    def not_applicable(self) -> Mapping[str, Sequence[Result]]:
        """The results of scenarios that could not be asked, by reason; the most frequent reason comes first."""
        reasons: defaultdict[str, list[Result]] = defaultdict(list)
        for result in self.results:
            if result.verdict is Verdict.NOT_APPLICABLE:
                reasons[reason(result) or "no reason is recorded"].append(result)
        return dict(sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0])))

    @property
    def gates(self) -> Sequence[Judged]:
        """What became of the gates that the run was to keep, those that it missed first."""
        return sorted(judged(self.run), key=lambda one: one.met)

    @property
    def shortfall(self) -> str:
        """A sentence that says in what way the run is incomplete, empty for a complete one."""
        if not self.run.truncated:
            return ""
        count = f"{len(self.run.results)} of {self.run.header.selected} selected scenarios have a result"
        if self.run.footer is None:
            return f"The run was cut short: its record has no footer, and {count}."
        if self.run.footer.interrupted:
            return f"The run was interrupted: {count}."
        return f"The run is incomplete: {count}."


def service_in_words(run: Run) -> list[tuple[str, str]]:
    """Return how well the stations of a run were served: name and value, nothing where none was connected."""
    service, pings = run.service, run.header.pings
    if not service.expected:
        return []
    told = [
        (
            "stability",
            f"{service.stability * 100:.3f} % (connected {service.connected:.1f} of {service.expected:.1f} s)",
        ),
        ("connections ended by the central system", str(service.ended)),
        ("connections lost by the network", str(service.lost)),
        ("unanswered CALLs", str(service.unanswered)),
    ]
    if service.times:
        told.insert(0, ("answers, p50 / p95 / p99 / max", f"{' / '.join(percentiles(service.times))} ms"))
    if service.reconnects:
        told.append(("time to reconnect, p50 / p95 / p99 / max", f"{' / '.join(percentiles(service.reconnects))} ms"))
    if pings:
        what = f"a ping under {run.header.network} by itself, p50 / p95 / p99 / max"
        told.append((what, f"{' / '.join(percentiles(pings))} ms"))
    return told


def percentiles(times: Sequence[float]) -> tuple[str, ...]:
    """Return p50, p95, p99 and the longest of some times in ms."""
    return tuple(f"{percentile(times, part) * 1000:.1f}" for part in (0.5, 0.95, 0.99, 1.0))


def report_of(run: Run) -> Report:
    """Arrange the results of a run by version and profile, independent of the order in which they ended.

    The rules of the wire are a profile of their own.
    """
    grouped: defaultdict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in sorted((*run.results, *run.rules), key=lambda r: (not is_news(r), r.id)):
        grouped[result.version, result.profile].append(result)
    return Report(run, tuple(Group(*key, tuple(results)) for key, results in sorted(grouped.items())))


def totals(results: Iterable[Result]) -> Totals:
    """Count results by verdict and standing."""
    counted = list(results)
    verdicts = Counter(result.verdict for result in counted)
    return Totals(
        {verdict: verdicts[verdict] for verdict in WORST_FIRST},
        sum(is_news(result) for result in counted),
        sum(result.seconds for result in counted),
    )


def system(run: Run | LoadRun) -> str:
    """Return what a run was about: the target, its defect, and the network."""
    network = run.header.network if isinstance(run, Run) else None
    extras = [f"mutant {run.header.mutant}" if run.header.mutant else "", f"over {network}" if network else ""]
    return ", ".join([run.header.target, *filter(None, extras)])


def is_news(result: Result) -> bool:
    """Whether the verdict is not the expected one."""
    return result.standing is Standing.NEWS


def is_known(result: Result) -> bool:
    """Whether the result is a nonconformity, or an open question, that was expected."""
    return result.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE) and not is_news(result)


def violations(result: Result) -> list[Check]:
    """Return the checks that did not hold, those that fail the scenario first."""
    return sorted((check for check in result.checks if not check.held), key=lambda check: not check.failing)


def told(finding: Finding) -> str:
    """Return a finding in one sentence."""
    return f"expected {finding.expected}, observed {finding.observed}" if finding.expected else finding.observed


def sentence(check: Check) -> str:
    """Return one check in words."""
    return f"{check.clause} ({check.level}, {check.axis}): expected {check.expected}, observed {check.observed}"


def reason(result: Result) -> str:
    """Return why the verdict is what it is in one sentence, empty where a pass needs no explanation."""
    if result.message:
        return result.message
    broken = violations(result)
    if broken:
        more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        return sentence(broken[0]) + more
    if is_news(result) and result.expectation is not None:
        return f"{result.verdict}, although another verdict was expected: {result.expectation}"
    return ""


def visible(text: str) -> str:
    """Return the text with characters that no document can carry, or that disguise others, as escapes."""
    return _UNPRINTABLE.sub(_escape, text)


def shortened(text: str, limit: int) -> str:
    """Return at most ``limit`` characters of the text, and the length of what was cut."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters in all)"


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
