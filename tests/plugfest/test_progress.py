"""Tests of what is shown while a run goes on."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from harness.record import Result
from harness.verdict import Verdict
from plugfest.progress import Live
from tests.reports.sample import result

TRACEBACK = """Traceback (most recent call last):
  File "/src/harness/playing.py", line 172, in _ended
  File "/src/scenarios/v16/core/test_mine.py", line 12, in test_mine
  File "/src/simulators/station.py", line 9, in heartbeat
KeyError: 'x'
"""


def line(one: Result) -> str:
    """Return what is shown of a result."""
    shown = io.StringIO()
    Live(Console(file=shown, width=200)).pytest_plugfest_recorded(one)
    return shown.getvalue()


def test_trouble_of_ours_is_shown_with_its_line() -> None:
    """Who writes a scenario is told where in the suite it broke; a failure is about the central system."""
    broken = result("a", "It does.", Verdict.ERROR, message="KeyError: 'x'", details=TRACEBACK)
    assert "KeyError: 'x' (scenarios/v16/core/test_mine.py:12)" in line(broken)
    assert "test_mine" not in line(replace(broken, details=""))
