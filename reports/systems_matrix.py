"""The matrix of several runs: systems, or versions of one, against features, certification cases and findings."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.coverage import ANSWERED, combined
from harness.findings import MOST_TELLING_FIRST, Finding, findings_of
from harness.record import Result, Run
from harness.verdict import Verdict
from reports import matrix
from reports.coverage import certification
from reports.markdown import code, prose
from reports.model import service_in_words, system, told

REPORT = "report.html"
MOST_FACTS = 2
"""Of how stations were served: how long answers took, and stability."""


@dataclass(frozen=True, slots=True)
class Column:
    """One run: what it was about, and where its report lies as seen from the page, None where that cannot be said."""

    name: str
    run: Run
    report: str | None = None

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many scenarios ended with which verdict, in the order in which they get worse."""
        counts = Counter(one.verdict for one in self.run.results)
        return {verdict: counts[verdict] for verdict in Verdict if counts[verdict]}

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """The figures of the run: name and value."""
        shares = [(name, f"{held} of {counted}") for name, (held, counted) in self.run.figures.items()]
        return [*shares, *service_in_words(self.run)[:MOST_FACTS]]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a run says of a row: the verdict, and in a few words how many scenarios it stands for."""

    verdict: Verdict
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A feature, a case or a finding, with a cell for each run, None where it says nothing."""

    name: str
    title: str
    cells: Sequence[Cell | None]

    @property
    def differs(self) -> bool:
        """Whether the runs do not say the same."""
        return len({one and one.verdict for one in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a heading."""

    name: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class SystemsMatrix:
    """All of it."""

    columns: Sequence[Column]
    sections: Sequence[Section]


def systems_matrix(runs: Sequence[Run], folder: Path) -> SystemsMatrix:
    """Return the matrix of some runs, for a page in a folder."""
    sections = [
        Section("Profiles and blocks", _counted(runs, lambda one: f"{one.version} {one.profile}")),
        Section("Certification cases", list(_cases(runs))),
        Section("Findings", list(_findings(runs))),
        Section("Features", _counted(runs, _feature)),
    ]
    return SystemsMatrix(_columns(runs, folder), [one for one in sections if one.rows])


def write(found: SystemsMatrix, folder: Path) -> list[Path]:
    """Write systems-matrix.json, .md and .html into a folder, and return their paths."""
    members = {
        "systems": [_column_in_json(one) for one in found.columns],
        "sections": {
            one.name: {row.name: [cell and cell.verdict for cell in row.cells] for row in one.rows}
            for one in found.sections
        },
    }
    text = "\n".join(_markdown(found))
    name = "systems-matrix"
    return matrix.write(folder, name, told=matrix.document(name, 1, members), markdown=text, matrix=found)


def _columns(runs: Sequence[Run], folder: Path) -> list[Column]:
    names = Counter(system(run) for run in runs)
    told_apart = [system(run) if names[system(run)] == 1 else f"{system(run)}, {run.header.started}" for run in runs]
    return [Column(name, run, _report(run, folder)) for name, run in zip(told_apart, runs, strict=True)]


def _report(run: Run, folder: Path) -> str | None:
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


def _column_in_json(one: Column) -> dict[str, Any]:
    header = one.run.header
    return {
        "name": one.name,
        "target": header.target,
        "mutant": header.mutant,
        "plugfest": header.plugfest,
        "started": header.started,
        "verdicts": one.counts,
        "answered": sum(one.counts.get(verdict, 0) for verdict in ANSWERED),
        "figures": dict(one.facts),
        "report": one.report,
    }


def _markdown(found: SystemsMatrix) -> Iterator[str]:
    yield "# Systems"
    yield ""
    for section in found.sections:
        yield f"## {section.name}"
        yield ""
        yield _line([section.name.lower(), *(prose(one.name) for one in found.columns)])
        yield _line(["---"] * (len(found.columns) + 1))
        for row in section.rows:
            name = f"{code(row.name)}<br>{prose(row.title)}" if row.title else prose(row.name)
            yield _line([name, *(_words(cell) for cell in row.cells)])
        yield ""


def _words(cell: Cell | None) -> str:
    if cell is None:
        return ""
    return cell.verdict.value if cell.words == cell.verdict else f"{cell.verdict} ({cell.words})"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
