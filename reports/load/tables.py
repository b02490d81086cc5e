"""The figures of a load run as CSV: by second and action, and by action over the whole run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from harness.load.figures import Cell
from harness.load.latencies import Latencies
from reports.load.model import PARTS, WHOSE, LoadReport

_LATENCIES = [f"{name}_{since}_ms" for since in ("due", "sent") for name in PARTS]


def seconds(report: LoadReport) -> str:
    """Return a row for each second and action; connections stand in rows without an action."""
    head = [
        "second",
        "action",
        "whose",
        "calls",
        "errors",
        "checked",
        *_LATENCIES,
        "connected",
        "expected",
        "connection_failures",
    ]
    rows: list[Sequence[object]] = []
    for number, second in sorted(report.run.figures.seconds.items()):
        blank = [""] * (5 + len(_LATENCIES))
        rows.append([number, *blank, f"{second.connected:.3f}", f"{second.expected:.3f}", second.failures])
        for (direction, action), cell in sorted(second.cells.items()):
            rows.append([number, action, WHOSE[direction], *_cell(cell), "", "", ""])
    return _csv(head, rows)


def actions(report: LoadReport) -> str:
    """Return a row for each action over the whole run."""
    figures = report.run.figures
    rows = [[action, WHOSE[direction], *_cell(figures.cell(action, direction))] for direction, action in figures.keys]
    return _csv(["action", "whose", "calls", "errors", "checked", *_LATENCIES], rows)


def _cell(cell: Cell) -> list[object]:
    return [cell.count, cell.errors, cell.checked, *_latencies(cell.scheduled), *_latencies(cell.sent)]


def _latencies(latencies: Latencies) -> list[str]:
    return [f"{latencies.percentile(part) * 1000:.3f}" if len(latencies) else "" for part in PARTS.values()]


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
