"""A summary in Markdown that fits a job summary: totals, news first, then what else deserves a look."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from harness.record import Result
from harness.verdict import Verdict
from reports import proof
from reports.model import WORST_FIRST, Report, Totals, percentiles, reason, shortened, told, visible

MOST_ROWS = 200
"""Rows of one table; the rest is counted and left to the report."""

LONGEST_CELL = 300
LONGEST_REMARK = 2_000
MOST_IDS = 40

_SPECIAL = re.compile(r"([\\`*_{}\[\]|~#!$])")
_LINE_BREAKS = re.compile(r"\s+")


def render(report: Report, document: str) -> str:
    """Return the Markdown text; ``document`` is the name of the full report beside the record."""
    sections = (
        _heading(report),
        _gates(report),
        _findings(report),
        _totals(report),
        _table("News", report.news),
        _table("Remarks", report.remarked),
        _known(report.known),
        _not_applicable(report),
        _proof(report),
        [f"Full report: {code((report.run.path.parent / document).as_posix())}", ""],
    )
    return "\n".join(line for section in sections for line in section)


def _heading(report: Report) -> Iterator[str]:
    header, whole = report.run.header, report.totals
    yield f"# plugfest: {prose(header.target)}"
    yield ""
    if report.shortfall:
        yield f"> **{report.shortfall}**"
        yield ""
    outcome = "nothing is news" if not whole.news else f"**{whole.news} {'is' if whole.news == 1 else 'are'} news**"
    seconds = f" in {report.run.footer.seconds:.1f} s" if report.run.footer else ""
    yield f"{report.run.counted(whole.scenarios)}{seconds}: {outcome}."
    yield ""
    facts = [f"plugfest {prose(header.plugfest)}", f"driver {code(header.driver)}", prose(header.started)]
    if header.endpoint:
        facts.insert(1, f"endpoint {code(header.endpoint)}")
    if header.strict:
        facts.append("strict")
    if header.mutant:
        facts.append(f"mutant {code(header.mutant)}")
    yield " · ".join(facts)
    yield ""


def _proof(report: Report) -> Iterator[str]:
    if told := proof.beside(report.run.path.parent).sentences:
        yield f"Proof of the scenarios: {' '.join(told)}"
        yield ""


def _gates(report: Report) -> Iterator[str]:
    if not report.gates:
        return
    yield "| gate | limit | observed | missed by | where |"
    yield "|---|---|---|---|---|"
    for one in report.gates:
        verdict = "met" if one.met else "**not met**"
        yield f"| {code(one.gate)} {verdict} | {one.limit} | {one.observed} | {one.by} | {prose(one.place)} |"
    yield ""


def _findings(report: Report) -> Iterator[str]:
    findings = report.findings
    if findings:
        yield f"## Findings ({len(findings)})"
        yield ""
        yield "| verdict | finding | what | seen in | again |"
        yield "|---|---|---|---|---|"
    for one in findings[:MOST_ROWS]:
        what = f"{one.clause}: {told(one)}" if one.clause else told(one)
        name = f"{code(one.id)}<br>{code(one.rule)}" if one.rule else code(one.id)
        verdict = f"{one.verdict}{', news' if one.news else ''}"
        yield f"| {verdict} | {name} | {prose(what)} | {report.extent(one)} | {code(report.command(one))} |"
    if findings:
        yield from _rest(len(findings))
        yield ""
    for remark in report.run.footer.remarks if report.run.footer else ():
        yield f"> {prose(remark, LONGEST_REMARK)}"
        yield ""


def _totals(report: Report) -> Iterator[str]:
    columns = ["Profile", "scenarios", *(verdict.value for verdict in reversed(WORST_FIRST)), "news"]
    yield f"| {' | '.join(columns)} |"
    yield f"|---|{'---:|' * (len(columns) - 1)}"
    for group in report.groups:
        yield _totals_row(prose(group.name), group.totals)
    yield _totals_row("**all**", report.totals)
    yield ""
    for name, value in report.figures:
        yield f"- {prose(name)}: {prose(value)}"
    if report.figures:
        yield ""
    if report.answers:
        yield "| answers to | count | p50 ms | p95 ms | p99 ms | max ms |"
        yield "|---|---:|---:|---:|---:|---:|"
    for action, times in report.answers:
        yield f"| {prose(action)} | {len(times)} | {' | '.join(percentiles(times))} |"
    if report.answers:
        yield ""


def _totals_row(name: str, totals: Totals) -> str:
    counts = [totals.scenarios, *(totals.verdicts[verdict] for verdict in reversed(WORST_FIRST)), totals.news]
    return f"| {' | '.join([name, *map(str, counts)])} |"


def _table(title: str, results: Sequence[Result]) -> Iterator[str]:
    if not results:
        return
    yield f"## {title} ({len(results)})"
    yield ""
    yield "| verdict | scenario | why |"
    yield "|---|---|---|"
    for result in results[:MOST_ROWS]:
        why = reason(result)
        if result.expectation and result.expectation not in why:
            why = f"{shortened(why, LONGEST_CELL)} (expected: {result.expectation})".strip()
        yield f"| {result.verdict} | {code(result.id)}<br>{prose(result.title)} | {prose(why, 2 * LONGEST_CELL)} |"
    yield from _rest(len(results))
    yield ""


def _known(results: Sequence[Result]) -> Iterator[str]:
    if not results:
        return
    yield f"## Known, as expected ({len(results)})"
    yield ""
    yield "| verdict | scenario | finding |"
    yield "|---|---|---|"
    for result in results[:MOST_ROWS]:
        yield f"| {result.verdict} | {code(result.id)} | {prose(result.expectation or '')} |"
    yield from _rest(len(results))
    yield ""


def _not_applicable(report: Report) -> Iterator[str]:
    reasons = report.not_applicable
    if not reasons:
        return
    yield f"## Not applicable ({report.totals.verdicts[Verdict.NOT_APPLICABLE]})"
    yield ""
    for why, results in list(reasons.items())[:MOST_ROWS]:
        yield f"- {len(results)} × {prose(why)}: {_ids(results)}"
    yield from _rest(len(reasons))
    yield ""


def _ids(results: Sequence[Result]) -> str:
    ids: Iterable[str] = (code(result.id) for result in results[:MOST_IDS])
    more = f" and {len(results) - MOST_IDS} more" if len(results) > MOST_IDS else ""
    return ", ".join(ids) + more


def _rest(count: int) -> Iterator[str]:
    if count > MOST_ROWS:
        yield ""
        yield f"… and {count - MOST_ROWS} more in the full report."


def prose(text: str, limit: int = LONGEST_CELL) -> str:
    """Escape whatever Markdown or HTML could take for markup; line breaks become blanks."""
    line = shortened(_LINE_BREAKS.sub(" ", visible(text)).strip(), limit)
    return _SPECIAL.sub(r"\\\1", html.escape(line, quote=False))


def code(text: str) -> str:
    """Return a text as Markdown code that fits into a table cell."""
    line = shortened(_LINE_BREAKS.sub(" ", visible(text)).strip(), LONGEST_CELL)
    return f"`{line.replace('`', chr(39)).replace('|', chr(92) + '|')}`"
