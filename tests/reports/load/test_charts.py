"""Charts: where lines go, and what is told of a point of time."""

from __future__ import annotations

import pytest

from reports.load.charts import HEIGHT, WIDTH, Line, chart


def test_line_ends_at_gaps() -> None:
    """A line is not drawn over a time of which nothing is known."""
    found = chart("T", "ms", [0, 1, 2, 3], 1, [Line("a", "good", [10, None, 10, 0])])
    assert found.lines[0].stretches == ["125.0,2.0", "625.0,2.0 875.0,220.0"]


def test_scale_begins_at_zero() -> None:
    """The marks of a scale are round numbers from 0 on; the highest value is on top."""
    found = chart("T", "", [0, 1], 1, [Line("a", "good", [0, 100])])
    assert [tick.text for tick in found.up] == ["0", "20", "40", "60", "80", "100"]
    assert [tick.at for tick in found.up][::5] == [HEIGHT, pytest.approx(2.0)]


def test_logarithmic_scale_has_powers_of_ten() -> None:
    """A logarithmic scale spans whole decades, and a value of nothing stands at its bottom."""
    found = chart("T", "ms", [0, 1, 2], 1, [Line("a", "good", [0, 5, 300])], log=True)
    assert [tick.text for tick in found.up] == ["1", "10", "100", "1000"]
    assert found.lines[0].stretches[0].split()[0].endswith(f",{HEIGHT}")


def test_values_of_a_time_are_told() -> None:
    """Whoever points at a time reads the values of all lines that have one."""
    found = chart("T", "ms", [0, 5], 5, [Line("a", "good", [1, 2]), Line("b", "bad", [None, 3])])
    assert [one.text for one in found.columns] == ["second 0 to 5\na: 1 ms", "second 5 to 10\na: 2 ms\nb: 3 ms"]
    assert (found.columns[1].left, found.columns[1].width) == (WIDTH / 2, WIDTH / 2)


def test_chart_of_nothing() -> None:
    """Without any time there are only axes."""
    found = chart("T", "ms", [], 1, [Line("a", "good", [])], log=True)
    assert (found.lines[0].stretches, found.columns) == ([], [])
