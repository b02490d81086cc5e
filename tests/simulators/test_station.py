"""Tests of a station's connection and of its own CALLs."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosedOK
from websockets.frames import Close

from harness.ocppj import Call, CallResult
from harness.trace import Direction, Event, Trace
from harness.verdict import SHALL, Inconclusive, Nonconformity
from simulators import connection
from simulators.connection import FLOOD, Declined, Endpoint, Unreachable, Upgraded
from simulators.manners import Manners
from simulators.rawsocket import Opcode, frame
from simulators.station import Answer, Closed, ConnectionGone, Refusal, Silence
from simulators.v16 import ChargePoint
from tests.simulators.central import answer, oblige, receive, say_nothing, send, tcp_server, upgrade
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


async def test_bytes_go_out_as_a_binary_message(facing: Facing, trace: Trace) -> None:
    """Bytes are sent in a binary frame, and recorded in hexadecimal."""
    seen: list[object] = []

    async def take(socket: ServerConnection) -> None:
        seen.append(await socket.recv())

    station = await facing(take)
    await station.connect()
    entry = await station.send(b"\x01\xff")
    assert (entry.event, entry.text) == (Event.BINARY, "01ff")
    await station.wait_closed()
    assert seen == [b"\x01\xff"]


# What comes unasked


async def test_unmatched_answer_is_a_problem(facing: Facing, trace: Trace) -> None:
    """An answer to no CALL of the station is noted whether or not a scenario looks."""

    async def babble(socket: ServerConnection) -> None:
        await send(socket, [3, "nobody", {}])
        await oblige(socket)

    station = await facing(babble)
    await station.connect()
    await station.probe()
    assert problems(trace) == [("the id of a CALL of this station", "nobody")]


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


async def test_violation_of_the_websocket_protocol_is_a_problem(facing: Facing, trace: Trace) -> None:
    """What RFC 6455 forbids ends the connection, and is noted with the clause."""

    async def break_rules(socket: ServerConnection) -> None:
        socket.transport.write(frame(b"[]", reserved=1, masked=False))
        await socket.wait_closed()

    station = await facing(break_rules)
    await station.connect()
    assert (await station.wait_closed()).violation
    (problem,) = [problem for entry in trace for problem in entry.problems]
    assert (problem.clause, problem.level) == ("RFC 6455 5", SHALL)


async def test_violation_just_before_the_station_leaves_is_not_lost(facing: Facing, trace: Trace) -> None:
    """What the central system broke before the station hung up is noted all the same."""

    async def break_rules(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        await reader.readexactly(2)
        writer.write(frame(b"", Opcode.PONG, masked=False) + frame(b"[]", reserved=1, masked=False))
        await reader.read()

    async with tcp_server(break_rules) as endpoint:
        station = await facing(endpoint, patience=5.0)
        await station.connect()
        await station.ping(b"")
        await station.disconnect()
    assert [problem.clause for entry in trace for problem in entry.problems] == ["RFC 6455 5"]


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


# The connection


async def test_refused_handshake_is_an_observation_and_no_precondition(facing: Facing, trace: Trace) -> None:
    """Knocking returns the refusal; connecting, as a precondition, is inconclusive."""

    async def not_found(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    async with tcp_server(not_found) as endpoint:
        station = await facing(endpoint)
        assert isinstance(await station.knock(), Declined)
        with pytest.raises(Inconclusive, match="CP1 was not let in: HTTP 404 Not Found"):
            await station.connect()
    assert [(entry.direction, entry.event) for entry in trace] == [(Direction.RECEIVED, Event.REFUSED)] * 2


async def test_unreachable_central_system_produces_no_evidence(facing: Facing, trace: Trace) -> None:
    """That nothing answered is not something the central system did."""
    station = await facing(Endpoint("ws://127.0.0.1:1/ocpp"))
    assert isinstance(await station.knock(), Unreachable)
    with pytest.raises(Inconclusive, match="cannot be reached"):
        await station.connect()
    assert {entry.direction for entry in trace} == {Direction.SENT}


async def test_second_knock_leaves_the_first_connection(facing: Facing) -> None:
    """A station has one connection at a time."""
    open_now: set[ServerConnection] = set()

    async def count(socket: ServerConnection) -> None:
        open_now.add(socket)
        await send(socket, [3, "hello", {}])
        await socket.wait_closed()
        open_now.discard(socket)

    station = await facing(count)
    assert isinstance(await station.knock(), Upgraded)
    assert isinstance(await station.knock(subprotocols=["ocpp1.6", "ocpp2.0.1"]), Upgraded)
    assert station.connected
    await station.disconnect()
    assert not station.connected


async def test_close_by_the_central_system_is_awaited(facing: Facing, trace: Trace) -> None:
    """A close that is owed is returned with its code, and is the central system's evidence."""

    async def leave(socket: ServerConnection) -> None:
        await socket.close(1000)

    station = await facing(leave)
    await station.connect()
    assert (await station.wait_closed()).code == 1000
    assert trace[-1].direction is Direction.RECEIVED
    assert not station.connected


async def test_close_that_is_owed_and_does_not_come_is_a_nonconformity(facing: Facing) -> None:
    """A connection that stays open where it must be closed accuses the central system."""
    station = await facing(say_nothing)
    await station.connect()
    with pytest.raises(Nonconformity, match=r"still open after 0\.3 s"):
        await station.wait_closed()


@pytest.mark.parametrize("leave", [ChargePoint.disconnect, ChargePoint.drop])
async def test_end_by_the_station_is_not_the_central_systems_doing(facing: Facing, trace: Trace, leave: Any) -> None:
    """Where the station left, an open question is inconclusive, and the end is not evidence of the other side."""
    station = await facing(say_nothing, patience=5.0)
    await station.connect()
    asked = asyncio.create_task(station.heartbeat())
    awaited = asyncio.create_task(station.next_call("Reset"))
    await asyncio.sleep(0)
    await leave(station)
    for task in (asked, awaited):
        with pytest.raises(Inconclusive, match="CP1 left before"):
            await task
    with pytest.raises(Inconclusive, match="CP1 is not connected"):
        await station.send([])
    assert [entry.direction for entry in trace if entry.event is Event.CLOSED] == [Direction.SENT]


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


async def test_close_during_a_sending_is_observed(facing: Facing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that ends in the very moment of sending is told like any other end."""

    async def fail(message: object) -> None:
        raise ConnectionClosedOK(Close(1001, ""), Close(1001, ""), rcvd_then_sent=True)

    station = await facing(say_nothing)
    upgraded = await station.connect()
    monkeypatch.setattr(upgraded.socket, "send", fail)
    assert await station.probe() == Closed(1001, "")


async def test_ping_brings_its_pong(facing: Facing, trace: Trace) -> None:
    """A ping is answered, and both are recorded."""
    station = await facing(say_nothing)
    await station.connect()
    await station.ping(b"\x01")
    assert [(entry.event, entry.text) for entry in trace][1:] == [(Event.PING, "01"), (Event.PONG, "01")]


async def test_missing_pong_is_a_nonconformity(facing: Facing) -> None:
    """Neither silence nor a close is a pong."""

    async def deafen(socket: ServerConnection) -> None:
        socket.transport.pause_reading()
        await socket.wait_closed()

    station = await facing(deafen)
    await station.connect()
    with pytest.raises(Nonconformity, match=r"expected a pong, observed none within 0\.3 s"):
        await station.ping()


async def test_close_instead_of_a_pong_is_a_nonconformity(facing: Facing) -> None:
    """A connection that ends while a pong is owed is told with its close code."""

    async def hang_up(socket: ServerConnection) -> None:
        socket.transport.write(frame(b"\x03\xe9", 8, masked=False))
        await socket.wait_closed()

    station = await facing(hang_up)
    await station.connect()
    await station.wait_closed()
    with pytest.raises(Nonconformity, match="close 1001"):
        await station.ping()


async def test_central_system_that_stops_reading_makes_sending_inconclusive(facing: Facing) -> None:
    """A message that cannot be sent within patience says nothing about its answer."""

    async def deafen(socket: ServerConnection) -> None:
        socket.transport.pause_reading()
        await socket.wait_closed()

    station = await facing(deafen)
    await station.connect()
    with pytest.raises(Inconclusive, match="stopped reading"):
        await station.send("x" * 2**24)


async def test_lingering_station_pings(facing: Facing, trace: Trace) -> None:
    """A station that lingers sends nothing but pings, and stays connected."""
    station = await facing(say_nothing)
    await station.connect()
    assert await station.linger(0.05, every=0.02) is None
    assert {entry.event for entry in trace} == {Event.OPENED, Event.PING, Event.PONG}


async def test_lingering_station_may_be_silent(facing: Facing, trace: Trace) -> None:
    """A station that lingers without pings sends nothing at all."""
    station = await facing(say_nothing)
    await station.connect()
    assert await station.linger(0.05) is None
    assert {entry.event for entry in trace} == {Event.OPENED}


async def test_lingering_ends_with_the_connection(facing: Facing) -> None:
    """A connection that ends meanwhile is returned at once."""

    async def leave(socket: ServerConnection) -> None:
        await socket.close(1002)

    station = await facing(leave)
    await station.connect()
    ended = await station.linger(60, every=60)
    assert ended is not None
    assert ended.code == 1002


# Manners


async def test_pace_spaces_messages(facing: Facing, trace: Trace) -> None:
    """A station with a pace sends at most that many messages a second, also when several are sent at once."""
    station = await facing(oblige, conduct=Manners(pace=50.0).of("CP1"))
    await station.connect()
    await asyncio.gather(*(station.heartbeat() for _ in range(3)))
    sent = [entry.at for entry in trace if entry.direction is Direction.SENT]
    assert all(later - earlier > 0.015 for earlier, later in itertools.pairwise(sent))


async def test_settling_and_the_gap_between_connections(facing: Facing) -> None:
    """A station waits after the handshake, and before every connection but the first."""
    loop = asyncio.get_running_loop()
    station = await facing(oblige, conduct=Manners(settle=0.03, reconnect_gap=0.06).of("CP1"))
    began = loop.time()
    await station.connect()
    first = loop.time() - began
    began = loop.time()
    await station.reboot()
    second = loop.time() - began
    assert first >= 0.03
    assert second >= 0.09


async def test_password_is_sent_with_the_handshake(facing: Facing) -> None:
    """A station with a password authenticates itself, unless a scenario has its own headers."""
    seen: list[str | None] = []

    async def look(socket: ServerConnection) -> None:
        assert socket.request is not None
        seen.append(socket.request.headers.get("Authorization"))
        await socket.wait_closed()

    station = await facing(look, password=b"secret")
    await station.connect()
    await station.connect(headers={"X-Test": "1"})
    await station.ping()
    async with station.raw_socket() as raw:
        await raw.upgrade()
    assert seen[:2] == ["Basic Q1AxOnNlY3JldA==", None]


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
