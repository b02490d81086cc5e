"""The figures of two runs differ by more than their noise, or not."""

from __future__ import annotations

import pytest

from harness.figures import Difference, Estimate, differences, percentile
from harness.gates import Unit
from harness.load.latencies import Latencies
from tests.harness.test_gates import Told


def latencies(*seconds: float) -> Latencies:
    """Return some durations."""
    found = Latencies()
    for one in seconds:
        found.add(one)
    return found


def test_percentile_lies_between_answers() -> None:
    """The bounds are answers, the further away the fewer there are."""
    few = percentile(latencies(*(n / 100 for n in range(1, 101))), 0.5)
    many = percentile(latencies(*(n / 10_000 for n in range(1, 10_001))), 0.5)
    assert (few.low, few.value, few.high) == pytest.approx((0.38, 0.5, 0.63), rel=0.01)
    assert (many.low, many.high) == pytest.approx((0.488, 0.513), rel=0.01)


@pytest.mark.parametrize(
    ("after", "certain", "worse"),
    [
        (Estimate(0.2, 0.19, 0.21), True, True),
        (Estimate(0.05, 0.04, 0.06), True, False),
        (Estimate(0.2, 0.1, 0.3), False, False),
        (Estimate(0.12, 0.119, 0.121), False, False),
    ],
)
def test_difference_of_times(after: Estimate, certain: bool, worse: bool) -> None:
    """Noise that overlaps, and times that are nearly the same, say nothing."""
    found = Difference("p95", Unit.TIME, True, Estimate(0.1, 0.09, 0.11), after)
    assert (found.certain, found.worse) == (certain, worse)


@pytest.mark.parametrize(
    ("name", "unit", "before", "after", "worse"),
    [
        ("stability", Unit.SHARE, 0.9999, 0.9992, False),
        ("stability", Unit.SHARE, 0.9999, 0.99, True),
        ("throughput", Unit.RATE, 1000.0, 990.0, False),
        ("throughput", Unit.RATE, 1000.0, 700.0, True),
    ],
)
def test_figures_whose_noise_nobody_knows(name: str, unit: Unit, before: float, after: float, worse: bool) -> None:
    """No run is as stable and as fast as the one before: a little less is not held against anybody."""
    first, second = (Estimate(value, value, value) for value in (before, after))
    assert Difference(name, unit, False, first, second).worse is worse


def test_less_of_what_there_should_be_is_worse() -> None:
    """A share that must reach its limit is worse the smaller it is."""
    before, after = Estimate(1.0, 1.0, 1.0), Estimate(0.99, 0.99, 0.99)
    assert Difference("accuracy", Unit.SHARE, False, before, after).worse


def test_figures_that_both_runs_have() -> None:
    """Actions and percentiles of which one run knows too little are left out."""
    before = Told({"Authorize": [0.1] * 200, "Heartbeat": [0.1] * 30, "Reset": [0.1]}, errors=2, stability=0.5)
    after = Told({"Authorize": [0.2] * 200, "Heartbeat": [0.1] * 30, "Rest": [0.1] * 30}, errors=3)
    found = {one.name: one.worse for one in differences(before, after)}
    assert found == {
        "errors": True,
        "p50": True,
        "p95": True,
        "p50.Authorize": True,
        "p95.Authorize": True,
        "p50.Heartbeat": False,
    }
