"""An event loop whose clock stands still while the machine does not let this process run.

A machine that is busy, or a virtual one that is frozen for some seconds, would otherwise have every wait end at once
that was under way, and central systems accused of a silence that nobody could have heard the end of.
"""

from __future__ import annotations

import asyncio
import math
import selectors
from collections.abc import Callable
from time import monotonic, thread_time
from typing import Any

STALL = 0.2
"""Seconds for which the loop may not be run before that counts as a stall."""


class _Watched(selectors.DefaultSelector):
    """A selector that measures for how long this thread was not run: ``stalled``, seconds altogether.

    Time that it takes itself, for a flood of frames or for a schema, is none of it.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._seen, self._worked = clock(), thread_time()
        self.stalled = 0.0

    def select(self, timeout: float | None = None) -> Any:
        """Wait as long as is asked for; what it takes longer, and what passed since the last time, may be a stall."""
        self._look(0.0)
        found = super().select(timeout)
        self._look(math.inf if timeout is None else max(timeout, 0.0))
        return found

    def _look(self, meant: float) -> None:
        """Count what has passed beyond the seconds that were meant to."""
        now, worked = self._clock(), thread_time()
        idle = now - self._seen - (worked - self._worked) - meant
        self._seen, self._worked = now, worked
        if idle > STALL:
            self.stalled += idle


class PatientLoop(asyncio.SelectorEventLoop):
    """An event loop that waits for seconds in which it could have heard something."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Make one; ``clock`` tells the seconds that pass."""
        self._clock = clock
        self._watched = _Watched(clock)
        super().__init__(self._watched)

    def time(self) -> float:
        """Return the seconds of its clock, which is behind the monotonic one by all stalls."""
        return self._clock() - self._watched.stalled
