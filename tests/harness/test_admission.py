"""Who may begin, and when."""

from __future__ import annotations

import asyncio
import time

from harness.admission import RESPONSIVE, Admission, lag


async def busy(until: asyncio.Event) -> None:
    """Keep the event loop from everybody else for longer than it may take, again and again."""
    while not until.is_set():
        time.sleep(RESPONSIVE * 2)  # noqa: ASYNC251
        await asyncio.sleep(0)


async def test_lag_is_how_long_others_keep_the_loop() -> None:
    """An idle loop comes back at once, a busy one late."""
    assert await lag() < RESPONSIVE
    over = asyncio.Event()
    task = asyncio.create_task(busy(over))
    await asyncio.sleep(0)
    assert await lag() >= RESPONSIVE
    over.set()
    await task


async def test_nobody_is_admitted_while_the_loop_is_busy() -> None:
    """One that would come on top of a busy loop waits until it is responsive."""
    over = asyncio.Event()
    admission = Admission(10)
    task = asyncio.create_task(busy(over))
    await asyncio.sleep(0)
    entering = asyncio.create_task(admission.enter())
    await asyncio.wait({entering}, timeout=RESPONSIVE * 10)
    assert not entering.done()
    over.set()
    await task
    async with asyncio.timeout(5):
        await entering


async def test_one_who_leaves_makes_room() -> None:
    """A full house admits nobody until somebody leaves."""
    admission = Admission(1)
    await admission.enter()
    entering = asyncio.create_task(admission.enter())
    await asyncio.sleep(0)
    assert not entering.done()
    admission.leave()
    async with asyncio.timeout(5):
        await entering
