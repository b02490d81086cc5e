"""What is asked of a fleet, and that the one of the tests offers it."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from harness.load.plan import Fleet, Plan
from tests.harness.load.fleet import PlayedFleet

PLAN = Plan(endpoint="ws://localhost/", workload="daily", stations=100, duration=20.0)


@pytest.mark.parametrize(("duration", "width"), [(0.5, 1), (1200.0, 1), (1201.0, 2), (8 * 3600.0, 24), (inf, 1)])
def test_figures_of_a_long_run_are_wider(duration: float, width: int) -> None:
    """Up to twenty minutes are kept second by second, more in so many parts; one without an end is shown as it goes."""
    assert replace(PLAN, duration=duration).width == width


def test_fleet_of_the_tests_is_one() -> None:
    """It plays what was asked for, and ends when it is told to."""
    fleet: Fleet = PlayedFleet()
    with fleet.start(PLAN) as running:
        parts = iter(running)
        assert list(next(parts).seconds) == [0]
        running.stop()
        assert list(parts) == []
    assert fleet.calibrate(PLAN) is None
