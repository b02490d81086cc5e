"""A run under a network condition leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from simulators.network.finding import Absent, install
from tests.processes import PLUGFEST, running

LIMIT = 60
"""Seconds for whatever is waited for."""


@contextmanager
def run(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Start a run with a Toxiproxy that writes its process id into a file, and yield both."""
    try:
        (program,) = install().command
    except (Absent, ValueError):
        pytest.skip("this test needs a Toxiproxy that is a program")
    pids = folder / "pids"
    pids.touch()
    (folder / "bin").mkdir()
    wrapper = folder / "bin/toxiproxy-server"
    wrapper.write_text(f'#!/bin/sh\necho $$ >> {pids}\nexec {program} "$@"\n')
    wrapper.chmod(0o755)
    command = [*PLUGFEST, "run", f"--out={folder}/o", *options]
    environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}"}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, text=True, start_new_session=True, **quiet) as process:
        try:
            yield process, pids
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def until(condition: Callable[[], bool]) -> bool:
    """Wait for a condition, within bounds."""
    end = time.monotonic() + LIMIT
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def started(pids: Path) -> list[int]:
    """Return the processes that were started so far."""
    return [int(line) for line in pids.read_text().split()]


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
