"""Processes as tests look at them from outside."""

from __future__ import annotations

import sys
from contextlib import suppress
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
