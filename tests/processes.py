"""Processes as tests look at them from outside."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def running(pid: int) -> bool:
    """Whether a process is there, and no mere remains of one."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False
