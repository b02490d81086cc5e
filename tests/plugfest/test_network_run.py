"""A run under a network condition leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulators.network.finding import Absent, install
from tests import processes
from tests.processes import LIMIT, noted, running, started, until


@contextmanager
def run(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Start a run with a Toxiproxy that writes its process id into a file, and yield both."""
    try:
        command = install().command
    except Absent:
        pytest.skip("this test needs Toxiproxy")
    pids = noted(command, folder / "bin/toxiproxy-server")
    environment = {"PATH": f"{folder}/bin:{os.environ['PATH']}"}
    with processes.run(folder, *options, environment=environment) as process:
        yield process, pids


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="only with setpriv a killed run takes Toxiproxy along")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_run_leaves_no_toxiproxy(tmp_path: Path, end: signal.Signals) -> None:
    """After Ctrl-C, and after worse, the Toxiproxy of each worker is gone: one measured, two played."""
    with run(tmp_path, "--network=lan", "--profile=Core", "-n2") as (process, pids):
        assert until(lambda: len(started(pids)) == 3)
        assert any(running(pid) for pid in started(pids))
        (os.killpg if end is signal.SIGINT else os.kill)(process.pid, end)
        process.wait(LIMIT)
        assert until(lambda: not any(running(pid) for pid in started(pids)))


def test_run_without_an_incident_leaves_no_toxiproxy(tmp_path: Path) -> None:
    """A run that ends by itself has stopped what it started."""
    with run(tmp_path, "--network=lan", "--scenario=v16.core.heartbeat.current-time", "-n1") as (process, pids):
        assert process.wait(LIMIT) == 0
        assert len(started(pids)) == 2
        assert not any(running(pid) for pid in started(pids))
