"""What the matrix of several runs is made of: columns, and sections of rows with a cell for each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.load.record import LoadRun
from harness.record import Run
from harness.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One run: what it was about, and where its report lies as seen from the page, None where that cannot be said.

    ``extent`` is how much was played, ``outcome`` what came of it, a verdict and a few words each, and ``facts`` are
    figures, name and value.
    """

    name: str
    run: Run | LoadRun
    extent: str
    outcome: Sequence[Cell]
    facts: Sequence[tuple[str, str]]
    report: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """What a run says of a row in a few words, with its verdict; a mere figure has none."""

    verdict: Verdict | None
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A feature, a case, a finding or a figure, with a cell for each run, None where it says nothing."""

    name: str
    title: str
    cells: Sequence[Cell | None]

    @property
    def differs(self) -> bool:
        """Whether the runs do not say the same."""
        return len({one and (one.verdict or one.words) for one in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a heading, and the columns that their cells belong to."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Row]
