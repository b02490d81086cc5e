"""Orders of an operator during a load run: given when they are due, and counted until the operator knows their end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

from harness.csms import Driver, DriverError, Operation, OutcomeReader, Receipt, Settled
from harness.load.figures import ANSWERED, UNANSWERED, Exchange, Figures, Health, Incident
from harness.load.plan import FleetError
from harness.trace import Direction
from harness.verdict import Inconclusive

Order = tuple[float, Operation]
"""Seconds after the beginning of the run at which an operation is due."""

PATIENCE = 30.0
"""Seconds until an order counts as unanswered."""

POLL = 0.5
"""Seconds for which the question for an outcome is held back at most."""

GRACE = 5.0
"""Seconds before the stations leave from which an order that has no good end is nobody's failure."""

AT_ONCE = 64
"""How many orders are under way at most; one that is due then waits, which counts."""

LATE = 0.01
"""Seconds after its time from which an order counts as given too late by the operator itself."""

REFUSED, FAILED, NOT_HEARD = "order refused", "order failed", "operator not heard"
"""What else may become of an order: it is not taken, it fails, or nobody answers the operator."""

NAME = "operator"
"""Under which name it is told how late the operator itself was."""


@dataclass(frozen=True, slots=True)
class _End:
    """How an order ended, and in which words of the central system, if any."""

    outcome: str
    reason: str | None = None


class Giving:
    """Gives orders, and counts what becomes of them; all of it belongs to the event loop of the driver.

    ``until`` is when the stations leave (monotonic clock), ``figures`` has its origin where the run began.
    """

    def __init__(self, driver: Driver, orders: Iterator[Order], figures: Figures, until: float) -> None:
        self._driver = driver
        self._orders = orders
        self._figures = figures
        self._until = until
        self._free = asyncio.Semaphore(AT_ONCE)
        self._noted: set[str] = set()
        self._lag, self._missed = 0.0, 0
        self._looked, self._spent = monotonic(), time.process_time()

    async def begin(self) -> None:
        """Give orders from now on."""
        self._playing = asyncio.create_task(self._play())

    async def take(self) -> Figures:
        """Return what became known since this was asked before; raises FleetError where the driver has broken."""
        now, spent = monotonic(), time.process_time()
        if self._playing.done() and not self._playing.cancelled() and (error := self._playing.exception()):
            broken = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error
            raise FleetError(f"the driver has broken: {broken!r}") from error
        cpu = (spent - self._spent) / max(now - self._looked, 0.001)
        if now >= self._figures.origin:
            self._figures.health(Health(NAME, now, self._lag, cpu, self._missed))
        self._lag, self._missed, self._looked, self._spent = 0.0, 0, now, spent
        return self._figures.take(self._figures.origin)

    async def end(self) -> Figures:
        """Give no more, and return what became of the rest."""
        self._until = min(self._until, monotonic())
        self._playing.cancel()
        await asyncio.wait([self._playing])
        return await self.take()

    async def _play(self) -> None:
        async with asyncio.TaskGroup() as group:
            for after, operation in self._orders:
                due = self._figures.origin + after
                if (left := due - monotonic()) > 0:
                    await asyncio.sleep(left)
                    self._late(monotonic() - due)
                await self._free.acquire()
                if monotonic() > self._until:
                    if due <= self._until:
                        self._note(f"orders were due that could not be given: {AT_ONCE} were under way", NAME)
                    return
                group.create_task(self._order(operation, due)).add_done_callback(lambda _: self._free.release())

    def _late(self, seconds: float) -> None:
        self._lag = max(self._lag, seconds)
        self._missed += seconds > LATE

    async def _order(self, operation: Operation, due: float) -> None:
        """Give one order, and count it once its end is known."""
        taken: list[float] = []
        given = monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                end = await self._ended(operation, taken)
        except (TimeoutError, asyncio.CancelledError):
            end = _End(UNANSWERED)
        now = monotonic()
        if end.outcome != ANSWERED and now > self._until and given > self._until - GRACE:
            return
        sent = taken[0] if taken else now
        action, station = operation.action(), operation.station
        self._figures.exchange(Exchange(action, Direction.RECEIVED, due, sent, now, end.outcome, station, False))
        if end.reason is not None:
            self._note(f"{end.outcome}: {action} of {station}: {end.reason}", end.outcome)

    async def _ended(self, operation: Operation, taken: list[float]) -> _End:
        """Have an order performed, note when it was ``taken``, and wait for its end."""
        try:
            receipt = await self._driver.perform(operation)
            taken.append(monotonic())
            return await self._outcome(receipt)
        except Inconclusive as refused:
            return _End(REFUSED, str(refused))
        except DriverError as error:
            return _End(NOT_HEARD, str(error))

    async def _outcome(self, receipt: Receipt | None) -> _End:
        if isinstance(receipt, Settled):
            found = receipt.outcome
        elif receipt is not None and isinstance(self._driver, OutcomeReader):
            found = await self._driver.outcome(receipt, POLL)
            while found.state == "pending":
                found = await self._driver.outcome(receipt, POLL)
        else:
            self._note("the driver tells no outcome: orders count until the central system has taken them", ANSWERED)
            return _End(ANSWERED)
        return _End(ANSWERED) if found.state == "answered" else _End(FAILED, found.reason or "no reason is told")

    def _note(self, text: str, kind: str) -> None:
        """Tell of the first of each kind."""
        if kind not in self._noted:
            self._noted.add(kind)
            self._figures.incident(Incident(monotonic(), text))
