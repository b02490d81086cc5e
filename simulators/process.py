"""Programs of the test bed: started so that they do not outlive us, and ended within bounds."""

from __future__ import annotations

import asyncio
import shutil
import signal
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any


async def start(command: Sequence[str], *, folder: Path | None = None, log: Path | None = None) -> Process:
    """Start a program that ends when this process does, in a session of its own, so that Ctrl-C is not for it.

    What it says is appended to ``log``, line by line where the system can make it so. Raises OSError.
    """
    quiet: dict[str, Any] = {"stdin": DEVNULL, "start_new_session": True, "cwd": folder}
    bound = _prefix("setpriv", "--pdeathsig", "KILL", "--")
    if log is None:
        return await asyncio.create_subprocess_exec(*bound, *command, **quiet, stdout=DEVNULL, stderr=DEVNULL)
    with log.open("ab") as told:
        lines = _prefix("stdbuf", "-oL")
        return await asyncio.create_subprocess_exec(*bound, *lines, *command, **quiet, stdout=told, stderr=STDOUT)


async def end(process: Process, *, by: signal.Signals = signal.SIGTERM, limit: float) -> None:
    """End a program: ask it to with a signal, and kill it when it has not ended after ``limit`` seconds."""
    for number in (by, signal.SIGKILL):
        with suppress(ProcessLookupError, TimeoutError):
            process.send_signal(number)
            async with asyncio.timeout(limit):
                await process.wait()
                return


def _prefix(program: str, *arguments: str) -> list[str]:
    """Return the words that put a program before a command, none where the system does not have it."""
    path = shutil.which(program)
    return [path, *arguments] if path else []
