"""Tests of a station's own CALLs, of what comes unasked, and of its end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from harness.ocppj import Call, CallResult
from harness.trace import Direction, Trace
from harness.verdict import Nonconformity
from simulators import connection
from simulators.connection import FLOOD
from simulators.manners import Manners
from simulators.rawsocket import frame
from simulators.station import Answer, Closed, ConnectionGone, Refusal, Silence
from simulators.v16 import ChargePoint
from tests.simulators.central import answer, oblige, receive, say_nothing, send
from tests.simulators.conftest import PATIENCE, Facing


async def refuse(socket: ServerConnection) -> None:
    """Refuse every CALL."""
    while True:
        message = await receive(socket)
        await send(socket, [4, message[1], "NotSupported", "not today", {}])


async def close_on_call(socket: ServerConnection) -> None:
    """Close the connection instead of answering."""
    await receive(socket)
    await socket.close(1008, "go away")


def problems(trace: Trace) -> list[tuple[str, str]]:
    """Return what was expected and observed in all problems of a trace."""
    return [(problem.expected, problem.observed) for entry in trace for problem in entry.problems]


# Answers that are owed


async def test_owed_answer_is_returned(facing: Facing) -> None:
    """A CALL brings its CALLRESULT, with the trace entry it came in."""
    station = await facing(oblige)
    await station.connect()
    heartbeat = await station.heartbeat()
    assert heartbeat.member("currentTime")
    assert heartbeat.entry.frame == CallResult(heartbeat.entry.frame.unique_id, heartbeat.payload)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("script", "observed"),
    [
        (refuse, "CALLERROR NotSupported 'not today'"),
        (say_nothing, "no answer within 0.3 s"),
        (close_on_call, "close 1008 go away"),
    ],
)
async def test_anything_but_the_owed_answer_is_a_nonconformity(facing: Facing, script: Any, observed: str) -> None:
    """Refusal, silence and a close are told apart, and each violates what is owed."""
    station = await facing(script)
    await station.connect()
    with pytest.raises(Nonconformity) as raised:
        await station.heartbeat()
    assert raised.value.check.observed == observed
    assert (raised.value.check.evidence is None) == (script is not refuse)


@pytest.mark.parametrize(
    ("script", "kind"), [(oblige, Answer), (refuse, Refusal), (say_nothing, Silence), (close_on_call, Closed)]
)
async def test_attempt_returns_what_comes_back(facing: Facing, script: Any, kind: type) -> None:
    """An attempt owes nothing: each of the four outcomes is an observation."""
    station = await facing(script)
    await station.connect()
    assert isinstance(await station.probe(), kind)


async def test_patience_of_one_attempt_can_be_shorter(facing: Facing) -> None:
    """A single wait can have less patience than the station."""
    station = await facing(say_nothing, patience=60.0)
    await station.connect()
    assert await station.attempt("Heartbeat", patience=0.02) == Silence(0.02)


async def test_late_answer_is_no_problem(facing: Facing, trace: Trace) -> None:
    """An answer after patience has ended belongs to its CALL, not to the next one."""

    async def lag(socket: ServerConnection) -> None:
        first, second = await receive(socket), await receive(socket)
        await answer(socket, first)
        await answer(socket, second, currentTime="2031-01-01T00:00:00.000Z")
        await socket.wait_closed()

    station = await facing(lag)
    await station.connect()
    assert isinstance(await station.attempt("Heartbeat", patience=0.02), Silence)
    assert (await station.heartbeat()).payload == {"currentTime": "2031-01-01T00:00:00.000Z"}
    assert problems(trace) == []


async def test_pipelined_calls_have_their_own_answers(facing: Facing) -> None:
    """CALLs sent without waiting get the answers of their ids, in whatever order."""

    async def reverse(socket: ServerConnection) -> None:
        first, second = await receive(socket), await receive(socket)
        await answer(socket, second)
        await answer(socket, first)
        await socket.wait_closed()

    station = await facing(reverse)
    await station.connect()
    (heartbeat, one), (authorize, other) = station.pipeline(("Heartbeat", {}), ("Authorize", {"idTag": "A"}))
    await station.send(heartbeat)
    await station.send(authorize)
    assert isinstance(first := await station.observe(one), Answer)
    assert isinstance(second := await station.observe(other), Answer)
    assert first.member("currentTime")
    assert second.member("idTagInfo", "status") == "Accepted"


async def test_message_of_any_kind_can_be_attempted(facing: Facing, trace: Trace) -> None:
    """A raw text is sent as it is, and what comes back under its id is observed."""
    station = await facing(oblige)
    await station.connect()
    assert isinstance(await station.attempt_raw('[2,"x" , "Heartbeat",{}]', "x"), Answer)
    assert [entry.text for entry in trace if entry.direction is Direction.SENT] == ['[2,"x" , "Heartbeat",{}]']


# What comes unasked


async def test_unmatched_answer_is_a_problem(facing: Facing, trace: Trace) -> None:
    """An answer to no CALL of the station is noted whether or not a scenario looks."""

    async def babble(socket: ServerConnection) -> None:
        await send(socket, [3, "nobody", {}])
        await oblige(socket)

    station = await facing(babble)
    await station.connect()
    await station.probe()
    assert problems(trace) == [("the id of a CALL of the other side", "nobody")]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"\x00" * 5, "a text message"),
        ("garbage", "one JSON text without duplicate members or NaN"),
        ('{"a": 1}', "a JSON array"),
        ("[5]", "message type 2, 3 or 4"),
    ],
)
async def test_unreadable_message_is_a_problem(
    facing: Facing, trace: Trace, message: str | bytes, expected: str
) -> None:
    """Binary messages and texts that are no frame are noted, and the station goes on."""

    async def babble(socket: ServerConnection) -> None:
        await socket.send(message)
        await oblige(socket)

    station = await facing(babble)
    await station.connect()
    assert isinstance(await station.probe(), Answer)
    assert [expected for expected, _ in problems(trace)] == [expected]


async def test_flood_is_a_problem_and_ends_the_connection(
    facing: Facing, trace: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood is cut off, noted, and does not fill the memory."""
    monkeypatch.setattr(connection, "MAX_FRAMES", 100)

    async def flood(socket: ServerConnection) -> None:
        socket.transport.write(frame(b'[3,"nobody",{}]', masked=False) * 20_000)
        await socket.wait_closed()

    station = await facing(flood, patience=5.0)
    await station.connect()
    assert str(await station.wait_closed()) == FLOOD
    assert ("one CALL at a time", FLOOD) in problems(trace)
    assert len(trace) == 102


async def test_ended_connection_is_observed_by_an_attempt(facing: Facing, trace: Trace) -> None:
    """A CALL after the central system has left comes to the same as one that it leaves unanswered."""

    async def leave(socket: ServerConnection) -> None:
        await socket.close(1001)

    station = await facing(leave)
    await station.connect()
    ended = await station.wait_closed()
    recorded = len(trace)
    assert await station.probe() == ended
    with pytest.raises(Nonconformity, match="close 1001"):
        await station.heartbeat()
    with pytest.raises(ConnectionGone, match="CP1 could not send: close 1001"):
        await station.send([])
    assert len(trace) == recorded


async def test_message_ids_are_unique() -> None:
    """Every message of a run has an id of its own, within 36 characters."""
    ids = {ChargePoint.new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(one) == 36 for one in ids)


# The end


async def test_leaving_is_bounded_though_nobody_listens(facing: Facing) -> None:
    """Teardown takes no longer than patience, whatever the central system owes."""

    async def hang(socket: ServerConnection) -> None:
        await send(socket, [2, "1", "Reset", {"type": "Hard"}], [2, "2", "Reset", {"type": "Hard"}])
        socket.transport.pause_reading()
        await socket.wait_closed()

    station = await facing(hang, conduct=Manners(pace=0.1).of("CP1"))
    arrived = station.expect("Reset")
    await station.connect()
    await arrived.wait()
    (call, owed), *_ = station.pipeline(("Heartbeat", {}))
    assert isinstance(call, Call)
    began = asyncio.get_running_loop().time()
    await station.leave()
    assert asyncio.get_running_loop().time() - began < PATIENCE * 4
    assert owed.cancelled()
    assert not station.connected


async def test_leaving_twice_is_no_error(facing: Facing) -> None:
    """A station that has left, or never came, can leave."""
    station = await facing(oblige)
    await station.leave()
    await station.connect()
    await station.leave()
    await station.leave()


async def test_fault_of_the_station_is_raised_and_not_taken_for_an_end(
    facing: Facing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes wrong on this side while a message is taken reaches whoever waits, as it is."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    station = await facing(oblige)
    await station.connect()
    monkeypatch.setattr(station._wire, "received", fail)
    with pytest.raises(ZeroDivisionError):
        await station.heartbeat()
    with pytest.raises(ZeroDivisionError):
        await station.leave()


async def test_fault_of_a_reaction_is_raised_at_the_end(facing: Facing, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong while the station answers by itself comes to light when it leaves."""

    async def ask(socket: ServerConnection) -> None:
        await send(socket, [2, "1", "ClearCache", {}])
        await oblige(socket)

    station = await facing(ask)

    async def fail(call: Call) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(station, "respond", fail)
    await station.connect()
    await station.probe()
    with pytest.raises(ZeroDivisionError):
        await station.leave()
    station._fault = None
