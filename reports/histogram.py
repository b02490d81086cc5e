"""How answer times are spread, as bars that a page draws without a script."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

BOUNDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""The upper bounds of the bars in ms; what is longer has a bar of its own."""

HEIGHT = 24.0
"""The height of the highest bar, in units of the drawing; a bar is one unit wide."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, how many answers it stands for, its height, and the same in words."""

    at: int
    count: int
    height: float
    words: str


def bars(times: Sequence[float]) -> list[Bar]:
    """Return a bar for each bound and one for what exceeds all, of times in seconds; none is too low to be seen."""
    counts = Counter(bisect_left(BOUNDS, seconds * 1000) for seconds in times)
    highest = max(counts.values(), default=1)
    return [_bar(counts[index], highest, index) for index in range(len(BOUNDS) + 1)]


def in_words(drawn: Sequence[Bar]) -> str:
    """Return what the bars show for who does not see them."""
    return ", ".join(bar.words for bar in drawn if bar.count)


def _bar(count: int, highest: int, index: int) -> Bar:
    return Bar(index, count, max(1.0, HEIGHT * count / highest) if count else 0.0, f"{count} {_range(index)}")


def _range(index: int) -> str:
    return f"up to {BOUNDS[index]} ms" if index < len(BOUNDS) else f"over {BOUNDS[-1]} ms"
