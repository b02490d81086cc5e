"""Who may begin, and when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from harness.admission import FEWEST, QUIET, RESPONSIVE, Admission, lag
from harness.ocppj import Call, CallResult
from harness.trace import Direction, Event, Trace

MOST = 20


async def busy(until: asyncio.Event) -> None:
    """Keep the event loop from everybody else for longer than it may take, again and again."""
    while not until.is_set():
        time.sleep(RESPONSIVE * 2)  # noqa: ASYNC251
        await asyncio.sleep(0)


async def admitted(admission: Admission) -> int:
    """Return how many more are admitted now."""
    count = 0
    entering = asyncio.create_task(admission.enter())
    while await settled(entering):
        count += 1
        entering = asyncio.create_task(admission.enter())
    entering.cancel()
    return count


async def settled(entering: asyncio.Task[None]) -> bool:
    """Whether somebody comes in without waiting for anything but a busy machine."""
    done, _ = await asyncio.wait({entering}, timeout=0.5)
    return bool(done)


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
    admission = Admission(MOST, quick=1)
    task = asyncio.create_task(busy(over))
    await asyncio.sleep(0)
    entering = asyncio.create_task(admission.enter())
    await asyncio.wait({entering}, timeout=RESPONSIVE * 5)
    assert not entering.done()
    over.set()
    await task
    async with asyncio.timeout(5):
        await entering


async def test_one_who_leaves_makes_room() -> None:
    """A full house admits nobody until somebody leaves."""
    admission = Admission(1, quick=1)
    assert await admitted(admission) == 1
    admission.leave()
    assert await admitted(admission) == 1


class Conversation:
    """A central system and those whom it answers, at a time that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.admission = Admission(MOST, quick=0.1, clock=lambda: self.now)
        self._trace = Trace(lambda: self.now)
        self._trace.listen(self.admission.hear)
        self._ids: Iterator[int] = iter(range(1_000_000))

    def exchange(self, *seconds: float, action: str = "Heartbeat") -> None:
        """Have CALLs answered after times."""
        for took in seconds:
            call = Call(str(next(self._ids)), action, {})
            self._trace.add("CP", Direction.SENT, Event.TEXT, frame=call)
            self.now += took
            self._trace.add("CP", Direction.RECEIVED, Event.TEXT, frame=CallResult(call.unique_id, {}))


async def test_few_begin() -> None:
    """How a central system keeps up is learnt before it is asked for much."""
    assert await admitted(Conversation().admission) == FEWEST


@pytest.mark.parametrize(
    ("first", "later"), [(0.01, 0.01), (0.01, 0.09), (0.3, 0.4)], ids=["quick", "still quick", "always slow"]
)
async def test_more_begin_as_answers_come_in_time(first: float, later: float) -> None:
    """In time is what is quick, or takes no longer than it did."""
    talk = Conversation()
    talk.exchange(first, *[later] * MOST)
    assert await admitted(talk.admission) > FEWEST


async def test_no_more_than_most_begin() -> None:
    """The bound holds, however quick the answers are."""
    talk = Conversation()
    talk.exchange(*[0.001] * MOST**2)
    assert await admitted(talk.admission) == MOST


async def test_fewer_are_under_way_once_answers_become_late() -> None:
    """The answers to one action have become slow, so nobody comes in until enough have left."""
    talk = Conversation()
    talk.exchange(*[0.001] * MOST**2)
    talk.now += QUIET
    assert await admitted(talk.admission) == MOST
    talk.exchange(0.2)
    talk.admission.leave()
    assert await admitted(talk.admission) == 0
    for _ in range(MOST):
        talk.exchange(0.001)
        talk.admission.leave()
    assert await admitted(talk.admission) > FEWEST


async def test_action_that_takes_its_time_is_not_late_beside_quick_ones() -> None:
    """Each action is measured by itself."""
    talk = Conversation()
    talk.exchange(*[0.001] * MOST)
    allowed = await admitted(talk.admission)
    talk.now += QUIET
    talk.exchange(*[0.3] * MOST, action="Authorize")
    assert allowed + await admitted(talk.admission) > allowed


async def test_more_wait_for_a_central_system_that_is_silent() -> None:
    """Who waits does no harm, so that everybody waits at once."""
    talk = Conversation()
    assert await admitted(talk.admission) == FEWEST
    talk.now += QUIET * 2
    assert await admitted(talk.admission) == MOST - FEWEST
