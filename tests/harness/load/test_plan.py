"""What is asked of a fleet, and that the one of the tests offers it."""

from __future__ import annotations

from harness.load.plan import Fleet, Plan
from tests.harness.load.fleet import PlayedFleet

PLAN = Plan(endpoint="ws://localhost/", workload="daily", stations=100, duration=20.0)


def test_fleet_of_the_tests_is_one() -> None:
    """It plays what was asked for, and ends when it is told to."""
    fleet: Fleet = PlayedFleet()
    with fleet.start(PLAN) as running:
        parts = iter(running)
        assert list(next(parts).seconds) == [0]
        running.stop()
        assert list(parts) == []
    assert fleet.calibrate(PLAN) is None
