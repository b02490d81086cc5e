"""The matrix of several runs: systems, or versions of one, against features, certification cases and findings."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.coverage import ANSWERED, combined
from harness.findings import MOST_TELLING_FIRST, Finding, findings_of
from harness.load.record import LoadRun, ending
from harness.record import Result, Run
from harness.verdict import Verdict
from reports import matrix
from reports.cells import Cell, Column, Row, Section
from reports.coverage import certification
from reports.load import columns as of_load
from reports.markdown import code, prose
from reports.model import service_in_words, system, told

LOAD = "Load"
"""The section of load runs."""

REPORT = "report.html"
MOST_FACTS = 2
"""Of how stations were served: how long answers took, and stability."""


@dataclass(frozen=True, slots=True)
class SystemsMatrix:
    """All of it."""

    columns: Sequence[Column]
    sections: Sequence[Section]


def systems_matrix(runs: Sequence[Run | LoadRun], folder: Path) -> SystemsMatrix:
    """Return the matrix of some runs, for a page in a folder; load runs have columns, and a section, of their own."""
    played = [run for run in runs if isinstance(run, Run)]
    loaded = [run for run in runs if isinstance(run, LoadRun)]
    columns = _told_apart(list(map(_column, played)), folder)
    load_columns = _told_apart(list(map(of_load.column, loaded)), folder)
    sections = [
        Section("Profiles and blocks", columns, _counted(played, lambda one: f"{one.version} {one.profile}")),
        Section("Certification cases", columns, list(_cases(played))),
        Section("Findings", columns, list(_findings(played))),
        Section(LOAD, load_columns, of_load.rows(loaded)),
        Section("Features", columns, _counted(played, _feature)),
    ]
    return SystemsMatrix([*columns, *load_columns], [one for one in sections if one.rows])


def write(found: SystemsMatrix, folder: Path) -> list[Path]:
    """Write systems-matrix.json, .md and .html into a folder, and return their paths."""
    members = {
        "systems": [_in_json(one, one.run) for one in found.columns if isinstance(one.run, Run)],
        "load": [_load_in_json(one, one.run) for one in found.columns if isinstance(one.run, LoadRun)],
        "sections": {
            one.name: {row.name: [cell and (cell.verdict or cell.words) for cell in row.cells] for row in one.rows}
            for one in found.sections
        },
    }
    text = "\n".join(_markdown(found))
    name = "systems-matrix"
    return matrix.write(folder, name, told=matrix.document(name, 1, members), markdown=text, matrix=found)


def _told_apart(columns: Sequence[Column], folder: Path) -> list[Column]:
    """Return columns with names that differ where times do, and with the way to their reports."""
    names = Counter(one.name for one in columns)
    return [
        replace(
            one,
            name=one.name if names[one.name] == 1 else f"{one.name}, {one.run.header.started}",
            report=_report(one.run, folder),
        )
        for one in columns
    ]


def _column(run: Run) -> Column:
    counts, shares = _verdicts(run), [(name, f"{held} of {counted}") for name, (held, counted) in run.figures.items()]
    return Column(
        name=system(run),
        run=run,
        extent=f"{run.counted(len(run.results))}{', cut short' if run.truncated else ''}",
        outcome=[Cell(verdict, f"{verdict} {count}") for verdict, count in counts.items()],
        facts=[*shares, *service_in_words(run)[:MOST_FACTS]],
    )


def _verdicts(run: Run) -> Mapping[Verdict, int]:
    """Return how many scenarios ended with which verdict, in the order in which they get worse."""
    counts = Counter(one.verdict for one in run.results)
    return {verdict: counts[verdict] for verdict in Verdict if counts[verdict]}


def _report(run: Run | LoadRun, folder: Path) -> str | None:
    """Return where the report of a run lies if that is below the folder of the page, which may be published whole."""
    beside = run.path.parent / REPORT
    if not beside.resolve().is_relative_to(folder.resolve()):
        return None
    return Path(os.path.relpath(beside.resolve(), folder.resolve())).as_posix()


def _feature(result: Result) -> str:
    return " ".join([result.version, result.profile, *result.id.split(".")[2:3]])


def _counted(runs: Sequence[Run], key: Callable[[Result], str]) -> list[Row]:
    """Return a row for each group of scenarios: how many passed of those that applied."""
    grouped: defaultdict[str, list[list[Verdict]]] = defaultdict(lambda: [[] for _ in runs])
    for number, run in enumerate(runs):
        for result in run.results:
            grouped[key(result)][number].append(result.verdict)
    return [Row(name, "", [_cell(verdicts) for verdicts in each]) for name, each in sorted(grouped.items())]


def _cell(verdicts: Sequence[Verdict]) -> Cell | None:
    if not verdicts:
        return None
    applicable = len(verdicts) - verdicts.count(Verdict.NOT_APPLICABLE)
    good = verdicts.count(Verdict.PASSED) + verdicts.count(Verdict.REMARKED)
    return Cell(combined(verdicts), f"{good} of {applicable}" if applicable else "–")


def _cases(runs: Sequence[Run]) -> Iterator[Row]:
    """Yield a row for each certification case that any run has played."""
    rows: dict[tuple[str, str], tuple[str, list[Cell | None]]] = {}
    for number, run in enumerate(runs):
        for version in certification(run.results):
            for case in version.whole.each:
                name = version.name, case.demand.id
                _, cells = rows.setdefault(name, (case.demand.title, [None] * len(runs)))
                if case.verdict is not None:
                    cells[number] = Cell(case.verdict, case.verdict)
    for (version_name, id), (title, cells) in rows.items():
        if any(cells):
            yield Row(f"{version_name.removeprefix('OCPP ')} {id}", title, cells)


def _findings(runs: Sequence[Run]) -> Iterator[Row]:
    """Yield a row for each finding of any run, those of more runs first, but for what is merely undeclared."""
    known: dict[str, Finding] = {}
    cells: defaultdict[str, list[Cell | None]] = defaultdict(lambda: [None] * len(runs))
    for number, run in enumerate(runs):
        for one in findings_of(run):
            if one.verdict is not Verdict.NOT_APPLICABLE:
                known.setdefault(one.id, one)
                cells[one.id][number] = Cell(one.verdict, run.counted(len(one.scenarios)))

    def weight(one: Finding) -> tuple[int, int]:
        return MOST_TELLING_FIRST.index(one.verdict), cells[one.id].count(None)

    for one in sorted(known.values(), key=weight):
        yield Row(one.id, f"{one.clause}: {told(one)}" if one.clause else told(one), cells[one.id])


def _in_json(one: Column, run: Run) -> dict[str, Any]:
    counts = _verdicts(run)
    return _about(one) | {"verdicts": counts, "answered": sum(counts.get(verdict, 0) for verdict in ANSWERED)}


def _load_in_json(one: Column, run: LoadRun) -> dict[str, Any]:
    header = run.header
    asked = {"workload": header.workload, "stations": header.stations, "rate": header.rate, "duration": header.duration}
    return _about(one) | asked | {"exit_code": ending(run).code}


def _about(one: Column) -> dict[str, Any]:
    header = one.run.header
    return {
        "name": one.name,
        "target": header.target,
        "mutant": header.mutant,
        "plugfest": header.plugfest,
        "started": header.started,
        "figures": dict(one.facts),
        "report": one.report,
    }


def _markdown(found: SystemsMatrix) -> Iterator[str]:
    yield "# Systems"
    yield ""
    for section in found.sections:
        yield f"## {section.name}"
        yield ""
        yield _line([section.name.lower(), *(prose(one.name) for one in section.columns)])
        yield _line(["---"] * (len(section.columns) + 1))
        for row in section.rows:
            name = f"{code(row.name)}<br>{prose(row.title)}" if row.title else prose(row.name)
            yield _line([name, *(_words(cell) for cell in row.cells)])
        yield ""


def _words(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if cell.verdict is None or cell.words == cell.verdict:
        return cell.words
    return f"{cell.verdict} ({cell.words})"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
