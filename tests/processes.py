"""Processes as tests look at them from outside."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_HEEDING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from plugfest.command import main
main()
"""
PLUGFEST = (sys.executable, "-c", _HEEDING)
"""The command line, which heeds Ctrl-C even where these tests were started as a job in the background."""


def running(pid: int) -> bool:
    """Whether a process is there, and no mere remains of one."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


LIMIT = 60
"""Seconds for whatever is waited for."""


def noted(command: Sequence[str], at: Path) -> Path:
    """Write a program that does as a command does, and notes its process id; return the file of those that it had."""
    pids = at.with_name(f"{at.name}.pids")
    at.parent.mkdir(exist_ok=True)
    pids.touch()
    at.write_text(f'#!/bin/sh\necho $$ >> {shlex.quote(str(pids))}\nexec {shlex.join(command)} "$@"\n')
    at.chmod(0o755)
    return pids


def started(pids: Path) -> list[int]:
    """Return the process ids that were noted so far."""
    return [int(line) for line in pids.read_text().split()]


def until(condition: Callable[[], bool]) -> bool:
    """Wait for a condition, within bounds."""
    end = time.monotonic() + LIMIT
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


@contextmanager
def run(folder: Path, *options: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Start a run in a session of its own, which is killed at the end, whatever became of it."""
    command = [*PLUGFEST, "run", f"--out={folder}/o", *options]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, env={**os.environ, **environment}, text=True, start_new_session=True, stdout=quiet, stderr=quiet
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
