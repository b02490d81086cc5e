"""A load run as far as it has come: sums that stay small however long it lasts."""

from __future__ import annotations

from harness.load.figures import Cell, Figures, Health, Second

RECENT = 5
"""How many of the last seconds, or of what is kept as one, are kept one by one."""


class Totals:
    """What came in so far: all of it as one, and the last few seconds; ``width`` is how many are kept as one."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self.whole = Second()
        self.health: dict[str, Health] = {}
        self.last = 0
        self.width = 1
        self._recent = Figures()

    def add(self, figures: Figures) -> None:
        """Add what came in."""
        self.width = figures.width
        for number, second in figures.seconds.items():
            self.whole.merge(second)
            self.health |= second.health
            self.last = max(self.last, number)
        self._recent.merge(figures)
        self._recent.seconds = {
            n: one for n, one in self._recent.seconds.items() if n > self.last - RECENT * self.width
        }
        self._recent.worst.clear()
        self._recent.incidents.clear()

    @property
    def now(self) -> Second:
        """The last second that is complete."""
        return self._recent.seconds.get(self.last - self.width, Second())

    @property
    def recent(self) -> Cell:
        """What became of the CALLs of the last few seconds."""
        return self._recent.cell()
