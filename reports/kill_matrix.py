"""The kill matrix: which scenario catches which mutant of the reference central system."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.verdict import Verdict
from reports.html import environment, style
from reports.markdown import code, prose

FORMAT = "plugfest-kill-matrix"


@dataclass(frozen=True, slots=True)
class Row:
    """One mutant: the scenarios that name it, and the verdict of every scenario that was played against it.

    Over a mutant that ``remarks`` no scenario may fail; it is caught by a remark. ``faults`` are the public threads
    about real central systems with this defect.
    """

    mutant: str
    description: str
    named: Sequence[str]
    verdicts: Mapping[str, Verdict]
    remarks: bool = False
    faults: Sequence[str] = ()

    @property
    def deadly(self) -> Verdict:
        """The verdict that catches the mutant."""
        return Verdict.REMARKED if self.remarks else Verdict.FAILED

    @property
    def killers(self) -> list[str]:
        """The scenarios that caught the mutant, whether they name it or not."""
        return [id for id, verdict in self.verdicts.items() if verdict is self.deadly]

    @property
    def survived(self) -> list[str]:
        """The scenarios that name the mutant and did not catch it."""
        return [id for id in self.named if self.verdicts.get(id) is not self.deadly]

    @property
    def accused(self) -> list[str]:
        """The scenarios that fail a mutant over which none may fail."""
        return [id for id, verdict in self.verdicts.items() if self.remarks and verdict is Verdict.FAILED]

    @property
    def broken(self) -> list[str]:
        """The scenarios that ended in an error: a defect of the central system must never break the harness."""
        return [id for id, verdict in self.verdicts.items() if verdict is Verdict.ERROR]

    @property
    def proven(self) -> bool:
        """Whether the mutant is named, every scenario that names it caught it, and none broke or was unfair."""
        return bool(self.named) and not (self.survived or self.accused or self.broken)


@dataclass(frozen=True, slots=True)
class Matrix:
    """All rows, in the order of the mutants' names."""

    rows: Sequence[Row]

    @property
    def proven(self) -> list[Row]:
        """The mutants that were caught as they should be."""
        return [row for row in self.rows if row.proven]


def write(matrix: Matrix, folder: Path) -> list[Path]:
    """Write kill-matrix.json, .md and .html into a folder, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    page = environment().get_template("kill_matrix.html.j2").render(matrix=matrix, style=style())
    documents = {"json": json.dumps(_to_json(matrix), indent=1), "md": _markdown(matrix), "html": page}
    paths = [folder / f"kill-matrix.{suffix}" for suffix in documents]
    for path, text in zip(paths, documents.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def _to_json(matrix: Matrix) -> dict[str, object]:
    return {"format": FORMAT, "format_version": 1, "mutants": {row.mutant: _row(row) for row in matrix.rows}}


def _row(row: Row) -> dict[str, object]:
    return {
        "description": row.description,
        "faults": list(row.faults),
        "caught_by": row.deadly,
        "named": list(row.named),
        "verdicts": dict(row.verdicts),
    }


def _markdown(matrix: Matrix) -> str:
    lines = [
        "# Kill matrix",
        "",
        f"{len(matrix.proven)} of {len(matrix.rows)} mutants are caught by every scenario that names them.",
        "",
        "| mutant | defect | seen in | named by | caught by | survived |",
        "|---|---|---|---:|---:|---|",
    ]
    for row in matrix.rows:
        survived = ", ".join(code(id) for id in row.survived)
        seen, counts = prose(", ".join(row.faults)), f"{len(row.named)} | {len(row.killers)}"
        lines.append(f"| {code(row.mutant)} | {prose(row.description)} | {seen} | {counts} | {survived} |")
    return "\n".join([*lines, ""])
