"""The loop of a run: a wait ends by the seconds in which an answer could have been heard, not by those of the wall."""

from __future__ import annotations

import asyncio
import time

import pytest

from harness.patient_loop import STALL, PatientLoop

PATIENCE = 0.3


async def answered_after_a_freeze(frozen: float) -> float:
    """Wait for an answer, freeze meanwhile, and return the seconds that the loop waited; raises TimeoutError.

    The answer is there right after the freeze, but takes the loop some rounds, as that of a central system does.
    """
    loop, answer = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()
    began = loop.time()

    async def answers() -> None:
        time.sleep(frozen)  # noqa: ASYNC251 - nobody in this process can run
        for _ in range(10):
            await asyncio.sleep(0)
        if not answer.done():
            answer.set_result(None)

    answering = asyncio.create_task(answers())
    try:
        async with asyncio.timeout(PATIENCE):
            await answer
    finally:
        await answering
    return loop.time() - began


def test_freeze_ends_no_wait() -> None:
    """A process that could not run for longer than its patience still hears the answer; that time did not pass."""
    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        assert runner.run(answered_after_a_freeze(2 * PATIENCE)) < PATIENCE


def test_usual_loop_would_accuse() -> None:
    """What the loop is for: the usual one takes the freeze for silence."""
    with asyncio.Runner() as runner, pytest.raises(TimeoutError):
        runner.run(answered_after_a_freeze(2 * PATIENCE))


def test_freeze_while_nothing_happens() -> None:
    """A freeze in the middle of waiting is seen by the clock having gone on for longer than was asked for."""
    jumps = iter([0.0])
    ahead = 0.0

    def clock() -> float:
        nonlocal ahead
        ahead += next(jumps, 0.0)
        return time.monotonic() + ahead

    async def waits() -> tuple[float, float]:
        nonlocal jumps
        loop = asyncio.get_running_loop()
        began, truly = loop.time(), clock()
        waiting = asyncio.create_task(asyncio.sleep(0.05))
        await asyncio.sleep(0)
        jumps = iter([0.0, 0.0, 10.0])
        await waiting
        return loop.time() - began, clock() - truly

    with asyncio.Runner(loop_factory=lambda: PatientLoop(clock)) as runner:
        passed, truly = runner.run(waits())
    assert (passed < 1, truly > 10) == (True, True)


def test_silence_still_ends() -> None:
    """Time in which the loop could have heard something counts in full."""

    async def waits() -> float:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await asyncio.get_running_loop().create_future()
        return time.monotonic() - began

    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        assert PATIENCE <= runner.run(waits()) < PATIENCE + STALL * 10


def test_work_of_its_own_is_no_stall() -> None:
    """A loop that is kept busy, as by a flood, does not wait for ever."""

    async def works() -> float:
        loop, until = asyncio.get_running_loop(), time.thread_time() + 2 * STALL
        began = loop.time()
        while time.thread_time() < until:
            pass
        await asyncio.sleep(0)
        return loop.time() - began

    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        assert runner.run(works()) >= 2 * STALL
