"""The socket of the reference central system: whatever arrives, everybody else is served on."""

from __future__ import annotations

import asyncio
import itertools
import json
import resource
import struct
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ocpp.v16.enums import Action
from websockets.exceptions import ConnectionClosed

from harness.corpus import maximal
from harness.schemas import Kind, schemas
from scenarios.validation.corpus import STATION_CALLS
from server.central_system import CentralSystem
from server.core.settings import ServerSettings
from tests.fuzz.values import JSON, WORDS, named
from tests.server.charger import PATIENCE, Charger, charger

LIMIT = 64 * 1024
"""Bytes of the largest message that the central system of these tests reads."""

FLOOD = 64 * 1024 * 1024
GROWTH = 24 * 1024
"""Memory in KiB that a flood may cost."""


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[CentralSystem]:
    """A central system that is quick to give a peer up."""
    values: dict[str, Any] = {"port": 0, "log": "off", "database": tmp_path / "server.sqlite3"}
    values |= {"open_timeout": 1.0, "close_timeout": 1.0, "max_message_size": LIMIT}
    async with CentralSystem(ServerSettings(**values)) as running:
        await running.operator.provision_station("CS-1")
        yield running


@pytest.fixture
async def bystander(system: CentralSystem) -> AsyncIterator[Charger]:
    """Another station that is connected all the time."""
    async with charger(system, "CS-2") as station:
        yield station


@pytest.fixture
async def station(system: CentralSystem) -> AsyncIterator[Charger]:
    """The station that sends whatever comes."""
    async with charger(system) as connected:
        yield connected


# Text messages

NUMBERS = itertools.count()
MEMBERS = ("idTag", "connectorId", "transactionId", "meterValue", "timestamp", "status", "errorCode", "vendorId")
SOUND = st.sampled_from([1, -1, 0, 2**63, "", "TAG", "Available", "NoError", "Accepted", [], {}]) | st.sampled_from(
    ["2026-01-02T03:04:05Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2016-12-31T23:59:60Z"]
)
PAYLOADS = named(MEMBERS, SOUND | JSON, max_size=6) | JSON
ACTIONS = st.sampled_from([action.value for action in Action]) | WORDS
FRESH = "@"
"""Stands for a unique id that was never used."""

IDS = st.just(FRESH) | st.sampled_from(["1", "2"]) | JSON
WHOLE = {action: maximal(schemas("1.6").schema(action, Kind.REQUEST)) for action in STATION_CALLS["1.6"]}
NEARLY_VALID = st.sampled_from(sorted(WHOLE)).flatmap(
    lambda action: st.tuples(
        st.just(2),
        st.just(FRESH),
        st.just(action),
        named([*WHOLE[action], "extra"], SOUND | JSON, max_size=1).map(lambda changes: {**WHOLE[action], **changes}),
    )
)
CALLS = st.tuples(st.just(2), IDS, ACTIONS, PAYLOADS)
ANSWERS = st.tuples(st.sampled_from([3, 4]), IDS) | st.tuples(st.just(3), IDS, PAYLOADS)
ERRORS = st.tuples(st.just(4), IDS, WORDS, WORDS, PAYLOADS)
FRAMES = (CALLS | ANSWERS | ERRORS | st.lists(JSON, max_size=6)).map(json.dumps)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Return a frame that has lost some of its text, with something else in the place."""
    text = draw(FRAMES)
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.text(max_size=4)) + text[at + draw(st.integers(0, 8)) :]


def _sendable(text: str) -> bool:
    try:
        return bool(text.encode())
    except UnicodeEncodeError:
        return not text


MESSAGES = NEARLY_VALID.map(json.dumps) | FRAMES | damaged() | st.text()


@settings(max_examples=300)
@given(st.lists(MESSAGES.filter(_sendable), min_size=1, max_size=8))
async def test_any_text(system: CentralSystem, station: Charger, bystander: Charger, messages: list[str]) -> None:
    """After texts of any kind the same connection is served, and no handler has failed."""
    for message in messages:
        await station.send(message.replace(f'"{FRESH}"', f'"{next(NUMBERS)}"'))
    await _served(station)
    assert await bystander.alive()
    assert system.metrics.failures == 0


async def _served(station: Charger) -> None:
    """Wait for the answer to a Heartbeat, whatever comes before it."""
    id = f"probe-{next(NUMBERS)}"
    await station.send([2, id, "Heartbeat", {}])
    while True:
        match await station.receive():
            case [3, found, {"currentTime": _}] if found == id:
                return


# Bytes below the messages


@asynccontextmanager
async def tcp(system: CentralSystem) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Connect to the endpoint, and end the connection."""
    address = urlsplit(system.endpoint)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def request(path: str = "/ocpp/CS-1", **changes: str) -> bytes:
    """Return a good request to connect, but for the headers that are changed."""
    headers = {
        "Host": "h",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "ocpp1.6",
    }
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in (headers | changes).items()), "", ""]
    return "\r\n".join(lines).encode(errors="surrogatepass")


@st.composite
def websocket_frame(draw: st.DrawFn) -> bytes:
    """Return a WebSocket frame, mostly a legal one."""
    payload = draw(st.binary(max_size=200) | FRAMES.map(lambda text: text.encode(errors="surrogatepass")[:60_000]))
    first = draw(st.sampled_from([0x81, 0x01, 0x00, 0x80, 0x82, 0x89, 0x8A, 0x88]))
    first ^= draw(st.sampled_from([0, 0, 0, 0x40, 0x10, 0x03]))
    masked = draw(st.sampled_from([0x80, 0x80, 0x80, 0]))
    size = len(payload)
    length = bytes([masked | size]) if size < 126 else struct.pack("!BH", masked | 126, size)
    return bytes([first]) + length + bytes(4 if masked else 0) + payload


BYTES = st.lists(websocket_frame() | websocket_frame() | st.binary(max_size=40), min_size=1, max_size=5).map(b"".join)


@settings(max_examples=100)
@given(BYTES)
async def test_any_bytes_after_the_handshake(system: CentralSystem, bystander: Charger, data: bytes) -> None:
    """Bytes of any kind end at most the connection that they came on, and that in time."""
    async with tcp(system) as (reader, writer):
        writer.write(request())
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        await _ends(reader, writer, data)
    assert await bystander.alive()
    assert system.metrics.failures == 0


HEADERS = st.dictionaries(
    st.sampled_from(["Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Origin"])
    | st.sampled_from(["Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Authorization", "Content-Length"]),
    WORDS | st.sampled_from(["permessage-deflate; server_max_window_bits=0", "Basic Og==", "13", "ocpp1.6,,", "-1"]),
    max_size=3,
)
PATHS = st.text(st.sampled_from("/ocpCS-1%20?#.é\x00 "), max_size=12).map("/{}".format) | st.just("/ocpp/CS-1")


@settings(max_examples=100)
@given(st.binary(max_size=80) | st.builds(lambda path, headers: request(path, **headers), PATHS, HEADERS), BYTES)
async def test_any_handshake(system: CentralSystem, bystander: Charger, asked: bytes, more: bytes) -> None:
    """A request of any kind is answered or dropped in time, and nobody else notices."""
    async with tcp(system) as (reader, writer):
        await _ends(reader, writer, asked + more)
    assert await bystander.alive()
    assert system.metrics.failures == 0


async def _ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> None:
    """Send bytes and the end of all, and wait for the central system to end its side too."""
    with suppress(ConnectionError):
        writer.write(data)
        await writer.drain()
        writer.write_eof()
        await asyncio.wait_for(reader.read(), PATIENCE)


# Floods


def _piece(first: int) -> bytes:
    """Return a masked frame of 16 KiB."""
    return struct.pack("!BBHI", first, 0xFE, 16_384, 0) + bytes(16_384)


FLOODS = {
    "request-line": (b"GET /", b"x" * 16_384),
    "header": (b"GET /ocpp/CS-1 HTTP/1.1\r\nHost: ", b"x" * 16_384),
    "headers": (b"GET /ocpp/CS-1 HTTP/1.1\r\n", b"Name: value\r\n" * 1024),
    "fragments": (request() + _piece(0x01), _piece(0x00)),
    "messages": (request(), _piece(0x81)),
}


@pytest.mark.parametrize("name", FLOODS)
async def test_flood_is_not_kept(system: CentralSystem, bystander: Charger, name: str) -> None:
    """What never ends is given up, or let through; it is not kept in memory."""
    start, again = FLOODS[name]
    before = _most_memory()
    async with tcp(system) as (reader, writer):
        drain = asyncio.create_task(_drained(reader))
        with suppress(ConnectionError):
            writer.write(start)
            for piece in _pieces(again):
                writer.write(piece)
                await asyncio.wait_for(writer.drain(), PATIENCE)
        writer.transport.abort()
        await asyncio.wait_for(drain, PATIENCE)
    assert _most_memory() - before < GROWTH
    assert await bystander.alive()


async def test_unread_answers_are_not_kept(system: CentralSystem, bystander: Charger) -> None:
    """A station that never reads its answers is not read from for ever."""
    before = _most_memory()
    call = json.dumps([2, "1", "x" * 16_000, {}]).encode()
    frame = struct.pack("!BBHI", 0x81, 0xFE, len(call), 0) + call
    async with tcp(system) as (reader, writer):
        writer.write(request())
        await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        with suppress(ConnectionError, TimeoutError):
            for piece in _pieces(frame):
                writer.write(piece)
                await asyncio.wait_for(writer.drain(), 0.5)
        writer.transport.abort()
    assert _most_memory() - before < GROWTH
    assert await bystander.alive()


def _pieces(piece: bytes) -> Iterable[bytes]:
    return (piece for _ in range(FLOOD // len(piece)))


async def _drained(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError, ConnectionClosed):
        while await reader.read(65_536):
            pass


def _most_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
