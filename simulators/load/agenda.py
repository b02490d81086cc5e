"""The work of all stations of one worker, done by the event loop: what has arrived is taken in, what is due is done."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Protocol

import gevent

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

    def expire(self) -> None:
        """Wait for the answer that is still owed no longer."""
        ...


class Agenda:
    """Deeds by when they are due, and bytes in the order in which they came; times are those of the monotonic clock.

    A deed never waits: it is done by the event loop itself, which costs no greenlet. ``broken`` is told of one that
    raises. ``lag`` is by how much one was late at worst, ``missed`` how many were late, since they were last asked for.
    """

    def __init__(self, broken: Callable[[Exception], None]) -> None:
        self._broken = broken
        self._due: list[tuple[float, int, Deed]] = []
        self._order = itertools.count()
        self._arrived: deque[tuple[Callable[[bytes, float], None], bytes, float]] = deque()
        self._owed: deque[tuple[float, Debtor, str]] = deque()
        self._loop = gevent.get_hub().loop
        self._timer = self._loop.timer(0)
        self._wakes = math.inf
        self._ended = False
        self.lag = 0.0
        self.missed = 0

    def at(self, due: float, deed: Deed) -> None:
        """Have something done when it is due; what is asked for when that is over already is not late."""
        due = max(due, monotonic())
        heapq.heappush(self._due, (due, next(self._order), deed))
        if due < self._wakes:
            self._wake(due)

    def arrived(self, take: Callable[[bytes, float], None], data: bytes) -> None:
        """Note that bytes are there, which is called by the event loop itself, and have them taken in."""
        self._arrived.append((take, data, monotonic()))
        if self._wakes > 0:
            self._wakes = 0.0
            self._loop.run_callback(self._work)

    def owe(self, until: float, debtor: Debtor, id: str) -> None:
        """Note until when an answer is waited for; all wait equally long."""
        self._owed.append((until, debtor, id))

    def collect(self, now: float) -> None:
        """Have answers that are overdue waited for no longer."""
        while self._owed:
            until, debtor, id = self._owed[0]
            if debtor.owes(id):
                if until > now:
                    return
                debtor.expire()
            self._owed.popleft()

    def health(self) -> tuple[float, int]:
        """Return the worst lag and how many deeds were missed, and count anew."""
        found = self.lag, self.missed
        self.lag, self.missed = 0.0, 0
        return found

    def end(self) -> None:
        """Do nothing any more."""
        self._ended = True
        self._timer.stop()
        self._due.clear()
        self._arrived.clear()

    def _wake(self, due: float) -> None:
        """Have the event loop come back at a time; it polls before it does, and stamps what has arrived."""
        if self._ended:
            return
        self._wakes = due
        self._timer.stop()
        self._timer = self._loop.timer(max(0.0, due - monotonic()) if due else 0.0)
        self._timer.start(self._work)

    def _work(self) -> None:
        """Work for a while, and plan when to go on."""
        self._wakes = 0.0
        try:
            due = self._worked(monotonic() + BUDGET)
        except Exception as error:  # the event loop would only print it, and go on without the rest
            self.end()
            self._broken(error)
            return
        self._wakes = math.inf
        if due is not None:
            self._wake(due)

    def _worked(self, until: float) -> float | None:
        """Work until a time, and return when there is more to do: 0 for at once, None where nothing is planned."""
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
                return self._due[0][0] if self._due else None
        return 0.0
