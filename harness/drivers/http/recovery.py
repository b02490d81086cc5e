"""Killing and starting the central system with commands of its user, where its API can do neither."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from harness.csms import DriverError

LONGEST_COMPLAINT = 400
"""Characters of what a failing command said that are told."""


async def carry_out(command: Sequence[str], folder: Path | None, limit: float) -> None:
    """Run a command to its end, ``limit`` seconds at most, in a folder, without a shell.

    What it has started may live on. Raises DriverError with what it said last where it fails.
    """
    shown = " ".join(command)
    with tempfile.TemporaryFile() as said:
        try:
            process = await asyncio.create_subprocess_exec(
                *command, cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=said
            )
        except OSError as error:
            raise DriverError(f"{shown!r} cannot be run: {error.strerror or error}") from None
        try:
            async with asyncio.timeout(limit):
                code = await process.wait()
        except TimeoutError:
            raise DriverError(f"{shown!r} was not through after {limit:g} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code:
            said.seek(0)
            lines = said.read().decode(errors="replace").strip().splitlines()
            why = f": {lines[-1][:LONGEST_COMPLAINT]}" if lines else ""
            raise DriverError(f"{shown!r} ended with exit code {code}{why}")
