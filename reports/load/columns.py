"""Load runs beside each other: whether they kept their gates, and how long answers took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from harness.gates import Judged, gates, judge
from harness.load.measured import MeasuredLoad
from harness.load.record import LoadRun, ending
from harness.verdict import Verdict
from reports.cells import Cell, Column, Row
from reports.load.model import LoadReport
from reports.model import system

FIGURES = gates(
    {
        "throughput": "0/s",
        "stability": "0%",
        "p50": "0s",
        "p95": "0s",
        "p99": "0s",
        "max": "0s",
        "errors": 0,
        "unanswered": 0,
        "p99.*": "0s",
    }
)
"""What is told of each run, in the words of gates; their limits are of no account."""

MOST_FACTS = 3
"""Of the facts of a run: CALLs, throughput, stability."""

_OUTCOMES = {0: Verdict.PASSED, 1: Verdict.FAILED, 3: Verdict.INCONCLUSIVE}


def column(run: LoadRun) -> Column:
    """Return what is said of a load run as a whole."""
    header, end = run.header, ending(run)
    rate = f" at {header.rate:g}/s" if header.rate is not None else ""
    return Column(
        name=system(run),
        run=run,
        extent=f"{header.stations} stations under load: {header.workload}{rate}, {header.duration:g} s",
        outcome=[Cell(_OUTCOMES[end.code], end.text)],
        facts=LoadReport(run).facts[:MOST_FACTS],
    )


def rows(runs: Sequence[LoadRun]) -> list[Row]:
    """Return a row for each gate that any of the runs was to keep, and one for each figure."""
    return [*_rows(runs, [run.judged for run in runs], gated=True), *_rows(runs, list(map(_figures, runs)))]


def _figures(run: LoadRun) -> list[Judged]:
    return [one for one in judge(FIGURES, MeasuredLoad(run.figures)) if one.by != "unknown"]


def _rows(runs: Sequence[LoadRun], judged: Sequence[Sequence[Judged]], *, gated: bool = False) -> list[Row]:
    cells: defaultdict[str, list[Cell | None]] = defaultdict(lambda: [None] * len(runs))
    for number, each in enumerate(judged):
        for one in each:
            verdict = Verdict.PASSED if one.met else Verdict.FAILED
            name = f"{one.gate} {one.limit}" if gated else one.gate
            cells[name][number] = Cell(verdict if gated else None, one.observed)
    return [Row(name, "", each) for name, each in cells.items()]
