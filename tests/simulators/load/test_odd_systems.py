"""A whole fleet on central systems with habits of their own, and with users of somebody's own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from harness.load.figures import ANSWERED, INVALID, UNANSWERED
from harness.load.plan import Plan
from simulators.load.run import null
from simulators.load.worker import GRACE
from tests.simulators.load.test_run import carried_out

PLAN = Plan(endpoint="", workload="idle", stations=10, duration=4.0, rate=40.0, ramp=20.0)

CHATTY = """
from locust import constant, task
from simulators.load.user import ChargePointUser

class Chatty(ChargePointUser):
    wait_time = constant(0.2)

    @task
    def transfer(self):
        self.call("DataTransfer", {"vendorId": "org.acme"})
"""


@contextmanager
def odd(habit: str) -> Iterator[str]:
    """Serve a central system with a habit, and yield its endpoint."""
    line = [sys.executable, "-m", "tests.simulators.load.odd_system", habit]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def test_answers_in_several_frames() -> None:
    """A message is whole once its last frame is there."""
    with odd("fragmented") as endpoint:
        figures = carried_out(replace(PLAN, endpoint=endpoint))
    assert figures.errors == {}
    assert figures.cell("Heartbeat").outcomes[ANSWERED] > 0


@pytest.mark.parametrize(("checked", "broken"), [(1.0, ["v16.wire.frame.text"]), (0.0, [])])
def test_answers_that_are_no_text(checked: float, broken: list[str]) -> None:
    """A binary message is understood, and told with the rule that it breaks where it is held to any."""
    with odd("binary") as endpoint:
        figures = carried_out(replace(PLAN, endpoint=endpoint, checked=checked))
    assert figures.errors == {}
    assert sorted({one.text.split()[0] for one in figures.incidents}) == broken


def test_boot_that_is_pending() -> None:
    """A station boots again after the interval, and its day begins only once it is accepted (OCPP 1.6 4.2)."""
    with odd("pending") as endpoint:
        figures = carried_out(replace(PLAN, endpoint=endpoint))
    assert figures.errors == {}
    assert figures.cell("BootNotification").count == 2 * PLAN.stations
    assert figures.cell("StatusNotification").count == 2 * PLAN.stations
    assert 0 not in {n for n, second in figures.seconds.items() if any(name == "Heartbeat" for _, name in second.cells)}


@pytest.mark.parametrize(("checked", "outcomes"), [(1.0, {INVALID}), (0.5, {INVALID, ANSWERED}), (0.0, {ANSWERED})])
def test_share_of_answers_that_is_checked(checked: float, outcomes: set[str]) -> None:
    """What is not held to its schema is not found out, and not counted as checked."""
    with odd("invalid") as endpoint:
        cell = carried_out(replace(PLAN, endpoint=endpoint, checked=checked)).cell("Heartbeat")
    assert set(cell.outcomes) == outcomes
    assert cell.checked == cell.outcomes[INVALID]


def test_calls_that_are_never_answered() -> None:
    """A run that is shorter than the patience of stations counts them too."""
    with odd("mute") as endpoint:
        figures = carried_out(replace(PLAN, endpoint=endpoint))
    assert figures.cell("Heartbeat").outcomes == {UNANSWERED: PLAN.stations}
    assert figures.cell("Heartbeat").scheduled.percentile(0.5) > GRACE


def test_users_of_ones_own(tmp_path: Path) -> None:
    """Their tasks are done beside the workload, and both are in the statistics of Locust."""
    path = tmp_path / "chatty.py"
    path.write_text(CHATTY, encoding="utf-8")
    load = ["--headless", "--users=3", "--spawn-rate=3", "--run-time=8s", "--workload=idle", "--rate=6", "--json"]
    with null() as endpoint:
        line = [sys.executable, "-m", "locust", "-f", str(path), f"--host={endpoint}", *load]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    counts = {one["name"]: (one["num_requests"], one["num_failures"]) for one in json.loads(done.stdout)}
    assert done.returncode == 0, done.stderr
    assert counts.keys() == {"BootNotification", "StatusNotification", "Heartbeat", "DataTransfer"}
    assert all(count > 0 and failures == 0 for count, failures in counts.values())
