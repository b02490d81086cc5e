"""A whole fleet on the null central system: Locust in processes of its own, and figures that come from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from harness.load.figures import ANSWERED, Figures
from harness.load.plan import FleetError, Plan
from simulators.load.run import calibrate, null, start


@pytest.fixture(scope="module")
def system() -> Iterator[str]:
    """The endpoint of a null central system."""
    with null() as endpoint:
        yield endpoint


@pytest.fixture
def plan(system: str) -> Plan:
    """A short run of few stations."""
    return Plan(endpoint=system, workload="daily", stations=20, duration=2.0, rate=200.0, ramp=100.0)


def carried_out(plan: Plan) -> Figures:
    """Return the figures of a whole run."""
    whole = Figures()
    with start(plan) as run:
        for part in run:
            whole.merge(part)
    return whole


def sent(figures: Figures) -> dict[str, dict[str, int]]:
    """Return how many of each action had which outcome."""
    return {action: dict(figures.cell(action).outcomes) for _, action in figures.keys}


def test_two_workers_send_what_one_does(plan: Plan) -> None:
    """What stations do follows from the seed and their numbers, not from who plays them; everything is answered."""
    one, two = carried_out(plan), carried_out(replace(plan, workers=2))
    assert sent(one) == sent(two)
    assert {name for each in sent(one).values() for name in each} == {ANSWERED}
    assert {health.worker for second in two.seconds.values() for health in second.health.values()} == {"1", "2"}
    assert len(one.worst) == len(two.worst) == 20


def test_other_seed_has_them_do_something_else(plan: Plan) -> None:
    """All chance follows from the seed."""
    assert sent(carried_out(plan)) != sent(carried_out(replace(plan, seed=1)))


def test_stopped_run_ends_early(plan: Plan) -> None:
    """A run that is told to stop yields what was, and no error."""
    with start(replace(plan, duration=60.0)) as run:
        parts = []
        for part in run:
            parts.append(part)
            if part.connected:
                run.stop()
    assert any(part.connected for part in parts)


def test_calibration_measures_the_generator(plan: Plan) -> None:
    """The same messages per second on a central system that does nothing."""
    floor = calibrate(replace(plan, endpoint="ws://127.0.0.1:1/"))
    assert floor is not None
    assert floor.cell("Heartbeat").outcomes[ANSWERED] > 0


def test_worker_that_is_killed_is_told(plan: Plan) -> None:
    """Its stations count no longer, neither as connected nor as failures; the others go on."""
    whole = Figures()
    before = set(psutil.Process().children(recursive=True))
    with start(replace(plan, workers=2, duration=10.0)) as run:
        for part in run:
            if not whole.connected and part.connected:
                begun = [one for one in psutil.Process().children(recursive=True) if one not in before]
                begun[-1].kill()
            whole.merge(part)
    (lost,) = whole.incidents
    assert "was lost, with 10 stations" in lost.text
    assert (whole.errors.total(), whole.stability > 0.99) == (0, True)
    assert sum(second.ended for second in whole.seconds.values()) == 0
    assert sum(second.causes["left"] for second in whole.seconds.values()) == 10


def test_system_that_goes_away_is_told_and_come_back_to(plan: Plan) -> None:
    """Stations lose it, find nobody, and go on trying without end."""
    whole = Figures()
    with ExitStack() as life:
        endpoint = life.enter_context(null())
        with start(replace(plan, endpoint=endpoint, duration=4.0)) as run:
            for part in run:
                whole.merge(part)
                if part.connected:
                    life.close()
    assert sum(second.ended for second in whole.seconds.values()) == 20
    assert {"connection lost", "connection unreachable: connection refused"} <= whole.errors.keys()
    assert whole.stability < 1


def test_station_that_leaves_by_itself_is_nobodys_failure(plan: Plan, tmp_path: Path) -> None:
    """In a storm all stations go and come back, whatever they had under way; the time between is not expected."""
    path = tmp_path / "mine.toml"
    path.write_text('[storm]\nlike = "daily"\nstorm = { every = 0.5, away = 0.1, back = 0.1 }\n', encoding="utf-8")
    whole = carried_out(replace(plan, workload=str(path)))
    assert sum(second.causes["left"] for second in whole.seconds.values()) == 20 * 4
    assert whole.errors.total() == 0


def test_too_many_stations_for_the_limit_of_open_files(plan: Plan) -> None:
    """What bounds is named before anything starts."""
    with pytest.raises(FleetError, match="open files"), start(replace(plan, stations=10_000_000)):
        pass
