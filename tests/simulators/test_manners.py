"""Tests of manners: they hold for an identity, whatever opens its connections."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.server import ServerConnection

from harness.trace import Direction, Event, Trace
from simulators import tls_probe
from simulators.connection import Endpoint
from simulators.manners import Manners
from simulators.rawsocket import Opcode, RawSocket, frame
from simulators.v16 import ChargePoint
from tests.simulators.central import central_system, oblige, receive, say_nothing, send, tcp_server
from tests.simulators.conftest import PATIENCE, Facing

GAP = 0.08
"""Seconds of the gap, the pause and the time to settle in these tests."""


def elapsed() -> Callable[[], float]:
    """Return what tells the seconds since now."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    return lambda: loop.time() - began


def test_an_identity_has_one_conduct() -> None:
    """Everything that connects under one identity shares its conduct, and no other identity does."""
    manners = Manners()
    assert manners.of("CP1") is manners.of("CP1")
    assert manners.of("CP1") is not manners.of("CP2")


async def test_connections_are_numbered_while_they_are_open() -> None:
    """A connection has the lowest number that is free, so that one that takes the place of another is called alike."""
    conduct = Manners().of("CP1")
    first, second = conduct.opened(), conduct.opened()
    assert (first, second, conduct.vacant) == (1, 2, 3)
    conduct.ended(first)
    assert conduct.opened() == 1


async def _station(endpoint: Endpoint, trace: Trace, station: ChargePoint) -> None:
    other = ChargePoint("CP1", endpoint, trace, patience=PATIENCE, conduct=station.conduct)
    await other.connect()
    await other.leave()


async def _raw_socket(endpoint: Endpoint, trace: Trace, station: ChargePoint) -> None:
    async with station.raw_socket() as raw:
        await raw.upgrade()


async def _tls_probe(endpoint: Endpoint, trace: Trace, station: ChargePoint) -> None:
    await tls_probe.probe(station)


Opening = Callable[[Endpoint, Trace, ChargePoint], Awaitable[None]]


@pytest.mark.parametrize("again", [_station, _raw_socket, _tls_probe])
@pytest.mark.parametrize("before", [_station, _raw_socket, _tls_probe])
async def test_gap_is_kept_whatever_connects(before: Opening, again: Opening, trace: Trace) -> None:
    """The gap counts from the end of the identity's last connection, be it of a station, a socket or a TLS probe."""
    async with central_system(say_nothing) as endpoint:
        station = ChargePoint("CP1", endpoint, trace, patience=PATIENCE, conduct=Manners(reconnect_gap=GAP).of("CP1"))
        await before(endpoint, trace, station)
        since = elapsed()
        await again(endpoint, trace, station)
        assert since() >= GAP


async def test_gap_is_kept_by_those_that_connect_at_once() -> None:
    """Of several that want to connect at the same time, each waits for the gap after the one before."""
    conduct = Manners(reconnect_gap=GAP).of("CP1")
    since = elapsed()
    await asyncio.gather(*(conduct.approach() for _ in range(3)))
    assert since() >= 2 * GAP


async def test_identity_that_is_new_need_not_wait() -> None:
    """The first connection of an identity is made at once, though another identity has just left."""
    manners = Manners(reconnect_gap=60)
    manners.of("CP1").ended(manners.of("CP1").opened())
    async with asyncio.timeout(1):
        await manners.of("CP2").approach()


async def test_pace_is_that_of_the_identity(facing: Facing, trace: Trace) -> None:
    """Two connections of one identity together send at its pace."""
    manners = Manners(pace=1 / GAP)
    station = await facing(oblige, conduct=manners.of("CP1"))
    twin = ChargePoint("CP1", station.endpoint, trace, patience=PATIENCE, conduct=manners.of("CP1"))
    await station.connect()
    await twin.connect()
    await asyncio.gather(station.heartbeat(), twin.heartbeat(), station.heartbeat())
    await twin.leave()
    sent = [entry.at for entry in trace if entry.direction is Direction.SENT and entry.event is Event.TEXT]
    assert all(later - earlier > 0.9 * GAP for earlier, later in itertools.pairwise(sent))


async def test_raw_socket_keeps_pace_and_settles(trace: Trace) -> None:
    """A raw socket waits after its handshake and between its messages; before the handshake it is free."""
    manners = Manners(pace=1 / GAP, settle=GAP)
    async with (
        central_system(say_nothing) as endpoint,
        RawSocket(endpoint, "CP1", trace, subprotocol="ocpp1.6", patience=1, conduct=manners.of("CP1")) as raw,
    ):
        since = elapsed()
        await raw.upgrade()
        assert since() >= GAP
        for _ in range(2):
            await raw.send(frame(b"x", Opcode.PING))
        assert since() >= 2 * GAP


async def test_refused_handshake_needs_no_settling(trace: Trace) -> None:
    """After a handshake that was refused, nothing is waited for."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\n\r\n")

    async with (
        tcp_server(refuse) as endpoint,
        RawSocket(
            endpoint, "CP1", trace, subprotocol="ocpp1.6", patience=1, conduct=Manners(settle=60).of("CP1")
        ) as raw,
    ):
        await raw.handshake(raw.request())


async def test_answers_wait_until_the_connection_has_settled(facing: Facing, trace: Trace) -> None:
    """A CALL that comes right after the handshake is answered only once the connection has settled."""

    async def greet(socket: ServerConnection) -> None:
        await send(socket, [2, "1", "ClearCache", {}])
        await receive(socket)

    station = await facing(greet, conduct=Manners(settle=GAP).of("CP1"))
    await station.connect()
    await station.wait_closed()
    opened, answered = (next(one.at for one in trace if one.event is event) for event in (Event.OPENED, Event.TEXT))
    sent = next(one.at for one in trace if one.direction is Direction.SENT and one.event is Event.TEXT)
    assert answered < sent
    assert sent - opened >= 0.9 * GAP


async def test_simultaneous_connections_are_told_apart(facing: Facing, trace: Trace) -> None:
    """What an identity sends and receives is recorded with the number of the connection that it happened on."""
    station = await facing(oblige)
    twin = ChargePoint("CP1", station.endpoint, trace, patience=PATIENCE, conduct=station.conduct)
    await station.connect()
    await twin.connect()
    async with station.raw_socket() as raw:
        await raw.upgrade()
    await twin.heartbeat()
    await twin.leave()
    await station.reboot()
    assert [one.connection for one in trace if one.event is Event.OPENED] == [1, 2, 3, 1]
    assert {one.connection for one in trace if one.event is Event.TEXT} == {2}
