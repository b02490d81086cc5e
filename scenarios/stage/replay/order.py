"""When the steps of a log are played: in their order, or in their time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

from harness.fieldlog.score import Step


class Order(Protocol):
    """Says when a step may begin, and is told when it is done."""

    async def turn(self, step: Step) -> None:
        """Wait until a step may begin."""
        ...

    def done(self, step: Step) -> None:
        """Take note that a step is done."""
        ...


HELD_UP = 1.0
"""Seconds for which a station that waits for something holds up the others."""


class InOrder:
    """Each step begins as soon as the one before it in the log is done, or is waited for too long."""

    def __init__(self, steps: Sequence[Step]) -> None:
        ordered = sorted(step.index for step in steps)
        self._gates = {index: asyncio.Event() for index in ordered}
        self._next = dict(pairwise(ordered))
        if ordered:
            self._gates[ordered[0]].set()

    async def turn(self, step: Step) -> None:
        """Wait until the step before is done."""
        await self._gates[step.index].wait()
        asyncio.get_running_loop().call_later(HELD_UP, self.done, step)

    def done(self, step: Step) -> None:
        """Let the next step begin."""
        if (following := self._next.get(step.index)) is not None:
            self._gates[following].set()


class InTime:
    """Each step begins at its time, which runs ``speed`` times as fast as in the log."""

    def __init__(self, first: float, speed: float) -> None:
        self._first, self._speed = first, speed
        self._began = asyncio.get_running_loop().time()

    async def turn(self, step: Step) -> None:
        """Wait until it is time; a step without a time follows the one before."""
        if step.at is not None:
            due = self._began + (step.at - self._first) / self._speed
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))

    def done(self, step: Step) -> None:
        """Take no notice."""
