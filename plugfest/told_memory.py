"""The memory of a central system as its driver tells it, while load is put on it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness.csms import Driver, DriverError, MemoryReader
from harness.verdict import Inconclusive

EVERY = 1.0
"""Seconds between two questions."""

END_LIMIT = 10.0
"""Seconds that the driver has for its end."""


@contextmanager
def told_memory(driver: Driver) -> Iterator[Callable[[], int | None] | None]:
    """Ask a driver for the memory again and again, in a thread of its own, and yield what returns the latest answer.

    It returns None where the driver did not tell; a driver that never can is not entered, and None is yielded.
    """
    if not isinstance(driver, MemoryReader):
        yield None
        return
    asking = _Asking(driver)
    thread = threading.Thread(target=lambda: asyncio.run(asking.ask()), name="memory of the target", daemon=True)
    thread.start()
    try:
        yield lambda: asking.latest
    finally:
        asking.stop()
        thread.join(END_LIMIT)


class _Asking:
    """Asks until it is told to stop."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._stopped = threading.Event()
        self.latest: int | None = None

    def stop(self) -> None:
        self._stopped.set()

    async def ask(self) -> None:
        try:
            async with self._driver as driver:
                while not await asyncio.to_thread(self._stopped.wait, EVERY):
                    self.latest = await self._answer(driver)
        except DriverError:
            self.latest = None

    async def _answer(self, driver: Driver) -> int | None:
        assert isinstance(driver, MemoryReader)
        try:
            return await driver.memory()
        except (DriverError, Inconclusive):
            return None
