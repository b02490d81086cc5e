"""When Python's garbage collector looks at what, in a process that serves stations.

Left to itself it looks at all objects of all stations while these connect, and again every half minute: with ten
thousand of them nobody is answered for half a second. What lives long here are connections, so that old objects become
garbage when connections end, and no sooner.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Callable, Iterator

NEVER = 1_000_000_000
"""How often it looks at young objects before it looks at old ones by itself."""

LEAST = 1000
"""How many connections end at least before old objects are looked at."""


class Garbage:
    """Counts the connections that have ended while it is kept; ``live`` tells how many there are."""

    def __init__(self, live: Callable[[], int]) -> None:
        self._live = live
        self._ended = 0
        self._kept = False

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Have old objects looked at only when as many connections have ended as there are."""
        thresholds = gc.get_threshold()
        gc.set_threshold(thresholds[0], NEVER)
        self._kept = True
        try:
            yield
        finally:
            self._kept = False
            gc.set_threshold(*thresholds)

    def ended(self) -> None:
        """Note that a connection has ended, after which what is left of it is garbage."""
        self._ended += self._kept
        if self._ended > max(LEAST, self._live()):
            self._ended = 0
            asyncio.get_running_loop().call_soon(gc.collect)
