"""Tests of the line of a station: its connections, one after the other, and what travels on them."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosedOK
from websockets.frames import Close

from harness.trace import Direction, Event, Trace
from harness.verdict import SHALL, Inconclusive, Nonconformity
from simulators.connection import Declined, Endpoint, Unreachable, Upgraded
from simulators.manners import Manners
from simulators.rawsocket import Opcode, frame
from simulators.station import Closed
from simulators.v16 import ChargePoint
from tests.simulators.central import Talk, oblige, say_nothing, send, tcp_server, upgrade
from tests.simulators.conftest import Facing


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


def busy(times: int) -> Talk:
    """Answer so many handshakes with 503, and then grant one."""
    asked = itertools.count()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if next(asked) >= times:
            await upgrade(reader, writer)
            await reader.read()
            return
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    return talk


async def test_station_that_is_to_come_back_does(facing: Facing, trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A central system that shields itself from many at once lets it in later; each refusal is in the trace."""
    monkeypatch.setattr("simulators.manners.FIRST_PAUSE", 0.01)
    async with tcp_server(busy(2)) as endpoint:
        station = await facing(endpoint)
        await station.connect()
        assert station.connected
        await station.drop()
    assert [entry.event for entry in trace][:3] == [Event.REFUSED, Event.REFUSED, Event.OPENED]


async def test_station_that_may_never_come_gives_up(facing: Facing, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes back only as long as it has patience."""
    monkeypatch.setattr("simulators.manners.FIRST_PAUSE", 1e6)
    async with tcp_server(busy(1)) as endpoint:
        station = await facing(endpoint)
        with pytest.raises(Inconclusive, match="CP1 was not let in: HTTP 503"):
            await station.connect()


async def test_raw_connection_that_is_to_come_back_does(facing: Facing, monkeypatch: pytest.MonkeyPatch) -> None:
    """So does one below the WebSocket library, on a new TCP connection."""
    monkeypatch.setattr("simulators.manners.FIRST_PAUSE", 0.01)
    async with tcp_server(busy(1)) as endpoint:
        station = await facing(endpoint)
        async with station.raw_socket() as raw:
            assert (await raw.upgrade()).status == 101


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
        with pytest.raises(Inconclusive, match="before the connection ended by the station"):
            await task
    with pytest.raises(Inconclusive, match="CP1 is not connected"):
        await station.send([])
    assert [entry.direction for entry in trace if entry.event is Event.CLOSED] == [Direction.SENT]


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
