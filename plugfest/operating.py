"""The operator of a central system that load is put on: its driver, in a thread of its own that nothing else delays."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

from harness.csms import Driver, DriverError, MemoryReader
from harness.load.figures import Figures
from harness.load.plan import Plan
from harness.verdict import Inconclusive
from plugfest.orders import Giving, Order

T = TypeVar("T")

EVERY = 1.0
"""Seconds between two questions for the memory."""

LIMIT = 30.0
"""Seconds that the driver has for its beginning, and for its end."""

UNSURE = 1.0
"""Seconds by which the end of a run may come earlier than is known here."""


@contextmanager
def operated(driver: Driver) -> Iterator[Operator]:
    """Enter a driver in a thread of its own, and leave it at the end."""
    operator = Operator(driver)
    thread = threading.Thread(target=lambda: asyncio.run(operator.work()), name="operator", daemon=True)
    thread.start()
    try:
        yield operator
    finally:
        operator.stop()
        thread.join(LIMIT)


class Operator:
    """Operates a central system as long as load is put on it; its methods are for another thread than the driver's.

    What needs a driver that cannot be entered raises DriverError; ``memory`` merely tells nothing then.
    """

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self._entered: Future[asyncio.AbstractEventLoop] = Future()
        self._stopped = threading.Event()
        self._memory: int | None = None
        self._giving: Giving | None = None

    def memory(self) -> int | None:
        """Return the bytes that the driver told last, None where it does not tell."""
        return self._memory

    def give(self, orders: Iterator[Order], began: float, plan: Plan) -> None:
        """Have orders given from now on, due so many seconds after a run ``began`` (monotonic clock)."""
        self._giving = Giving(self.driver, orders, Figures(began, plan.width), began + plan.duration - UNSURE)
        self.do(self._giving.begin())

    def told(self) -> Figures:
        """Return what became of orders since this was asked before."""
        return self.do(self._giving.take()) if self._giving else Figures()

    def cease(self) -> Figures:
        """Have no more orders given, and return what became of the rest."""
        giving, self._giving = self._giving, None
        return self.do(giving.end()) if giving else Figures()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done in the thread of the driver, and wait for it."""
        try:
            loop = self._entered.result(LIMIT)
        except BaseException:
            work.close()
            raise
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    def stop(self) -> None:
        """Have the driver left."""
        self._stopped.set()

    async def work(self) -> None:
        """Enter the driver, and ask for what it tells until it is to be left."""
        try:
            async with self.driver as driver:
                self._entered.set_result(asyncio.get_running_loop())
                while not await asyncio.to_thread(self._stopped.wait, EVERY):
                    self._memory = await _memory(driver)
        except Exception as error:  # whoever needs the driver has to be told
            if self._entered.done():
                raise
            self._entered.set_exception(error)
        self._memory = None


async def _memory(driver: Driver) -> int | None:
    if not isinstance(driver, MemoryReader):
        return None
    try:
        return await driver.memory()
    except (DriverError, Inconclusive):
        return None
