"""The kill matrix: which scenario catches which mutant of the reference central system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.findings import kind
from harness.record import Result
from harness.verdict import Check, Verdict
from reports import matrix
from reports.markdown import code, prose
from reports.proof import KILLS


@dataclass(frozen=True, slots=True)
class Played:
    """What a scenario said of a mutant: its verdict, and which checks and rules of the wire it made.

    ``failed`` and ``remarked`` are those that did not hold, ``held`` the others. A check is named by its clause and
    expectation, a rule by its id.
    """

    verdict: Verdict
    failed: frozenset[str] = frozenset()
    remarked: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()

    @classmethod
    def of(cls, result: Result) -> Played:
        """Return what a result says; the rules that the frames of the scenario broke count as its checks."""
        broken = [(check_name(one), one.failing) for one in result.checks if not one.held]
        broken += [(one.rule, one.failing) for one in result.breaches]
        failed = {name for name, failing in broken if failing}
        remarked = {name for name, _ in broken} - failed
        made = {*map(check_name, result.checks), *result.judged}
        return cls(result.verdict, frozenset(failed), frozenset(remarked), frozenset(made - failed - remarked))


@dataclass(frozen=True, slots=True)
class Row:
    """One mutant: the scenarios that name it, and what every scenario that was played against it said.

    Over a mutant that ``remarks`` no scenario may fail; it is caught by a remark. ``faults`` are the public threads
    about real central systems with this defect. ``crashes`` are internal errors of the mutant that are not its defect:
    what fails on account of them proves nothing. A generated mutant breaks a ``rule`` of the wire, and is caught by any
    scenario in which that fails.
    """

    mutant: str
    description: str
    named: Sequence[str]
    played: Mapping[str, Played]
    remarks: bool = False
    faults: Sequence[str] = ()
    crashes: Sequence[str] = ()
    rule: str | None = None

    @property
    def deadly(self) -> Verdict:
        """The verdict that catches the mutant."""
        return Verdict.REMARKED if self.remarks else Verdict.FAILED

    def fatal(self, id: str) -> frozenset[str]:
        """Return the checks and rules by which a scenario caught the mutant, none where it did not."""
        one = self.played.get(id)
        if one is None:
            return frozenset()
        if self.remarks:
            return frozenset() if one.failed else one.remarked
        return one.failed

    @property
    def killers(self) -> list[str]:
        """The scenarios that caught the mutant, whether they name it or not."""
        return [id for id in self.played if self.fatal(id)]

    @property
    def survived(self) -> list[str]:
        """The scenarios that name the mutant and did not catch it; of a generated one all or none."""
        if self.rule is None:
            return [id for id in self.named if not self.fatal(id)]
        return [] if any(self.rule in one.failed for one in self.played.values()) else [*self.named]

    @property
    def accused(self) -> list[str]:
        """The scenarios that fail a mutant over which none may fail."""
        return [id for id, one in self.played.items() if self.remarks and one.failed]

    @property
    def broken(self) -> list[str]:
        """The scenarios that ended in an error: a defect of the central system must never break the harness."""
        return [id for id, one in self.played.items() if one.verdict is Verdict.ERROR]

    @property
    def proven(self) -> bool:
        """Whether every scenario that names it caught it, none broke or was unfair, and it did not crash."""
        return bool(self.named) and not (self.survived or self.accused or self.broken or self.crashes)


def check_name(check: Check) -> str:
    """Return what a check is called in the matrix, whatever values it compared this time."""
    return " ".join(f"{check.clause}: {kind(check.expected)}".split())


@dataclass(frozen=True, slots=True)
class Matrix:
    """All rows, in the order of the mutants' names, and what the suite checks of a clean central system."""

    rows: Sequence[Row]
    checks: frozenset[str] = frozenset()

    @property
    def unbroken(self) -> list[str]:
        """The checks and rules of the wire that no mutant broke: that they can fail is not proven."""
        broken = {name for row in self.rows for one in row.played.values() for name in (*one.failed, *one.remarked)}
        return sorted(self.checks - broken)

    @property
    def proven(self) -> list[Row]:
        """The mutants that were caught as they should be."""
        return [row for row in self.rows if row.proven]


def document(found: Matrix) -> dict[str, Any]:
    """Return the matrix as it is written in JSON."""
    members = {
        "mutants": {row.mutant: _row(row) for row in found.rows},
        "checks": len(found.checks),
        "unbroken": found.unbroken,
    }
    return matrix.document(KILLS.name, KILLS.version, members)


def write(found: Matrix, folder: Path) -> list[Path]:
    """Write kill-matrix.json, .md and .html into a folder, and return their paths."""
    return matrix.write(folder, KILLS.name, told=document(found), markdown=_markdown(found), matrix=found)


def _row(row: Row) -> dict[str, object]:
    return {
        "description": row.description,
        "faults": list(row.faults),
        "caught_by": row.deadly,
        "proven": row.proven,
        "named": list(row.named),
        "verdicts": {id: one.verdict for id, one in row.played.items()},
        "crashes": list(row.crashes),
        "by": {id: sorted(row.fatal(id)) for id in row.killers},
    }


def _markdown(found: Matrix) -> str:
    lines = [
        "# Kill matrix",
        "",
        f"{len(found.proven)} of {len(found.rows)} mutants are caught by every scenario that names them.",
        "",
        "| mutant | defect | seen in | named by | caught by | survived |",
        "|---|---|---|---:|---:|---|",
    ]
    for row in found.rows:
        survived = ", ".join([*(code(id) for id in row.survived), *(prose(f"crash: {one}") for one in row.crashes)])
        seen, counts = prose(", ".join(row.faults)), f"{len(row.named)} | {len(row.killers)}"
        lines.append(f"| {code(row.mutant)} | {prose(row.description)} | {seen} | {counts} | {survived} |")
    if found.checks:
        lines += ["", "## Checks that no mutant broke", "", f"{len(found.unbroken)} of {len(found.checks)}.", ""]
        lines += [f"- {code(name)}" for name in found.unbroken]
    return "\n".join([*lines, ""])
