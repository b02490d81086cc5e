"""A load run as far as it has come: sums that stay small however long it lasts."""

from __future__ import annotations

from harness.load.figures import Cell, Figures, Health, Second

RECENT = 5
"""Seconds of the run that are kept one by one."""


class Totals:
    """What came in so far: all of it as one, and the last few seconds."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.whole = Second()
        self.health: dict[str, Health] = {}
        self.last = 0
        self._recent = Figures()

    def add(self, figures: Figures) -> None:
        """Add what came in."""
        for number, second in figures.seconds.items():
            self.whole.merge(second)
            self.health |= second.health
            self.last = max(self.last, number)
        self._recent.merge(figures)
        self._recent.seconds = {n: one for n, one in self._recent.seconds.items() if n > self.last - RECENT}
        self._recent.worst.clear()
        self._recent.incidents.clear()

    @property
    def now(self) -> Second:
        """The last second that is complete."""
        return self._recent.seconds.get(self.last - 1, Second())

    @property
    def recent(self) -> Cell:
        """What became of the CALLs of the last few seconds."""
        return self._recent.cell()
