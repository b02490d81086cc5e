"""The fairness matrix: what scenarios say of lawful variants of the reference central system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.record import Result
from harness.verdict import Verdict
from reports import matrix
from reports.markdown import code, prose
from reports.proof import FAIRNESS

_PLAYED = frozenset({Verdict.PASSED, Verdict.REMARKED, Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.ERROR})


@dataclass(frozen=True, slots=True)
class Row:
    """One variant, what the scenarios said of it, and the verdicts that the same scenarios have on the reference."""

    variant: str
    description: str
    grounds: str
    results: Sequence[Result]
    reference: Mapping[str, Verdict]

    @property
    def unfair(self) -> Sequence[Result]:
        """The scenarios that fail it, break over it, or cannot tell though they can on the reference."""
        return [one for one in self.results if self._accuses(one)]

    @property
    def remarks(self) -> Sequence[Result]:
        """The scenarios that remark on it, and not on the reference."""
        return [one for one in self.results if one.verdict is Verdict.REMARKED and self._differs(one)]

    @property
    def played(self) -> int:
        """How many scenarios were applicable to it."""
        return sum(one.verdict in _PLAYED for one in self.results)

    @property
    def fair(self) -> bool:
        """Whether scenarios were played, and all of them spared it."""
        return bool(self.played) and not self.unfair

    def _accuses(self, one: Result) -> bool:
        inconclusive = one.verdict is Verdict.INCONCLUSIVE and self._differs(one)
        return inconclusive or one.verdict in (Verdict.FAILED, Verdict.ERROR)

    def _differs(self, one: Result) -> bool:
        return self.reference.get(one.id) is not one.verdict


@dataclass(frozen=True, slots=True)
class Matrix:
    """All rows, in the order of the variants' names."""

    rows: Sequence[Row]

    @property
    def fair(self) -> Sequence[Row]:
        """The variants that are spared."""
        return [row for row in self.rows if row.fair]


def document(found: Matrix) -> dict[str, Any]:
    """Return the matrix as it is written in JSON."""
    return matrix.document(
        FAIRNESS.name, FAIRNESS.version, {"variants": {row.variant: _row(row) for row in found.rows}}
    )


def write(found: Matrix, folder: Path) -> list[Path]:
    """Write fairness-matrix.json, .md and .html into a folder, and return their paths."""
    return matrix.write(folder, FAIRNESS.name, told=document(found), markdown=_markdown(found), matrix=found)


def _row(row: Row) -> dict[str, Any]:
    return {
        "description": row.description,
        "grounds": row.grounds,
        "fair": row.fair,
        "played": row.played,
        "unfair": {one.id: {"verdict": one.verdict, "message": one.message} for one in row.unfair},
        "remarks": {one.id: one.message for one in row.remarks},
        "verdicts": {one.id: one.verdict for one in row.results},
        "counts": Counter(one.verdict for one in row.results),
    }


def _markdown(found: Matrix) -> str:
    lines = [
        "# Fairness matrix",
        "",
        f"{len(found.fair)} of {len(found.rows)} variants are spared by every scenario that was played.",
        "",
        "| variant | habit | grounds | played | remarks | unfair |",
        "|---|---|---|---:|---:|---|",
    ]
    for row in found.rows:
        unfair = ", ".join(f"{code(one.id)} {one.verdict}" for one in row.unfair)
        about = f"{code(row.variant)} | {prose(row.description)} | {prose(row.grounds)}"
        lines.append(f"| {about} | {row.played} | {len(row.remarks)} | {unfair} |")
    return "\n".join([*lines, ""])
