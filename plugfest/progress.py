"""Live progress of a run: a coloured line per scenario and a bar on a terminal, plain lines everywhere else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from harness.expected import Standing
from harness.findings import Finding, command, findings_of
from harness.record import Header, Result, Run
from harness.rules import PROFILE
from harness.verdict import Verdict
from reports.model import service_in_words

MOST_FINDINGS = 20
"""How many findings are told at the end of a run; the report has them all."""

_LONGEST_TEXT = 400

_PLACE = re.compile(r'File "(?:[^"]*[/\\])?(scenarios[/\\][^"]+)", line (\d+)')
"""Where in the suite something of ours went wrong, in a traceback."""

_STYLES = {
    Verdict.PASSED: "green",
    Verdict.REMARKED: "yellow",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.INCONCLUSIVE: "magenta",
    Verdict.FAILED: "red",
    Verdict.ERROR: "bold red",
}


class Live:
    """A pytest plugin that shows results as they are recorded."""

    def __init__(self, console: Console, *, bar: bool = True) -> None:
        """Show a line for each, on a terminal under a ``bar`` unless something else is written there."""
        self._console = console
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not (bar and console.is_terminal))
        self._task = self._progress.add_task("scenarios")

    def pytest_plugfest_started(self, header: Header) -> None:
        """Show the bar."""
        self._progress.update(self._task, total=header.selected)
        self._progress.start()

    def pytest_plugfest_recorded(self, result: Result) -> None:
        """Show one result in a line; of the rules of the wire only those that are broken, or news."""
        if result.profile != PROFILE or result.verdict is not Verdict.PASSED or result.standing is Standing.NEWS:
            self._console.print(_line(result), soft_wrap=True)
        if result.profile != PROFILE:
            self._progress.advance(self._task)

    def pytest_sessionfinish(self) -> None:
        """Take the bar away."""
        self._progress.stop()


def ending(run: Run) -> Iterator[RenderableType]:
    """Yield what is told at the end of a run: findings, the table of verdicts, figures, and what the list lacks."""
    findings = findings_of(run)
    for finding in findings[:MOST_FINDINGS]:
        yield _finding(run, finding)
    if len(findings) > MOST_FINDINGS:
        yield f"and {len(findings) - MOST_FINDINGS} more findings in the report\n"
    yield _table(run)
    for name, (held, counted) in run.figures.items():
        yield f"{name}: {held} of {counted}"
    for fault, (times, scenarios) in run.struck.items():
        yield f"fault {fault}: struck {times} times in {run.counted(scenarios)}"
    yield from (f"{name}: {value}" for name, value in service_in_words(run))
    yield from run.footer.remarks if run.footer else ()


def _finding(run: Run, finding: Finding) -> Text:
    """Return a finding in a few lines."""
    where = run.counted(len(finding.scenarios))
    if finding.rule:
        where = f"{finding.count} messages in {where}, {finding.rule}"
    head = (
        (f"{finding.verdict.value:<14}", _STYLES[finding.verdict]),
        f"{finding.id}  {finding.clause or 'why'}: {where}",
    )
    news = "" if finding.news or finding.verdict is Verdict.REMARKED else "  as expected"
    lines = [("expected", finding.expected)] if finding.expected else []
    lines += [("observed", finding.observed), ("again", command(run, finding))]
    told = "".join(f"    {name:<10}{text[:_LONGEST_TEXT]}\n" for name, text in lines)
    return Text.assemble(*head, news, "\n", told)


def _table(run: Run) -> Table:
    """Return the table of verdicts by profile, the rules of the wire last."""
    table = Table(
        box=SIMPLE_HEAD,
        pad_edge=False,
        title=f"{run.header.target}: {len(run.results)} of {run.counted(run.header.selected)}",
        title_justify="left",
    )
    table.add_column("profile")
    for verdict in Verdict:
        table.add_column(verdict.value, justify="right", style=_STYLES[verdict])
    counts: dict[str, Counter[Verdict]] = {}
    for result in run.results:
        counts.setdefault(result.profile, Counter())[result.verdict] += 1
    total: Counter[Verdict] = sum(counts.values(), Counter())
    last = max(counts, default="")
    for profile, row in [*sorted(counts.items()), ("all", total)]:
        table.add_row(profile, *_counts(row), end_section=profile == last)
    if run.rules:
        table.add_row("rules of the wire", *_counts(Counter(rule.verdict for rule in run.rules)))
    return table


def _counts(row: Counter[Verdict]) -> Iterator[str]:
    return (str(row[verdict] or "·") for verdict in Verdict)


def _line(result: Result) -> Text:
    news = " (news)" if result.standing is Standing.NEWS and result.expectation else ""
    why = "" if result.verdict is Verdict.PASSED else f": {' '.join(result.message.split())[:_LONGEST_TEXT]}"
    why += f" ({':'.join(places[-1])})" if (places := _PLACE.findall(result.details)) else ""
    title = result.title.rstrip(".") if why else result.title
    return Text.assemble(
        (f"{result.verdict.value:<14}", _STYLES[result.verdict]),
        f"{result.id}  {title}{news}{why}  ",
        (f"{result.seconds:.2f} s", "dim"),
    )
