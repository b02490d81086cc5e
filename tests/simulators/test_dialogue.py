"""Waiting for what a charge point and its central system say to each other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from harness.ocppj import Call, CallError, CallResult, Frame
from harness.trace import Direction, Event, Trace
from harness.verdict import Inconclusive, Nonconformity
from harness.versions import V16
from simulators.dialogue import Dialogue


@pytest.fixture
def dialogue(trace: Trace) -> Dialogue:
    """The dialogue of CP1, with little patience."""
    return Dialogue("CP1", V16, trace, patience=0.1, slack=0.1)


def _sent(trace: Trace, frame: Frame, station: str = "CP1") -> None:
    trace.add(station, Direction.SENT, Event.TEXT, frame=frame)


def _received(trace: Trace, frame: Frame, station: str = "CP1") -> None:
    trace.add(station, Direction.RECEIVED, Event.TEXT, frame=frame)


async def test_call_with_its_answer(dialogue: Dialogue, trace: Trace) -> None:
    """A CALL is found by its members, with what it was answered."""
    _sent(trace, Call("1", "StatusNotification", {"connectorId": 0}))
    _sent(trace, Call("2", "StatusNotification", {"connectorId": 1, "status": "Available"}))
    _received(trace, CallResult("2", {}))
    found = await dialogue.told("StatusNotification", connectorId=1)
    assert (found.payload["status"], found.answer, found.entry.index) == ("Available", {}, 2)


async def test_call_that_is_still_to_come(dialogue: Dialogue, trace: Trace) -> None:
    """A wait ends as soon as both have been said, by this charge point."""
    waiting = asyncio.create_task(dialogue.told("Heartbeat"))
    await asyncio.sleep(0)
    _sent(trace, Call("1", "Heartbeat", {}), "CP2")
    _sent(trace, Call("2", "Heartbeat", {}))
    _received(trace, CallResult("2", {"currentTime": "now"}))
    assert (await waiting).answer == {"currentTime": "now"}


async def test_each_call_is_found_once(dialogue: Dialogue, trace: Trace) -> None:
    """Two waits find two CALLs, and none from before it began anew."""
    for id in "123":
        _sent(trace, Call(id, "Heartbeat", {}))
        _received(trace, CallResult(id, {"currentTime": id}))
    assert [(await dialogue.told("Heartbeat")).answer["currentTime"] for _ in range(2)] == ["1", "2"]
    assert dialogue.calls("Heartbeat") == [{}, {}, {}]
    dialogue.anew()
    with pytest.raises(Inconclusive, match="CP1 sent no Heartbeat within"):
        await dialogue.told("Heartbeat")


@pytest.mark.parametrize(
    ("answer", "observed"), [(CallError("1", "InternalError", ""), "CALLERROR InternalError"), (None, "no answer")]
)
async def test_answer_that_is_owed(dialogue: Dialogue, trace: Trace, answer: Any, observed: str) -> None:
    """A CALL that is refused, or not answered, is a fault of the central system."""
    _sent(trace, Call("1", "Heartbeat", {}))
    if answer is not None:
        _received(trace, answer)
    with pytest.raises(Nonconformity) as failed:
        await dialogue.told("Heartbeat")
    assert failed.value.check.observed.startswith(observed)


async def test_order_with_its_answer(dialogue: Dialogue, trace: Trace) -> None:
    """A CALL of the central system is found with what the charge point answered."""
    arrived = dialogue.expect("Reset")
    _received(trace, Call("1", "Reset", {"type": "Hard"}))
    _sent(trace, CallResult("1", {"status": "Accepted"}))
    found = await dialogue.ordered("Reset", type="Hard")
    assert (found.payload, found.answer, arrived.is_set()) == ({"type": "Hard"}, {"status": "Accepted"}, True)


async def test_order_that_is_owed(dialogue: Dialogue) -> None:
    """An order that does not come is a fault of the central system."""
    with pytest.raises(Nonconformity, match="a CALL Reset with"):
        await dialogue.ordered("Reset", type="Hard")


@pytest.mark.parametrize("answer", [CallError("1", "NotSupported", ""), None])
async def test_order_that_is_not_carried_out(dialogue: Dialogue, trace: Trace, answer: Any) -> None:
    """A charge point that refuses an order, or does not answer it, accuses nobody."""
    _received(trace, Call("1", "Reset", {}))
    if answer is not None:
        _sent(trace, answer)
    with pytest.raises(Inconclusive, match="CP1 answered Reset with"):
        await dialogue.ordered("Reset")


async def test_expectation_that_is_given_up(dialogue: Dialogue, trace: Trace) -> None:
    """An event that nobody waits for any more is not set."""
    arrived = dialogue.expect("Reset")
    dialogue.release("Reset")
    dialogue.release("Reset")
    _received(trace, Call("1", "Reset", {}))
    assert not arrived.is_set()


async def test_charge_point_is_let_in(dialogue: Dialogue, trace: Trace) -> None:
    """An open connection is all that is asked for, however often it was refused before."""
    trace.add("CP1", Direction.RECEIVED, Event.REFUSED, "HTTP 503")
    trace.add("CP1", Direction.RECEIVED, Event.OPENED)
    await dialogue.let_in(clause="c")


async def test_charge_point_that_is_refused(dialogue: Dialogue, trace: Trace) -> None:
    """One that is refused is a fault of the central system, one that does not even ask is not."""
    with pytest.raises(Inconclusive, match="CP1 did not connect"):
        await dialogue.let_in(clause="c")
    trace.add("CP1", Direction.RECEIVED, Event.REFUSED, "HTTP 401")
    with pytest.raises(Nonconformity, match="HTTP 401"):
        await dialogue.let_in(clause="c")
