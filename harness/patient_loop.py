"""An event loop whose clock stands still while the machine does not let this process run.

A machine that is busy, or a virtual one that is frozen for some seconds, would otherwise have every wait end at once
that was under way, and central systems accused of a silence that nobody could have heard the end of.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from time import monotonic
from typing import Any

STALL = 0.2
"""Seconds for which the loop may be away from its sockets before that counts as a stall."""


class _Watched(selectors.DefaultSelector):
    """A selector that measures for how long nobody looked at what has arrived: ``stalled``, seconds altogether."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._left = clock()
        self.stalled = 0.0

    def select(self, timeout: float | None = None) -> Any:
        """Wait as long as is asked for; what it takes longer, and what passed since the last time, may be a stall."""
        entered = self._clock()
        self._note(entered - self._left)
        found = super().select(timeout)
        self._left = self._clock()
        if timeout is not None:
            self._note(self._left - entered - max(timeout, 0.0))
        return found

    def _note(self, away: float) -> None:
        if away > STALL:
            self.stalled += away


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
