"""Tests of the client below the WebSocket library."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.server import ServerConnection

from harness.ocppj import CallResult
from harness.trace import Direction, Event, Trace
from harness.verdict import Inconclusive
from simulators import rawsocket
from simulators.connection import FLOOD, MAX_MESSAGE, Endpoint
from simulators.rawsocket import (
    Ended,
    HttpAnswer,
    Opcode,
    Quiet,
    RawFrame,
    RawSocket,
    Termination,
    accept_key,
    frame,
    new_key,
)
from tests.simulators.central import Script, Talk, central_system, oblige, say_nothing, send, tcp_server

PATIENCE = 0.1
"""Seconds for what does not come; what comes has more time."""

Entering = Callable[..., Awaitable[RawSocket]]


@pytest.fixture
async def entering(trace: Trace) -> AsyncIterator[Entering]:
    """Enters raw sockets to an endpoint, and leaves them after the test."""
    async with AsyncExitStack() as stack:

        async def enter(endpoint: Endpoint, patience: float = 5.0) -> RawSocket:
            return await stack.enter_async_context(
                RawSocket(endpoint, "CP1", trace, subprotocol="ocpp1.6", patience=patience)
            )

        yield enter


def saying(data: bytes, *, stay: bool = False) -> Talk:
    """Return a server that answers a handshake with these bytes, and ends the connection unless told to stay."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        if stay:
            await reader.read()
        writer.close()

    return talk


def writing(*frames: bytes, end: bool = False) -> Script:
    """Return a central system that writes these frames after the handshake, and cuts the connection if told to."""

    async def write(socket: ServerConnection) -> None:
        socket.transport.write(b"".join(frames))
        if end:
            socket.transport.close()
        await socket.wait_closed()

    return write


# Frames


def test_accept_key_is_that_of_the_standard() -> None:
    """The example of RFC 6455 1.3 comes out right, and keys are fresh."""
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert new_key() != new_key()


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_frame_length_is_written_in_the_shortest_form(size: int) -> None:
    """Lengths take 7, 16 or 64 bits, and the mask is undone by itself."""
    plain = frame(bytes(size), masked=False)
    assert len(plain) - size == (2 if size < 126 else 4 if size < 65_536 else 10)
    masked = frame(b"\x00" * size, Opcode.BINARY, fin=False, reserved=5)
    assert masked[:2] == bytes([0x50 | Opcode.BINARY, plain[1] | 0x80])
    assert len(masked) == len(plain) + 4


def test_close_code_is_read_from_close_frames_only() -> None:
    """A close frame has a code when it is long enough."""
    assert RawFrame(True, 0, Opcode.CLOSE, False, b"\x03\xe8bye").close_code == 1000
    assert RawFrame(True, 0, Opcode.CLOSE, False, b"").close_code is None
    assert RawFrame(True, 0, Opcode.TEXT, False, b"\x03\xe8").close_code is None


def test_answer_is_read_from_text_frames_only() -> None:
    """A text frame that holds a CALLRESULT or CALLERROR is an answer, nothing else is."""
    assert RawFrame(True, 0, Opcode.TEXT, False, b'[3,"1",{}]').answer == CallResult("1")
    assert RawFrame(True, 0, Opcode.TEXT, False, b'[2,"1","Reset",{}]').answer is None
    assert RawFrame(True, 0, Opcode.BINARY, False, b'[3,"1",{}]').answer is None


def test_observations_are_told_in_words() -> None:
    """Every outcome can be put into a sentence."""
    assert str(RawFrame(True, 0, Opcode.CLOSE, False, b"\x03\xe8")) == "frame with opcode 0x8 1000, 2 bytes"
    assert str(RawFrame(True, 0, Opcode.TEXT, False, b"[]")) == "frame with opcode 0x1, 2 bytes"
    assert str(HttpAnswer(400, {})) == "HTTP 400"
    assert str(Termination((RawFrame(True, 0, Opcode.PING, False, b""),), Quiet(0.2))) == (
        "frame with opcode 0x9, 0 bytes, nothing within 0.2 s"
    )
    assert str(Ended("a TCP reset")) == "a TCP reset"


# Handshakes


def test_request_is_proper_unless_changed(trace: Trace) -> None:
    """A keyword changes a header or leaves it out; the rest stays as it must be."""
    raw = RawSocket(Endpoint("ws://host/ocpp?tenant=1"), "CP1", trace, subprotocol="ocpp1.6", patience=PATIENCE)
    first, *lines = raw.request(sec_websocket_version="12", Host=None, X_Test="1").decode().split("\r\n")
    assert first == "GET /ocpp/CP1?tenant=1 HTTP/1.1"
    headers = dict(line.split(": ") for line in lines if line)
    assert "Host" not in headers
    assert (headers["sec-websocket-version"], headers["X-Test"], headers["Upgrade"]) == ("12", "1", "websocket")
    assert lines[-2:] == ["", ""]


async def test_granted_handshake_is_an_answer(entering: Entering, trace: Trace) -> None:
    """A proper handshake is granted, with the key's own acceptance."""
    async with central_system(say_nothing) as endpoint:
        raw = await entering(endpoint)
        key = new_key()
        granted = await raw.handshake(raw.request(Sec_WebSocket_Key=key))
        assert isinstance(granted, HttpAnswer)
        assert (granted.status, granted.headers["sec-websocket-accept"]) == (101, accept_key(key))
    assert [(entry.direction, entry.event) for entry in trace][-1] == (Direction.RECEIVED, Event.OPENED)


async def test_repeated_headers_are_joined(entering: Entering) -> None:
    """A header that comes twice is one list."""
    async with tcp_server(saying(b"HTTP/1.1 400 Bad\r\nA: 1\r\na: 2\r\nnonsense\r\n\r\n")) as endpoint:
        raw = await entering(endpoint)
        assert await raw.handshake(raw.request()) == HttpAnswer(400, {"a": "1, 2"})


@pytest.mark.parametrize(
    ("data", "how"),
    [
        (b"", "the end of the TCP connection"),
        (b"\x00\x01 garbage", "an answer that is not HTTP: b'\\x00\\x01 garbage'"),
        (b"SSH 200 OpenSSH\r\n\r\n", "an answer that is not HTTP: 'SSH 200 OpenSSH'"),
        (b"x" * 2**18, "an answer that is not HTTP"),
    ],
    ids=["nothing", "garbage", "another protocol", "endless headers"],
)
async def test_handshake_without_an_http_answer_ends(entering: Entering, data: bytes, how: str) -> None:
    """What is no HTTP answer is told as what it is."""
    async with tcp_server(saying(data)) as endpoint:
        raw = await entering(endpoint)
        outcome = await raw.handshake(raw.request())
        assert isinstance(outcome, Ended)
        assert str(outcome).startswith(how)
        with pytest.raises(Inconclusive, match="CP1 was not let in"):
            await raw.upgrade()


async def test_handshake_without_an_answer_is_quiet(entering: Entering) -> None:
    """A server that says nothing leaves the handshake open."""
    async with tcp_server(saying(b"", stay=True)) as endpoint:
        raw = await entering(endpoint, PATIENCE)
        assert await raw.handshake(raw.request()) == Quiet(PATIENCE)


async def test_reset_during_the_handshake_is_told(entering: Entering) -> None:
    """A TCP reset is another end than an orderly one."""

    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.transport.abort()  # with unread bytes, this resets

    async with tcp_server(reset, limit=1) as endpoint:
        raw = await entering(endpoint)
        assert await raw.handshake(raw.request() + bytes(200_000)) == Ended("a TCP reset")


async def test_unreachable_server_is_inconclusive(entering: Entering) -> None:
    """Nothing can be learned of a server that is not there, with TLS or without."""
    with pytest.raises(Inconclusive, match=r"127\.0\.0\.1:1 cannot be reached"):
        await entering(Endpoint("ws://127.0.0.1:1"))
    async with tcp_server(saying(b"plain\r\n\r\n")) as endpoint:
        secure = Endpoint(endpoint.url.replace("ws:", "wss:"), ssl.create_default_context())
        with pytest.raises(Inconclusive, match="cannot be reached"):
            await entering(secure, PATIENCE)


# After the handshake


async def test_call_brings_its_answer(entering: Entering) -> None:
    """A proper CALL is answered, whatever comes before the answer."""

    async def ping_first(socket: ServerConnection) -> None:
        await socket.ping()
        await send(socket, [2, "x", "ClearCache", {}])
        await oblige(socket)

    async with central_system(ping_first) as endpoint:
        raw = await entering(endpoint)
        await raw.upgrade()
        raw.patience = PATIENCE
        found = await raw.answer(await raw.call("Heartbeat"))
        assert isinstance(found, CallResult)
        assert await raw.answer("nobody") == Quiet(PATIENCE)


@pytest.mark.parametrize("size", [0, 126, 70_000])
async def test_frames_of_any_length_are_read(entering: Entering, trace: Trace, size: int) -> None:
    """A frame is returned as it was on the wire, and recorded."""
    async with central_system(writing(frame(b"x" * size, masked=False))) as endpoint:
        raw = await entering(endpoint)
        await raw.upgrade()
        raw.patience = PATIENCE
        assert await raw.next_frame() == RawFrame(True, 0, Opcode.TEXT, False, b"x" * size)
        assert trace[-1].event is Event.TEXT
        assert await raw.next_frame() == Quiet(PATIENCE)


async def test_masked_frame_is_told(entering: Entering, trace: Trace) -> None:
    """A server that masks, which it must not, is seen."""
    async with central_system(writing(frame(b"", 0x3, reserved=2, fin=False))) as endpoint:
        raw = await entering(endpoint)
        await raw.upgrade()
        assert await raw.next_frame() == RawFrame(False, 2, 0x3, True, b"")
        assert trace[-1].event is Event.BINARY


async def test_oversized_frame_is_not_taken(entering: Entering) -> None:
    """A frame beyond what a station takes is given up at its head."""
    head = b"\x82\x7f" + (MAX_MESSAGE + 1).to_bytes(8, "big")
    async with central_system(writing(head)) as endpoint:
        raw = await entering(endpoint)
        await raw.upgrade()
        found = await raw.next_frame()
        assert str(found) == f"a frame of {MAX_MESSAGE + 1} bytes, on which this side gave up"


async def test_flood_is_not_taken(entering: Entering, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bounded number of frames is taken from one connection."""
    monkeypatch.setattr(rawsocket, "MAX_FRAMES", 20)
    async with central_system(writing(frame(b"[]", masked=False) * 50)) as endpoint:
        raw = await entering(endpoint)
        await raw.upgrade()
        termination = await raw.until_closed()
        assert len(termination.frames) == 20
        assert termination.how == Ended(FLOOD)


async def test_frame_that_was_passed_over_is_kept(entering: Entering) -> None:
    """Frames may be asked for in another order than they came."""
    frames = frame(b"[]", masked=False), frame(b"a", Opcode.PONG, masked=False)
    async with central_system(writing(*frames)) as endpoint:
        raw = await entering(endpoint)
        await raw.upgrade()
        raw.patience = PATIENCE
        await raw.next_of(Opcode.PONG)
        assert await raw.next_of(Opcode.TEXT) == RawFrame(True, 0, Opcode.TEXT, False, b"[]")
        assert await raw.next_of(Opcode.TEXT) == Quiet(PATIENCE)


async def test_frame_of_one_type_is_found_among_others(entering: Entering) -> None:
    """Frames of other types are passed over."""
    frames = frame(b"[]", masked=False), frame(b"a", Opcode.PONG, masked=False)
    async with central_system(writing(*frames)) as endpoint:
        raw = await entering(endpoint)
        await raw.upgrade()
        found = await raw.next_of(Opcode.PONG)
        assert isinstance(found, RawFrame)
        assert found.payload == b"a"


@pytest.mark.parametrize("wait", [RawSocket.next_frame, RawSocket.wait_closed])
async def test_end_is_returned(
    entering: Entering, wait: Callable[[RawSocket], Awaitable[RawFrame | Ended | Quiet]]
) -> None:
    """The end of the TCP connection is an outcome of every wait."""
    async with central_system(writing(end=True)) as endpoint:
        raw = await entering(endpoint)
        await raw.upgrade()
        assert await wait(raw) == Ended("the end of the TCP connection")


async def test_open_connection_is_quiet(entering: Entering) -> None:
    """A server that does not end the connection is told as quiet, though it goes on sending."""
    async with central_system(writing(frame(b"[]", masked=False))) as endpoint:
        raw = await entering(endpoint)
        await raw.upgrade()
        raw.patience = PATIENCE
        assert await raw.wait_closed() == Quiet(PATIENCE)


async def test_termination_tells_frames_and_code(entering: Entering) -> None:
    """What came before the end is kept: answers, the close frame and its code."""

    async def bow_out(socket: ServerConnection) -> None:
        await send(socket, [3, "1", {}])
        await socket.close(1002)

    async with central_system(bow_out) as endpoint:
        raw = await entering(endpoint)
        await raw.upgrade()
        termination = await raw.until_closed()
        assert termination.ended
        assert termination.code == 1002
        assert termination.answers == (CallResult("1"),)
        assert isinstance(termination.how, Ended)


async def test_termination_of_a_server_that_stays_is_quiet(entering: Entering) -> None:
    """A server that ignores what must end the connection has not terminated."""
    async with central_system(writing(frame(b"", Opcode.PING, masked=False))) as endpoint:
        raw = await entering(endpoint)
        await raw.upgrade()
        raw.patience = PATIENCE
        termination = await raw.until_closed(closing=True)
        assert (termination.ended, termination.code, termination.how) == (False, None, Quiet(PATIENCE))


async def test_sending_into_a_closed_connection_is_no_error(entering: Entering) -> None:
    """That the server has ended the connection meanwhile is told by the waits, not by sending."""
    async with central_system(writing(end=True)) as endpoint:
        raw = await entering(endpoint)
        await raw.upgrade()
        for _ in range(3):
            await raw.send(bytes(1000))
            await raw.wait_closed()
        assert isinstance(await raw.next_frame(), Ended)
