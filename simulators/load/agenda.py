"""The work of all stations of one worker: what has arrived is taken in, and what is due is done, by one greenlet."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Protocol

import gevent
from gevent.event import Event

BUDGET = 0.002
"""Seconds of work after which the event loop looks for what has arrived meanwhile."""

LATE = 0.01
"""Seconds after its time from which a deed counts as missed by the generator."""

Deed = Callable[[], None]


class Debtor(Protocol):
    """Whoever waits for answers."""

    def owes(self, id: str) -> bool:
        """Whether an answer is still waited for."""
        ...

    def expire(self, id: str) -> None:
        """Wait for an answer no longer."""
        ...


class Agenda:
    """Deeds by when they are due, and bytes in the order in which they came; times are those of the monotonic clock.

    A deed never waits. ``lag`` is by how much one was late at worst, ``missed`` how many were late, since they were
    last asked for.
    """

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Deed]] = []
        self._order = itertools.count()
        self._arrived: deque[tuple[Callable[[bytes, float], None], bytes, float]] = deque()
        self._owed: deque[tuple[float, Debtor, str]] = deque()
        self._idle = True
        self._wake = Event()
        self.lag = 0.0
        self.missed = 0

    def at(self, due: float, deed: Deed) -> None:
        """Have something done when it is due; what is asked for when that is over already is not late."""
        due = max(due, monotonic())
        heapq.heappush(self._due, (due, next(self._order), deed))
        if self._idle and self._due[0][0] == due:
            self._rouse()

    def arrived(self, take: Callable[[bytes, float], None], data: bytes) -> None:
        """Note that bytes are there, which is called by the event loop itself, and have them taken in."""
        self._arrived.append((take, data, monotonic()))
        if self._idle:
            self._rouse()

    def owe(self, until: float, debtor: Debtor, id: str) -> None:
        """Note until when an answer is waited for; all wait equally long."""
        self._owed.append((until, debtor, id))

    def collect(self, now: float) -> None:
        """Have answers that are overdue waited for no longer."""
        while self._owed:
            until, debtor, id = self._owed[0]
            if until > now and debtor.owes(id):
                return
            self._owed.popleft()
            debtor.expire(id)

    def health(self) -> tuple[float, int]:
        """Return the worst lag and how many deeds were missed, and count anew."""
        found = self.lag, self.missed
        self.lag, self.missed = 0.0, 0
        return found

    def run(self) -> None:
        """Work until killed."""
        while True:
            wait = self._work(monotonic() + BUDGET)
            if wait is not None and wait <= 0:
                gevent.sleep(1e-9)  # a timer: unlike with 0, the loop polls before it comes back
                continue
            self._idle = True
            self._wake.clear()
            self._wake.wait(wait)
            self._idle = False

    def _rouse(self) -> None:
        self._idle = False
        self._wake.set()

    def _work(self, until: float) -> float | None:
        """Work for a while, and return the seconds until there is more to do, None where nothing is planned."""
        while (now := monotonic()) < until:
            if self._arrived:
                take, data, at = self._arrived.popleft()
                take(data, at)
            elif self._due and self._due[0][0] <= now:
                due, _, deed = heapq.heappop(self._due)
                late = now - due
                self.lag = max(self.lag, late)
                self.missed += late > LATE
                deed()
            else:
                return self._due[0][0] - now if self._due else None
        return 0.0
