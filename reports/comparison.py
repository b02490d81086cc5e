"""What is news between two runs, as documents: text, Markdown, a page and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness.comparison import Cause, Change, Comparison
from harness.figures import Difference, Estimate
from harness.findings import Finding
from harness.gates import told
from harness.load.record import LoadRun
from harness.record import Run
from reports.html import environment, style
from reports.markdown import code, prose
from reports.model import shortened, system, visible
from reports.model import told as told_finding

MOST_ROWS = 200
"""Rows of one list in Markdown; the page and the JSON have all."""

MOST_LINES = 30
"""Scenarios of one finding that a terminal shows, those with another verdict first."""

LONGEST_LINE = 400
"""Characters of what was expected or observed that a terminal shows."""


@dataclass(frozen=True, slots=True)
class News:
    """A comparison, and the two runs that it is about."""

    before: Run | LoadRun
    after: Run | LoadRun
    comparison: Comparison

    @property
    def shortfall(self) -> str:
        """A sentence about runs that were cut short, empty where neither was."""
        cut = [which for which, run in (("before", self.before), ("after", self.after)) if run.truncated]
        return f"The run {' and the run '.join(cut)} was cut short: what is missing is not compared." if cut else ""

    @property
    def outcome(self) -> str:
        """The comparison in one sentence."""
        found = self.comparison
        parts = [
            (found.appeared, "new finding", "new findings"),
            (found.vanished, "finding is gone", "findings are gone"),
            (found.others, "other verdict", "other verdicts"),
            (found.gates, "gate came out otherwise", "gates came out otherwise"),
        ]
        told = ", ".join(f"{len(each)} {one if len(each) == 1 else many}" for each, one, many in parts if each)
        compared = f"; {found.compared} scenarios were compared" if found.compared else ""
        return f"{told or 'Nothing is news'}{compared}."

    @property
    def unmatched(self) -> str:
        """What only one of the runs has played, empty where they played the same."""
        found = self.comparison
        if not (found.only_before or found.only_after):
            return ""
        return (
            f"Not compared: {found.only_before} scenarios that were played before only, {found.only_after} after only."
        )

    @property
    def figures(self) -> Sequence[Difference]:
        """The figures of the whole runs, and those of actions that differ by more than their noise."""
        return [one for one in self.comparison.figures if one.certain or "." not in one.name]


def estimate(one: Estimate, difference: Difference) -> str:
    """Return a figure in words, with the bounds of its noise where they are known."""
    value = told(one.value, difference.unit)
    if one.low == one.high:
        return value
    return f"{value} ({told(one.low, difference.unit)} to {told(one.high, difference.unit)})"


def judged(difference: Difference) -> str:
    """Return what is said of the difference of a figure."""
    if not difference.certain:
        return "within the noise" if difference.before != difference.after else "the same"
    return "worse" if difference.worse else "better"


def verdicts(change: Change) -> str:
    """Return how a verdict changed, if it did."""
    if change.before is change.after:
        return f"{change.after} as before"
    return f"{change.before} → {change.after}"


def scenarios(cause: Cause) -> str:
    """Return how many scenarios have come to show a finding, or no longer do."""
    return f"{len(cause.scenarios)} scenario{'' if len(cause.scenarios) == 1 else 's'}"


def text(news: News) -> Iterator[str]:
    """Yield the lines that a terminal shows."""
    found = news.comparison
    yield f"before  {system(news.before)}  {news.before.header.started}"
    yield f"after   {system(news.after)}  {news.after.header.started}"
    yield ""
    for title, causes in (("new", found.appeared), ("gone", found.vanished)):
        for cause in causes:
            yield from _cause_in_text(title, cause)
    for change in found.others:
        yield f"{verdicts(change)}  {change.id}  {change.title}"
    for gate in found.gates:
        met = "met again" if gate.after.met else "missed"
        yield f"gate {gate.after.gate} {gate.after.limit} {met}: {gate.before.observed} → {gate.after.observed}"
    if found.others or found.gates:
        yield ""
    for one in news.figures:
        values = f"{estimate(one.before, one)} → {estimate(one.after, one)}"
        yield f"{one.name:<28}{values}  {judged(one)}"
    yield from ([""] if news.figures else [])
    yield from filter(None, (news.unmatched, news.shortfall, news.outcome))


def _cause_in_text(title: str, cause: Cause) -> Iterator[str]:
    finding = cause.finding
    count = scenarios(cause)
    yield f"{title:<6}{finding.verdict.value:<14}{finding.id}  {finding.clause or 'why'}: {count}"
    if finding.expected:
        yield f"      expected  {_line(finding.expected)}"
    yield f"      observed  {_line(finding.observed)}"
    yield from (f"      {verdicts(change)}  {change.id}" for change in cause.changes[:MOST_LINES])
    if len(cause.changes) > MOST_LINES:
        yield f"      … and {len(cause.changes) - MOST_LINES} more"
    for other in cause.companions:
        yield f"      also {other.verdict} {other.id}  {_line(sentence(other))}"
    yield ""


def sentence(finding: Finding) -> str:
    """Return a finding in one sentence, with its clause if it has one."""
    return f"{finding.clause}: {told_finding(finding)}" if finding.clause else told_finding(finding)


def _line(text: str) -> str:
    """Return what a central system sent as one line that does nothing to a terminal."""
    return shortened(" ".join(visible(text).split()), LONGEST_LINE)


def markdown(news: News) -> str:
    """Return a Markdown document."""
    return "\n".join(_markdown(news))


def _markdown(news: News) -> Iterator[str]:
    found = news.comparison
    yield "# What is news"
    yield ""
    yield f"**{news.outcome}**"
    yield ""
    for which, run in (("before", news.before), ("after", news.after)):
        yield f"- {which}: {prose(system(run))}, {prose(run.header.started)}"
    yield ""
    yield from (f"> {line}\n" for line in (news.unmatched, news.shortfall) if line)
    for title, causes in (("New findings", found.appeared), ("Findings that are gone", found.vanished)):
        yield from _causes(title, causes)
    yield from _rows("Other verdicts", "| verdict | scenario |", [_change(one) for one in found.others])
    gates = [
        f"| {code(one.after.gate)} {one.after.limit} | {one.before.observed} | {one.after.observed} |"
        for one in found.gates
    ]
    yield from _rows("Gates", "| gate | before | after |", gates)
    figures = [
        f"| {code(one.name)} | {estimate(one.before, one)} | {estimate(one.after, one)} | {judged(one)} |"
        for one in news.figures
    ]
    yield from _rows("Figures", "| figure | before | after | difference |", figures)


def _causes(title: str, causes: Sequence[Cause]) -> Iterator[str]:
    if not causes:
        return
    yield f"## {title} ({len(causes)})"
    yield ""
    for cause in causes:
        finding = cause.finding
        yield f"### {code(finding.id)} {finding.verdict}"
        yield ""
        for one in cause.findings:
            yield f"- {prose(sentence(one))}"
        yield ""
        yield from _rows("", "| verdict | scenario |", [_change(one) for one in cause.changes])


def _change(one: Change) -> str:
    return f"| {verdicts(one)} | {code(one.id)}<br>{prose(one.title)} |"


def _rows(title: str, head: str, rows: Sequence[str]) -> Iterator[str]:
    if not rows:
        return
    if title:
        yield f"## {title} ({len(rows)})"
        yield ""
    yield head
    yield "|" + "---|" * (head.count("|") - 1)
    yield from rows[:MOST_ROWS]
    if len(rows) > MOST_ROWS:
        yield ""
        yield f"… and {len(rows) - MOST_ROWS} more."
    yield ""


def html(news: News) -> str:
    """Return a page that needs neither a network nor a script."""
    words = {
        "system": system,
        "estimate": estimate,
        "judged": judged,
        "verdicts": verdicts,
        "sentence": sentence,
        "scenarios": scenarios,
    }
    return environment().get_template("comparison.html.j2").render(news=news, style=style(), **words)


def to_json(news: News) -> dict[str, Any]:
    """Return a JSON object: the runs, and what is news of the later one."""
    found = asdict(news.comparison)
    figures = [{**asdict(one), "certain": one.certain, "worse": one.worse} for one in news.comparison.figures]
    return {
        "format": "plugfest-comparison",
        "format_version": 1,
        "before": {"run": system(news.before), "started": news.before.header.started},
        "after": {"run": system(news.after), "started": news.after.header.started},
        "worse": news.comparison.worse,
        **found,
        "figures": figures,
    }
