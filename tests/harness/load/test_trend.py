"""Growth over a run is told as a slope with its error, and gated where it is certain."""

from __future__ import annotations

import random

import pytest

from harness.gates import gate, judge
from harness.load.figures import ANSWERED, UNANSWERED, Connection, Figures
from harness.load.measured import MeasuredLoad
from harness.load.trend import trends
from tests.harness.load.fleet import Slowness, played

CHANCE = random.Random(3)


def leak(number: int, action: str, at: float) -> tuple[float, str]:
    """Become slower by 1 ms a second."""
    return 0.005 + 0.001 * at, ANSWERED


def noise(number: int, action: str, at: float) -> tuple[float, str]:
    """Be slower or quicker by chance."""
    return CHANCE.uniform(0.001, 0.02), ANSWERED


def test_leak_is_a_slope() -> None:
    """A central system that slows down has a slope of so many seconds per second, with a small error."""
    found = {one.name: one for one in trends(played(leak, seconds=60))}
    for name in ("median latency", "p99 latency"):
        assert found[name].slope == pytest.approx(0.001, rel=0.01)
        assert found[name].grows
    assert found["median latency"].mean == pytest.approx(0.035, rel=0.02)
    assert not found["unanswered CALLs"].grows


def test_noise_is_no_growth() -> None:
    """What only varies does not grow for certain."""
    found = {one.name: one for one in trends(played(noise, seconds=60))}
    assert not found["median latency"].grows
    assert found["median latency"].error > 0


def test_unanswered_calls_grow() -> None:
    """More and more CALLs that are not answered are a trend of their own."""
    figures = played(lambda n, a, at: (1.0, UNANSWERED if n < at else ANSWERED), seconds=40)
    (found,) = (one for one in trends(figures) if one.name == "unanswered CALLs")
    assert found.slope == pytest.approx(1.2, rel=0.1)
    assert found.grows


def test_what_the_target_tells_of_itself() -> None:
    """Its memory is a trend where it tells it often enough."""
    figures = played(seconds=10)
    for second in range(10):
        figures.sample("memory", second, 1e8 + 1e5 * second)
    figures.sample("threads", 3, 5)
    found = {one.name: one for one in trends(figures)}
    assert found["memory"].slope == pytest.approx(1e5)
    assert found["memory"].error == pytest.approx(0, abs=1e-3)
    assert "threads" not in found


def test_error_is_that_of_least_squares() -> None:
    """Slope and standard error are those that the textbook gives for five points."""
    figures = played(seconds=5)
    for second, value in enumerate((1, 2, 4, 3, 5)):
        figures.sample("memory", second, value)
    (found,) = (one for one in trends(figures) if one.name == "memory")
    assert found.slope == pytest.approx(0.9)
    assert found.error == pytest.approx((1.9 / 3 / 10) ** 0.5)


@pytest.mark.parametrize("figures", [Figures(), played(seconds=4)])
def test_short_run_has_no_trends(figures: Figures) -> None:
    """A few seconds make no trend."""
    assert trends(figures) == []


def test_ramp_is_no_growth() -> None:
    """The time in which the fleet is not whole yet does not count."""
    figures = Figures()
    figures.merge(played(lambda n, a, at: (0.001 if at < 10 else 0.1, ANSWERED), seconds=20))
    late = Figures()
    for number in range(100, 200):
        late.connection(Connection(f"CP{number}", 10.0, True, "opened"))
    late.advance(20.0)
    figures.merge(late)
    (found,) = (one for one in trends(figures) if one.name == "median latency")
    assert (found.slope, round(found.mean, 3)) == (0.0, 0.1)


@pytest.mark.parametrize(("slowness", "met"), [(leak, False), (noise, True)])
def test_growth_can_be_gated(slowness: Slowness, met: bool) -> None:
    """A gate holds for the growth that is certain; too short a run does not measure it."""
    asked = gate("growth=10ms/min")
    (found,) = judge([asked], MeasuredLoad(played(slowness, seconds=60)))
    assert found.met is met
    if not met:
        place = "Authorize, Heartbeat; median 6.0 ms in second 1, 64.0 ms in second 59"
        assert found.place.replace("Heartbeat, Authorize", "Authorize, Heartbeat") == place
    (found,) = judge([asked], MeasuredLoad(played(seconds=3)))
    assert (found.met, found.observed) == (False, "not measured")
