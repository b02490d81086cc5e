"""Who may begin: waiting is not work, so many may wait at once, as long as none keeps another from its turn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from harness.ocppj import Call, CallError, CallResult
from harness.trace import Direction, Entry

FEWEST = 4
"""How many may be under way to begin with, and however slow the central system becomes."""

RESPONSIVE = 0.05
"""Seconds that everybody may have to wait for a turn before the event loop counts as busy."""

LOOK = 0.01
"""Seconds after which one who waits looks again whether he may begin."""

QUIET = 0.5
"""Seconds without any answer after which everybody counts as waiting, so that more may begin."""

SLOWED = 3
"""An answer that took this many times as long as the quickest to its action is late, if it is not quick anyway."""

CURB = 0.5
"""The part of those under way that may stay so many, once answers have become late."""


class Admission:
    """Admits one after another: up to ``most``, while the event loop is responsive and the central system keeps up.

    How many may be under way grows with every answer in time, and with silence, for who waits does no harm; it shrinks
    when answers become late. An answer within ``quick`` seconds is never late. One that always takes its time is not
    late either: only what takes much longer than it did before tells of too much at once.
    """

    def __init__(self, most: int, *, quick: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._quick = quick
        self._clock = clock
        self._under_way = 0
        self._allowed = float(min(FEWEST, most))
        self._heard = self._curbed = clock()
        self._asked: dict[str, tuple[str, float]] = {}
        self._best: dict[str, float] = {}
        self._left = asyncio.Event()

    async def enter(self) -> None:
        """Wait until one more may begin."""
        while not await self._open():
            self._left.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._left.wait()
        self._under_way += 1

    def leave(self, _: object = None) -> None:
        """Make room again; takes the task that has ended, as a callback does."""
        self._under_way -= 1
        self._left.set()

    def hear(self, entry: Entry) -> None:
        """Take note of what was sent to the central system, or came from it."""
        match entry.frame, entry.direction:
            case Call(unique_id, action), Direction.SENT:
                self._asked[unique_id] = action, self._clock()
            case ((CallResult(unique_id) | CallError(unique_id)), Direction.RECEIVED) if unique_id in self._asked:
                action, since = self._asked.pop(unique_id)
                self._answered(action, self._clock() - since)

    def _answered(self, action: str, took: float) -> None:
        best = self._best[action] = min(took, self._best.get(action, took))
        self._heard = self._clock()
        if took <= max(self._quick, SLOWED * best):
            self._allowed = min(self._most, self._allowed + 1 / self._allowed)
        elif self._heard - self._curbed > QUIET:
            self._allowed = max(min(FEWEST, self._most), CURB * self._under_way)
            self._curbed = self._heard

    async def _open(self) -> bool:
        if self._clock() - self._heard > QUIET:
            self._allowed = min(self._most, self._allowed + 1)
        return self._under_way < int(self._allowed) and await lag() <= RESPONSIVE


async def lag() -> float:
    """Return how many seconds the event loop takes to give everybody who can go on one turn."""
    began = time.monotonic()
    await asyncio.sleep(0)
    return time.monotonic() - began
