"""Connections: what a peer may do to one, and that nobody else notices."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.central_system import CentralSystem
from server.core.connection import MAX_UNANSWERED
from tests.server.charger import PATIENCE, charger
from tests.server.conftest import Make
from tests.server.core.test_handshake import request

TEXT, BINARY, CONTINUATION, CLOSE, PING = 0x1, 0x2, 0x0, 0x8, 0x9
HEARTBEAT = b'[2,"a","Heartbeat",{}]'


def frame(opcode: int, data: bytes = b"", *, fin: bool = True, mask: bool = True, reserved: int = 0) -> bytes:
    """Return one frame; the mask is zero."""
    head = bytes([(0x80 if fin else 0) | reserved | opcode])
    bit = 0x80 if mask else 0
    length = bytes([bit | len(data)]) if len(data) < 126 else bytes([bit | 126]) + struct.pack("!H", len(data))
    return head + length + (bytes(4) if mask else b"") + data


class Raw:
    """A peer that sends bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *frames: bytes) -> None:
        """Send bytes at once."""
        self.writer.write(b"".join(frames))
        await self.writer.drain()

    async def receive(self) -> tuple[int, bytes]:
        """Return opcode and data of the next frame."""
        head = await asyncio.wait_for(self.reader.readexactly(2), PATIENCE)
        assert head[1] < 126
        return head[0] & 0x0F, await asyncio.wait_for(self.reader.readexactly(head[1]), PATIENCE)

    async def closed(self) -> int:
        """Return the code of the close frame, after which the connection must end."""
        opcode, data = await self.receive()
        assert opcode == CLOSE
        assert await asyncio.wait_for(self.reader.read(), PATIENCE) == b""
        return int.from_bytes(data[:2], "big")


@asynccontextmanager
async def raw(system: CentralSystem) -> AsyncIterator[Raw]:
    """Connect a peer whose station has been accepted."""
    async with charger(system) as station:
        assert await station.alive()
    reader, writer = await asyncio.open_connection("127.0.0.1", system.port)
    writer.write(request().encode())
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    try:
        yield Raw(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


async def test_fragments_are_joined(system: CentralSystem) -> None:
    """A message in fragments is one message, also with a ping in between."""
    async with raw(system) as peer:
        await peer.send(
            frame(TEXT, HEARTBEAT[:5], fin=False),
            frame(CONTINUATION, HEARTBEAT[5:9], fin=False),
            frame(PING, b"now"),
            frame(CONTINUATION, HEARTBEAT[9:]),
        )
        assert await peer.receive() == (0xA, b"now")
        assert b'[3,"a"' in (await peer.receive())[1]


@pytest.mark.parametrize("data", [b"", b"1234", b"x" * 125])
async def test_ping_is_answered(system: CentralSystem, data: bytes) -> None:
    """A pong carries the data of its ping."""
    async with raw(system) as peer:
        await peer.send(frame(PING, data))
        assert await peer.receive() == (0xA, data)


async def test_unsolicited_pong_is_ignored(system: CentralSystem) -> None:
    """A pong that answers nothing changes nothing."""
    async with raw(system) as peer:
        await peer.send(frame(0xA, b"x"), frame(TEXT, HEARTBEAT))
        assert (await peer.receive())[0] == TEXT


@pytest.mark.parametrize(
    "illegal",
    [
        frame(TEXT, HEARTBEAT, mask=False),
        frame(TEXT, HEARTBEAT, reserved=0x20),
        frame(0x3, b"x"),
        frame(0xB, b"x"),
        frame(CONTINUATION, b"x"),
        frame(TEXT, b"x", fin=False) + frame(TEXT, b"x"),
        frame(PING, b"x" * 126),
        frame(PING, b"x", fin=False),
    ],
)
async def test_illegal_frame_ends_the_connection(system: CentralSystem, illegal: bytes) -> None:
    """What breaks RFC 6455 is answered by closing with 1002."""
    async with raw(system) as peer:
        await peer.send(illegal)
        assert await peer.closed() == 1002


@pytest.mark.parametrize("frames", [frame(TEXT, b"\xc3\x28"), frame(TEXT, b"\xc3", fin=False) + frame(0, b"\x28")])
async def test_text_that_is_not_utf8_ends_the_connection(system: CentralSystem, frames: bytes) -> None:
    """Invalid UTF-8 is answered by closing with 1007."""
    async with raw(system) as peer:
        await peer.send(frames)
        assert await peer.closed() == 1007


@pytest.mark.parametrize("frames", [frame(BINARY, HEARTBEAT), frame(BINARY, HEARTBEAT, fin=False) + frame(0)])
async def test_binary_message_ends_the_connection(system: CentralSystem, frames: bytes) -> None:
    """OCPP is text: binary messages are answered by closing with 1003."""
    async with raw(system) as peer:
        await peer.send(frames)
        opcode, data = await peer.receive()
        assert (opcode, int.from_bytes(data[:2], "big")) == (CLOSE, 1003)


async def test_close_is_answered(system: CentralSystem) -> None:
    """A closing handshake is completed with the same code, and TCP ends."""
    async with raw(system) as peer:
        await peer.send(frame(CLOSE, b"\x03\xe8"))
        assert await peer.closed() == 1000


async def test_messages_after_a_close_are_dropped(system: CentralSystem) -> None:
    """Whoever is being closed is not served any more."""
    async with raw(system) as peer:
        await peer.send(frame(BINARY, b"x"), frame(TEXT, HEARTBEAT), frame(CLOSE, b"\x03\xeb"))
        assert await peer.closed() == 1003


async def test_large_message_is_read(system: CentralSystem) -> None:
    """A message of 64 KiB is nothing unusual."""
    async with charger(system) as station:
        data = {"vendorId": "org.plugfest", "messageId": "echo", "data": "x" * 65_536}
        assert (await station.result("DataTransfer", data))["data"] == data["data"]


async def test_oversized_message_ends_the_connection_only(make: Make) -> None:
    """A message beyond the limit is answered by closing with 1009, and others are served."""
    async with make(max_message_size=1000) as system, charger(system, "CS-2") as other:
        async with charger(system) as station:
            await station.send("[" * 100_000)
            assert await station.closed() == 1009
        assert await other.alive()


async def test_lost_connection_is_noticed(system: CentralSystem) -> None:
    """A connection that is reset makes the station offline, and it can come back."""
    async with charger(system, "CS-2") as other, charger(system) as station:
        station.connection.transport.abort()
        while system.operator.station("CS-1")["online"]:
            assert await other.alive()
    async with charger(system) as station:
        assert await station.alive()


async def test_silent_peer_is_dropped(make: Make) -> None:
    """A peer that does not even answer pings is dropped after two of them."""
    async with make(ping_interval=0.02) as system, raw(system) as peer:
        assert (await peer.receive())[0] == PING
        assert await asyncio.wait_for(peer.reader.read(), PATIENCE) == b""
        assert not system.operator.station("CS-1")["online"]


async def test_peer_that_answers_pings_is_kept(make: Make) -> None:
    """An idle station that answers pings stays connected."""
    async with make(ping_interval=0.1) as system, raw(system) as peer:
        for _ in range(5):
            opcode, data = await peer.receive()
            assert opcode == PING
            await peer.send(frame(0xA, data))
        assert system.operator.station("CS-1")["online"]


async def test_peer_that_never_asks_is_dropped(make: Make) -> None:
    """A connection without a request ends after its time."""
    async with make(open_timeout=0.02) as system:
        reader, writer = await asyncio.open_connection("127.0.0.1", system.port)
        assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()
        await writer.wait_closed()


async def test_peer_that_takes_no_part_in_closing_is_dropped(make: Make) -> None:
    """A closing handshake that is not completed ends after its time."""
    async with make(close_timeout=0.02) as system, raw(system) as peer:
        await peer.send(frame(BINARY, b"x"))
        assert await peer.closed() == 1003


async def test_reading_pauses_while_answers_are_owed(system: CentralSystem) -> None:
    """However many CALLs come at once, all are answered."""
    count = 3 * MAX_UNANSWERED
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    async with charger(system) as station:
        for number in range(count):
            await station.send([2, f"s{number}", "StatusNotification", status])
        answers = [await station.receive() for _ in range(count)]
    assert sorted(answers) == sorted([3, f"s{number}", {}] for number in range(count))


async def test_peer_that_fetches_no_answers_is_not_read(make: Make) -> None:
    """Answers that nobody fetches stay bounded, and others are served."""
    echo = {"vendorId": "org.plugfest", "messageId": "echo", "data": "x" * 50_000}
    async with make(ping_interval=0.2) as system, charger(system, "CS-2") as other, raw(system) as peer:
        message = json.dumps([2, "a", "DataTransfer", echo]).encode()
        sending = asyncio.create_task(peer.send(*[frame(TEXT, message)] * 300))
        while system.operator.station("CS-1")["online"]:
            assert await other.alive()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def test_new_connection_replaces_the_old(system: CentralSystem) -> None:
    """The second connection of a station is served, and the first one closed without harm."""
    async with charger(system) as old, charger(system, boot=False) as new:
        assert await old.closed() == 1008
        assert await new.alive()
        assert system.operator.station("CS-1")["online"]


async def test_stopping_says_goodbye(make: Make) -> None:
    """A central system that stops closes its connections with 1001."""
    async with make() as system, charger(system) as station:
        await system.stop()
        assert await station.closed() == 1001
        await system.start()
