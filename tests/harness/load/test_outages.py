"""Outages are seen in what stations report of their connections."""

from __future__ import annotations

from harness.load.figures import Cause, Connection, Figures
from harness.load.outages import Outage, outages

STATIONS = 10


def fleet(*changes: tuple[float, int, bool, str], until: float) -> Figures:
    """Return the figures of stations, some of which change at a time: up or down, and why."""
    figures = Figures()
    for at, number, up, cause in [(0.0, STATIONS, True, Cause.OPENED.value), *changes]:
        for station in range(number):
            figures.connection(Connection(f"CP{station}", at, up, cause))
    figures.advance(until)
    return figures


def test_target_that_dies_and_comes_back() -> None:
    """From the second in which stations are lost to that in which half of them are back; attempts are not counted."""
    figures = fleet((3.2, 10, False, "lost"), (4.0, 10, False, "unreachable"), (6.5, 10, True, "opened"), until=9)
    assert outages(figures) == [Outage(3, 6, 10)]
    assert str(outages(figures)[0]) == "outage from second 3 until second 6: 10 connections lost"


def test_target_that_does_not_come_back() -> None:
    """An outage may last until the end."""
    (found,) = outages(fleet((3.2, 10, False, "lost"), until=9))
    assert str(found) == "outage from second 3 and did not come back: 10 connections lost"


def test_first_stations_that_return_do_not_end_it() -> None:
    """An outage is over when half of the stations are back."""
    figures = fleet((3.2, 10, False, "lost"), (5.0, 3, True, "opened"), (7.0, 6, True, "opened"), until=9)
    assert outages(figures) == [Outage(3, 7, 10)]


def test_losing_a_few_is_no_outage() -> None:
    """Less than half of the stations is trouble of theirs."""
    assert outages(fleet((3.2, 4, False, "lost"), until=9)) == []


def test_leaving_is_no_outage() -> None:
    """Stations may go of their own accord, all of them."""
    assert outages(fleet((3.2, 10, False, Cause.LEFT.value), until=9)) == []


def test_nothing_has_no_outage() -> None:
    """A run without figures has none."""
    assert outages(Figures()) == []
