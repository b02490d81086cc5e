"""The limit of open files: as many as the system lets a process have."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harness import open_files

resource = pytest.importorskip("resource", reason="Windows has no such limit")

LIMITED = """
import resource
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
from click.testing import CliRunner
from plugfest.command import plugfest
CliRunner().invoke(plugfest, ["completion", "bash"], catch_exceptions=False)
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_command_raises_a_low_limit() -> None:
    """A command that was begun with a usual soft limit has the hard one, and so have processes that it begins."""
    told = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, timeout=60, check=True)
    soft, hard = map(int, told.stdout.split())
    assert soft in (hard, 1_048_576)


def test_system_that_grants_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a system refuses, its limit stays and the command goes on."""
    asked: list[tuple[int, int]] = []

    def refused(which: int, limits: tuple[int, int]) -> None:
        asked.append(limits)
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda which: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refused)
    open_files.allow_all()
    assert asked == [(1_048_576, resource.RLIM_INFINITY)]
