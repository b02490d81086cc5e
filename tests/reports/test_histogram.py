"""Answer times as bars."""

from __future__ import annotations

import pytest

from reports.histogram import BOUNDS, HEIGHT, bars, in_words


def test_each_time_counts_in_the_bar_of_its_bound() -> None:
    """A time at a bound belongs to it, and what exceeds all has a bar of its own."""
    drawn = bars([0.0005, 0.001, 0.0015, 0.1, 9.0])
    assert [bar.count for bar in drawn] == [2, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    assert in_words(drawn) == "2 up to 1 ms, 1 up to 2 ms, 1 up to 100 ms, 1 over 5000 ms"


def test_heights_are_relative_and_rare_times_are_seen() -> None:
    """The highest bar has the whole height, a rare one is not lost beside it, and none stands where nothing was."""
    drawn = bars([0.0005] * 1_000 + [9.0])
    assert [drawn[0].height, drawn[1].height, drawn[-1].height] == pytest.approx([HEIGHT, 0.0, 1.0])


def test_no_times_are_no_bars() -> None:
    """Bars of nothing have no height."""
    assert [bar.height for bar in bars([])] == [0.0] * (len(BOUNDS) + 1)
