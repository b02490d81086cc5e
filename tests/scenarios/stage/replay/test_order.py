"""Steps are played in the order of the log, or in its time."""

from __future__ import annotations

import asyncio

import pytest

from harness.fieldlog.score import Act, Step
from scenarios.stage.replay import order
from scenarios.stage.replay.order import InOrder, InTime

STEPS = [Step(index, Act.CALL, index + 1, float(index)) for index in (0, 3, 5)]


async def test_step_follows_the_one_before() -> None:
    """Whoever asks first, a step waits until those before it are done."""
    gates, played = InOrder(STEPS), []

    async def play(step: Step) -> None:
        await gates.turn(step)
        played.append(step.index)
        gates.done(step)

    await asyncio.gather(*(play(step) for step in reversed(STEPS)))
    assert played == [0, 3, 5]


async def test_step_that_waits_does_not_hold_up_others_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is never done lets the next one begin after a while."""
    monkeypatch.setattr(order, "HELD_UP", 0.01)
    gates = InOrder(STEPS)
    await gates.turn(STEPS[0])
    async with asyncio.timeout(5):
        await gates.turn(STEPS[1])


async def test_nothing_to_play() -> None:
    """A log without steps has an order too."""
    assert InOrder([])


async def test_time_runs_faster() -> None:
    """A step begins at its time at the earliest, one without a time at once."""
    times, loop = InTime(0.0, 100.0), asyncio.get_running_loop()
    began = loop.time()
    await times.turn(STEPS[2])
    assert loop.time() - began >= 0.04
    await times.turn(Step(6, Act.CALL, 7, None))
    times.done(STEPS[2])
