"""A run as points for charts: what they say, which may still change, and how many there are."""

from __future__ import annotations

from harness.load.figures import UNANSWERED, Exchange, Figures, Health, Incident
from harness.load.plan import MOST_SLOTS
from harness.trace import Direction
from simulators.load.web.timeline import SETTLED, Timeline
from tests.harness.load.fleet import played


def told(second: float, *, took: float = 0.25, outcome: str = "answered", width: int = 1) -> Figures:
    """Return the figures of one CALL."""
    figures = Figures(width=width)
    figures.exchange(Exchange("Heartbeat", Direction.SENT, second, second, second + took, outcome))
    return figures


def seconds(timeline: Timeline, since: int = 0) -> list[object]:
    """Return the seconds of the points."""
    return [point["second"] for point in timeline.since(since)]


def test_point_of_a_second() -> None:
    """Percentiles since due and sent in ms, counts for each second, and the busiest worker."""
    timeline = Timeline()
    figures = played(seconds=2)
    figures.health(Health("2", 1.0, 0.004, 0.5))
    timeline.add(figures)
    first, last = timeline.since(0)
    five = {"p50": 5.0, "p95": 5.0, "p99": 5.0, "max": 5.0}
    assert (first["second"], first["due"], first["sent"], first["answered"]) == (0, five, five, 120.0)
    assert (first["connected"], first["expected"], first["errors"], first["failures"]) == (100.0, 100.0, 0.0, 0.0)
    assert (first["cpu"], first["lag"], last["cpu"], last["lag"]) == (20.0, 1.0, 50.0, 4.0)


def test_seconds_that_are_kept_as_one() -> None:
    """Counts are for each second all the same; what was not told is not there."""
    timeline = Timeline()
    timeline.clear(5)
    timeline.add(told(7.0, outcome=UNANSWERED, width=5))
    (point,) = timeline.since(0)
    assert (point["second"], point["errors"], point["answered"], point["cpu"]) == (5, 0.2, 0.0, None)
    assert point["due"] == {"p50": 250.0, "p95": 250.0, "p99": 250.0, "max": 250.0}


def test_parts_of_a_second_come_at_different_times() -> None:
    """Somebody who has seen the first part sees both, from the second on that may still change."""
    timeline = Timeline()
    timeline.add(told(3.0))
    assert [point["answered"] for point in timeline.since(0)] == [1.0]
    timeline.add(told(3.5))
    assert [point["answered"] for point in timeline.since(timeline.settled)] == [2.0]


def test_second_that_is_long_over_changes_no_more() -> None:
    """What comes later still is left out, and whoever has its point is not told of it again."""
    timeline = Timeline()
    timeline.add(told(0.0))
    timeline.add(told(SETTLED + 1.0))
    timeline.add(told(0.0))
    assert timeline.settled == 1
    assert seconds(timeline, timeline.settled) == [SETTLED + 1]
    assert [point["answered"] for point in timeline.since(0)] == [1.0, 1.0]


def test_run_without_an_end_keeps_its_latest_points() -> None:
    """There are not more than of a run that ends."""
    timeline = Timeline()
    for second in range(MOST_SLOTS + 10):
        timeline.add(told(float(second)))
    found = seconds(timeline)
    assert found == list(range(10, MOST_SLOTS + 10))


def test_another_run() -> None:
    """It has a number of its own, and nothing of the one before."""
    timeline = Timeline()
    figures = told(0.0)
    figures.incident(Incident(0.0, "worker 1 was lost"))
    timeline.add(figures)
    before = timeline.run
    assert timeline.incidents == ["second 0: worker 1 was lost"]
    timeline.clear(1)
    assert (timeline.run != before, seconds(timeline), timeline.incidents) == (True, [], [])
