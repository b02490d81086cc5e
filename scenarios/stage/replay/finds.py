"""What comes to light while a log is played again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from harness.fieldlog.comparison import Deviation, Difference, compare
from harness.fieldlog.rewriting import Rewriting
from harness.fieldlog.score import Step
from harness.ocppj import elements


@dataclass(slots=True)
class Finds:
    """What has come to light so far: differences, how many frames were played, and what was not, and why."""

    differences: list[Difference] = field(default_factory=list)
    played: int = 0
    unplayed: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Say something once."""
        if text not in self.notes:
            self.notes.append(text)


@dataclass(slots=True)
class Scribe:
    """Writes down what is found of one ``station``, as the log calls it; ``line`` is where the log is being played."""

    finds: Finds
    station: str
    rewriting: Rewriting
    ignored: Collection[str]
    line: int

    def compare(self, what: str, step: Step, text: str, entry: int) -> None:
        """Compare a frame of the central system, ``entry`` of the trace, with the recorded one."""
        for one in compare(step.elements, elements(text) or [], step.action, self.rewriting, self.ignored):
            self.differ(what, one, line=step.line, entry=entry)

    def differ(self, what: str, deviation: Deviation, *, line: int | None = None, entry: int | None = None) -> None:
        """Write down a difference of a message."""
        self.finds.differences.append(Difference(line or self.line, self.station, what, deviation, entry))
