"""Live progress of a run: a coloured line per scenario and a bar on a terminal, plain lines everywhere else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from harness.expected import Standing
from harness.record import Header, Result, Run
from harness.trace import entry_line
from harness.verdict import Verdict

LAST_FRAMES = 8
"""How many of the last frames are shown below a scenario that did not pass."""

MAX_TOLD = 5
"""How many broken checks of one scenario are shown."""

_STYLES = {
    Verdict.PASSED: "green",
    Verdict.REMARKED: "yellow",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.INCONCLUSIVE: "magenta",
    Verdict.FAILED: "red",
    Verdict.ERROR: "bold red",
}


class Live:
    """A pytest plugin that shows results as they are recorded; ``out`` is the folder of the record."""

    def __init__(self, console: Console, out: Path) -> None:
        self._console = console
        self._out = out
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task("scenarios")

    def pytest_plugfest_started(self, header: Header) -> None:
        """Show the bar."""
        self._progress.update(self._task, total=header.selected)
        self._progress.start()

    def pytest_plugfest_recorded(self, result: Result) -> None:
        """Show one result; of one that did not pass, the checks and the last frames too."""
        self._console.print(*_lines(result, self._out), sep="\n", soft_wrap=True)
        self._progress.advance(self._task)

    def pytest_sessionfinish(self) -> None:
        """Take the bar away."""
        self._progress.stop()


def summary(run: Run) -> Table:
    """Return the table of verdicts by profile."""
    table = Table(
        box=SIMPLE_HEAD,
        pad_edge=False,
        title=f"{run.header.target}: {len(run.results)} of {run.header.selected} scenarios",
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
        table.add_row(profile, *(str(row[verdict] or "·") for verdict in Verdict), end_section=profile == last)
    return table


def _lines(result: Result, out: Path) -> Iterator[Text]:
    news = " (news)" if result.standing is Standing.NEWS and result.expectation else ""
    head = Text.assemble(
        (f"{result.verdict.value:<14}", _STYLES[result.verdict]),
        f"{result.id}  {result.title}{news}  ",
        (f"{result.seconds:.2f} s", "dim"),
    )
    yield head
    if result.verdict is Verdict.NOT_APPLICABLE:
        yield Text(f"    {result.message}", "dim")
    elif result.verdict is not Verdict.PASSED:
        yield from _explanation(result)
    if result.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.ERROR) and result.trace:
        frames = (out / result.trace).read_text(encoding="utf-8").rstrip("\n").split("\n")[-LAST_FRAMES:]
        for line in frames:
            yield Text(f"    {entry_line(json.loads(line))}", "dim")


def _explanation(result: Result) -> Iterator[Text]:
    broken = [check for check in result.checks if not check.held]
    for check in broken[:MAX_TOLD]:
        yield Text(f"    {check.clause} ({check.level.value}, {check.axis.value})")
        yield Text(f"      expected  {check.expected[:400]}")
        yield Text(f"      observed  {check.observed[:400]}")
    if len(broken) > MAX_TOLD:
        yield Text(f"    and {len(broken) - MAX_TOLD} more; see the report")
    if not broken or result.verdict in (Verdict.INCONCLUSIVE, Verdict.ERROR):
        yield Text(f"    {result.message[:1000]}")
    if result.expectation:
        yield Text(f"    expected: {result.expectation}")
