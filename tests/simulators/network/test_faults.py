"""Faults of messages: how they are written, which messages they strike, and what a station then does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from harness.ocppj import Call, CallError, CallResult
from harness.settings import SettingsError
from harness.trace import Direction, Trace, faults
from harness.verdict import Inconclusive
from simulators.connection import Party
from simulators.network.faults import Fault, Faults, Verb
from simulators.station import Answer, Closed, Silence
from tests.simulators.conftest import Facing

SENT, RECEIVED = Direction.SENT, Direction.RECEIVED


def made(*texts: str, seed: int = 1) -> Faults:
    """Return faults as they are written."""
    return Faults([Fault.parse(text) for text in texts], Random(seed))


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("drop StopTransaction.conf 1", {"verb": Verb.DROP, "action": "StopTransaction", "part": "conf", "nth": 1}),
        ("delay 2.5s Heartbeat", {"verb": Verb.DELAY, "action": "Heartbeat", "seconds": 2.5}),
        ("cut * sent 5%", {"verb": Verb.CUT, "action": "*", "direction": SENT, "percent": 5.0}),
    ],
)
def test_fault_in_words(text: str, members: dict[str, Any]) -> None:
    """A fault says what happens, to which messages, and to which of them."""
    assert Fault.parse(text) == Fault(text=text, **members)


@pytest.mark.parametrize(
    "text", ["", "lose Heartbeat", "drop", "delay Heartbeat", "drop 2s Heartbeat", "drop X 0", "drop X x"]
)
def test_fault_that_cannot_be_read(text: str) -> None:
    """What is no fault is told with the form of one."""
    with pytest.raises(SettingsError, match="write VERB"):
        Fault.parse(text)


def test_answers_belong_to_their_action() -> None:
    """An answer, also a refusal, is known by the CALL before it; what is no frame is struck by nothing."""
    struck = made("drop StopTransaction.conf")
    assert struck.strike(SENT, [2, "1", "StopTransaction", {}]) is None
    assert struck.strike(RECEIVED, Call("1", "StopTransaction")) is None
    assert struck.strike(RECEIVED, CallResult("1"))
    assert struck.strike(RECEIVED, CallError("1", "InternalError"))
    assert struck.strike(RECEIVED, CallResult("2")) is None
    assert struck.strike(SENT, b"\x00") is None
    assert struck.strike(SENT, CallResult("1"))


def test_only_one_of_them() -> None:
    """The second message is struck, no other; each fault counts for itself."""
    struck = made("drop Heartbeat.req 2", "delay 1s * sent 3")
    calls: Sequence[Call] = [Call(str(number), "Heartbeat") for number in range(4)]
    hit = [struck.strike(SENT, call) for call in calls]
    assert [fault.verb if fault else None for fault in hit] == [None, Verb.DROP, Verb.DELAY, None]


def test_some_of_them_by_the_seed() -> None:
    """A probability strikes the same messages with the same seed, and about as many as it says."""
    runs = [
        [bool(struck.strike(SENT, Call(str(n), "Heartbeat"))) for n in range(1000)]
        for struck in (made("drop * 30%", seed=7), made("drop * 30%", seed=7), made("drop * 30%", seed=8))
    ]
    assert runs[0] == runs[1] != runs[2]
    assert 250 < sum(runs[0]) < 350


async def answer(socket: ServerConnection) -> None:
    """Answer every CALL, with its number."""
    number = 0
    async for text in socket:
        number += 1
        if (frame := json.loads(text))[0] == 2:
            await socket.send(json.dumps([3, frame[1], {"number": number}]))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("drop Heartbeat.req 1", [None, 1]),
        ("drop Heartbeat.conf 1", [None, 2]),
        ("duplicate Heartbeat.req 1", [1, 3]),
        ("duplicate Heartbeat.conf 1", [1, 2]),
        ("delay 0.1s Heartbeat.req 1", [1, 2]),
        ("delay 0.1s Heartbeat.conf 1", [1, 2]),
    ],
)
async def test_what_happens_to_a_message(facing: Facing, trace: Trace, text: str, numbers: list[int | None]) -> None:
    """A message is lost, comes late or comes twice, where it was asked for; the trace tells."""
    station = await facing(answer)
    station.faults = made(text)
    await station.connect()
    began = asyncio.get_running_loop().time()
    first = await station.probe()
    if "delay" in text:
        assert asyncio.get_running_loop().time() - began > 0.09
    seen = [
        outcome.payload["number"] if isinstance(outcome, Answer) else None for outcome in (first, await station.probe())
    ]
    assert seen == numbers
    assert isinstance(first, Answer | Silence)
    assert faults(trace) == [text]


@pytest.mark.parametrize("part", ["req", "conf"])
async def test_connection_ends_in_place_of_a_message(facing: Facing, part: str) -> None:
    """A message that is cut is lost with the connection, and nobody but the network ended that."""
    station = await facing(answer)
    station.faults = made(f"cut Heartbeat.{part} 1")
    await station.connect()
    outcome = await station.probe()
    assert isinstance(outcome, Closed)
    assert (outcome.by, outcome.reason) == (Party.NETWORK, f"cut Heartbeat.{part} 1")
    await station.connect()
    assert isinstance(await station.probe(), Answer)


async def test_next_answer_overtakes(facing: Facing, trace: Trace) -> None:
    """An answer that is reordered arrives after the next message, and alone if none comes."""
    station = await facing(answer, patience=3.0)
    station.faults = made("reorder Heartbeat.conf")
    await station.connect()
    (first, one), (second, two) = station.pipeline(("Heartbeat", {}), ("Authorize", {"idTag": "1"}))
    order: list[int] = []
    for number, future in ((1, one), (2, two)):
        future.add_done_callback(lambda _, number=number: order.append(number))  # type: ignore[misc]
    await station.send(first)
    await station.send(second)
    await asyncio.gather(one, two)
    assert order == [2, 1]
    assert isinstance(await station.probe(), Answer)


async def test_next_call_overtakes(facing: Facing) -> None:
    """A CALL that is reordered goes out after the next message."""
    station = await facing(answer, patience=3.0)
    station.faults = made("reorder Heartbeat.req 1")
    await station.connect()
    late = asyncio.create_task(station.probe())
    await asyncio.sleep(0)
    early = await station.attempt("Authorize", {"idTag": "1"})
    assert isinstance(early, Answer)
    outcome = await late
    assert isinstance(outcome, Answer)
    assert (early.payload["number"], outcome.payload["number"]) == (1, 2)


async def test_message_that_is_owed_after_a_cut(facing: Facing) -> None:
    """A CALL that the network took away accuses nobody."""
    station = await facing(answer)
    station.faults = made("cut Heartbeat.conf 1")
    await station.connect()
    with pytest.raises(Inconclusive, match=r"ended by the network: cut Heartbeat\.conf 1"):
        await station.heartbeat()
