"""Who may begin: waiting is not work, so many may wait at once, as long as none keeps another from its turn."""

from __future__ import annotations

import asyncio
import time

RESPONSIVE = 0.01
"""Seconds that everybody may have to wait for a turn before the event loop counts as busy."""


class Admission:
    """Admits one after another while there is room for them and the event loop is responsive."""

    def __init__(self, at_once: int) -> None:
        """Prepare to have up to ``at_once`` under way."""
        self._room = asyncio.Semaphore(at_once)

    async def enter(self) -> None:
        """Wait until one more may begin."""
        await self._room.acquire()
        while (lost := await lag()) > RESPONSIVE:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(lost)

    def leave(self, _: object = None) -> None:
        """Make room again; takes the task that has ended, as a callback does."""
        self._room.release()


async def lag() -> float:
    """Return how many seconds the event loop takes to give everybody who can go on one turn."""
    began = time.monotonic()
    await asyncio.sleep(0)
    return time.monotonic() - began
