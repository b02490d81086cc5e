"""Numbers of stations: one place gives them out, so that no two workers of a fleet play the same."""

from __future__ import annotations

import heapq
import itertools
from typing import Any

import gevent
from gevent.queue import Queue
from locust.runners import Runner

ASK, GRANT, RETURN = "plugfest-ask", "plugfest-grant", "plugfest-return"
"""Messages between workers and the one place; a lone runner sends them to itself."""


class Register:
    """Gives out the lowest free numbers, at the master or a lone runner, and takes those of lost workers back."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._returned: list[int] = []
        self._fresh = itertools.count()
        self._held: dict[str, set[int]] = {}
        runner.register_message(ASK, self._asked)
        runner.register_message(RETURN, self._given_back)

    def lost(self, present: set[str]) -> dict[str, int]:
        """Take back the numbers of workers that are not among those present: worker → how many stations it had."""
        gone = {worker: self._held.pop(worker) for worker in self._held.keys() - present}
        for numbers in gone.values():
            self._take_back(numbers)
        return {worker: len(numbers) for worker, numbers in gone.items() if numbers}

    def _asked(self, environment: Any, msg: Any) -> None:
        numbers = [self._next() for _ in range(msg.data["count"])]
        self._held.setdefault(msg.node_id, set()).update(numbers)
        self._runner.send_message(GRANT, {"numbers": numbers}, msg.node_id)

    def _given_back(self, environment: Any, msg: Any) -> None:
        held = self._held.get(msg.node_id, set())
        numbers = held & set(msg.data["numbers"])
        held -= numbers
        self._take_back(numbers)

    def _take_back(self, numbers: set[int]) -> None:
        for number in numbers:
            heapq.heappush(self._returned, number)

    def _next(self) -> int:
        return heapq.heappop(self._returned) if self._returned else next(self._fresh)


class Numbers:
    """The numbers of one worker: many greenlets ask for one each, in one message."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._granted: Queue[int] = Queue()
        self._wanted = 0
        self._left: list[int] = []
        runner.register_message(GRANT, self._got)

    def take(self) -> int:
        """Wait for a number, and return it."""
        self._wanted += 1
        if self._wanted == 1:
            gevent.spawn(self._ask)
        number: int = self._granted.get()
        return number

    def give_back(self, number: int) -> None:
        """Return a number that is needed no longer."""
        self._left.append(number)
        if len(self._left) == 1:
            gevent.spawn(self._return)

    def _ask(self) -> None:
        wanted, self._wanted = self._wanted, 0
        self._runner.send_message(ASK, {"count": wanted})

    def _return(self) -> None:
        left, self._left = self._left, []
        self._runner.send_message(RETURN, {"numbers": left})

    def _got(self, environment: Any, msg: Any) -> None:
        for number in msg.data["numbers"]:
            self._granted.put(number)
