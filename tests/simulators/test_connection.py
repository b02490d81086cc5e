"""Tests of what may come of asking for a connection, and of how connections end."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from simulators import connection
from simulators.connection import (
    FLOOD,
    MAX_BYTES,
    MAX_MESSAGE,
    Closed,
    Declined,
    Endpoint,
    Unreachable,
    Upgraded,
    abort,
    close,
    closed,
    open_socket,
)
from simulators.rawsocket import Opcode, frame
from tests.simulators.central import Talk, central_system, oblige, say_nothing, tcp_server, upgrade

PATIENCE = 0.3


async def knock(
    endpoint: Endpoint, subprotocols: Sequence[str] = ("ocpp1.6",), *, patience: float = 5.0
) -> Upgraded | Declined | Unreachable:
    """Ask for a WebSocket."""
    return await open_socket(endpoint, "CP1", patience=patience, subprotocols=subprotocols)


def saying(data: bytes, *, stay: bool = False) -> Talk:
    """Return a server that answers whatever comes with these bytes, and ends the connection unless told to stay."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(data)
        await writer.drain()
        if stay:
            await reader.read()
        writer.close()

    return talk


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("ws://host/ocpp", "ws://host/ocpp/A%2FB%20%C3%A9"),
        ("ws://host/ocpp/", "ws://host/ocpp/A%2FB%20%C3%A9"),
        ("wss://host:1/{station}/ws", "wss://host:1/A%2FB%20%C3%A9/ws"),
        ("ws://host/ocpp?tenant=1", "ws://host/ocpp/A%2FB%20%C3%A9?tenant=1"),
        ("ws://host/ocpp?id={station}", "ws://host/ocpp?id=A%2FB%20%C3%A9"),
    ],
)
def test_address_holds_the_percent_encoded_identity(url: str, address: str) -> None:
    """The identity is the last path segment, or stands where the endpoint says so."""
    assert Endpoint(url).address("A/B é") == address


async def test_upgrade_tells_subprotocol_and_headers() -> None:
    """A granted handshake brings the socket, the chosen subprotocol and the headers in lower case."""
    async with central_system(oblige) as endpoint:
        outcome = await knock(endpoint)
        assert isinstance(outcome, Upgraded)
        assert outcome.subprotocol == "ocpp1.6"
        assert outcome.headers["upgrade"] == "websocket"
        assert str(outcome) == "101 with subprotocol ocpp1.6"
        await close(outcome.socket, PATIENCE)


async def test_no_subprotocol_can_be_offered() -> None:
    """An empty offer leaves the header out, and the connection has no subprotocol."""
    async with central_system(oblige, subprotocols=None) as endpoint:
        outcome = await knock(endpoint, [])
        assert isinstance(outcome, Upgraded)
        assert outcome.subprotocol is None
        await close(outcome.socket, PATIENCE)


async def test_refusal_tells_status_and_headers() -> None:
    """An HTTP answer other than 101 is a refusal with its status."""

    def refuse(asked: ServerConnection, request: Request) -> Response:
        response = asked.respond(HTTPStatus.UNAUTHORIZED, "no")
        response.headers["WWW-Authenticate"] = "Basic"
        return response

    async with central_system(oblige, process_request=refuse) as endpoint:
        outcome = await knock(endpoint)
    assert isinstance(outcome, Declined)
    assert (outcome.status, str(outcome)) == (401, "HTTP 401 Unauthorized")
    assert outcome.headers["www-authenticate"] == "Basic"


async def test_redirection_is_not_followed() -> None:
    """A redirection is the central system's answer, not an instruction."""
    async with (
        central_system(oblige) as elsewhere,
        tcp_server(
            saying(f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n".encode())
        ) as endpoint,
    ):
        outcome = await knock(endpoint)
    assert isinstance(outcome, Declined)
    assert outcome.status == 302


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "no WebSocket handshake: invalid HTTP status line"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "no WebSocket handshake"),
        (b"\x15\x03\x01" * 100 + b"\r\n", "no WebSocket handshake"),
    ],
    ids=["another protocol", "incomplete upgrade", "garbage"],
)
async def test_answer_that_is_no_handshake_is_a_refusal_without_status(answer: bytes, reason: str) -> None:
    """What is no handshake answer is told as such, in a short sentence."""
    async with tcp_server(saying(answer)) as endpoint:
        outcome = await knock(endpoint)
    assert isinstance(outcome, Declined)
    assert outcome.status is None
    assert reason in outcome.reason
    assert len(outcome.reason) < 300


@pytest.mark.parametrize("data", [b"\x00\xff\r\n" * 1000, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000])
async def test_endless_answer_is_given_up(data: bytes) -> None:
    """A server that never comes to an end is no reason to wait, nor to keep what it says."""

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(data)
            await writer.drain()

    async with tcp_server(babble) as endpoint:
        outcome = await knock(endpoint, patience=60.0)
    assert isinstance(outcome, Declined)
    assert "no WebSocket handshake" in outcome.reason


async def test_subprotocol_that_was_not_offered_is_a_refusal() -> None:
    """A central system that chooses what was not offered has not granted the handshake."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer, "ocpp2.0.1")

    async with tcp_server(talk) as endpoint:
        outcome = await knock(endpoint)
    assert isinstance(outcome, Declined)
    assert "ocpp2.0.1" in outcome.reason


async def test_closed_port_is_unreachable() -> None:
    """A refused TCP connection is told with its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    outcome = await knock(Endpoint(f"ws://127.0.0.1:{port}"))
    assert isinstance(outcome, Unreachable)
    assert f"127.0.0.1:{port}" in str(outcome)
    assert not outcome.tls


async def test_connection_closed_at_once_is_unreachable() -> None:
    """A server that hangs up instead of answering the handshake says nothing about OCPP."""
    async with tcp_server(saying(b"")) as endpoint:
        outcome = await knock(endpoint)
    assert isinstance(outcome, Unreachable)
    assert "closed the connection instead of answering" in outcome.reason


async def test_server_that_never_answers_is_unreachable_in_time() -> None:
    """The handshake is given up when patience ends."""
    async with tcp_server(saying(b"", stay=True)) as endpoint:
        before = asyncio.get_running_loop().time()
        outcome = await knock(endpoint, patience=PATIENCE)
        assert asyncio.get_running_loop().time() - before < PATIENCE * 4
    assert isinstance(outcome, Unreachable)
    assert "did not complete the handshake within 0.3 s" in outcome.reason


async def test_failed_tls_handshake_is_unreachable_for_tls() -> None:
    """A server without TLS behind a wss URL fails the TLS handshake, which is told as such."""
    async with tcp_server(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as plain:
        secure = Endpoint(plain.url.replace("ws://", "wss://"), ssl.create_default_context())
        outcome = await knock(secure)
    assert isinstance(outcome, Unreachable)
    assert outcome.tls
    assert "the TLS handshake failed" in outcome.reason


async def connected(endpoint: Endpoint) -> Upgraded:
    """Return a granted connection."""
    outcome = await knock(endpoint)
    assert isinstance(outcome, Upgraded)
    return outcome


async def ending(endpoint: Endpoint) -> Closed:
    """Return how a connection ends that the central system ends."""
    socket = (await connected(endpoint)).socket
    try:
        async with asyncio.timeout(10):
            while True:
                await socket.recv()
    except ConnectionClosed as error:
        return closed(error, socket)


async def test_close_frame_is_told_with_code_and_reason() -> None:
    """The close frame of the central system is what counts."""

    async def leave(socket: ServerConnection) -> None:
        await socket.close(1001, "maintenance")

    async with central_system(leave) as endpoint:
        outcome = await ending(endpoint)
    assert outcome == Closed(1001, "maintenance")
    assert str(outcome) == "close 1001 maintenance"


async def test_lost_connection_has_no_code() -> None:
    """A connection that is cut has neither code nor reason."""

    async def cut(socket: ServerConnection) -> None:
        socket.transport.abort()

    async with central_system(cut) as endpoint:
        outcome = await ending(endpoint)
    assert outcome == Closed(None, "")
    assert str(outcome) == "the connection lost without a close frame"


@pytest.mark.parametrize(
    ("data", "violation"),
    [
        (frame(b"\xff\xfe", masked=False), "invalid start byte"),
        (frame(b"[]", reserved=4, masked=False), "reserved bits must be 0"),
        (frame(b"", masked=False)[:1] + b"\x7f" + (MAX_MESSAGE + 1).to_bytes(8, "big"), "frame with 4194305 bytes"),
    ],
    ids=["no UTF-8", "reserved bit", "oversized frame"],
)
async def test_violation_of_the_websocket_protocol_is_told(data: bytes, violation: str) -> None:
    """What no WebSocket endpoint may send, or no station take, ends the connection with the reason."""

    async def break_rules(socket: ServerConnection) -> None:
        socket.transport.write(data)
        await socket.wait_closed()

    async with central_system(break_rules) as endpoint:
        outcome = await ending(endpoint)
    assert outcome.code is None
    assert violation in str(outcome.violation)
    assert "a violation of the WebSocket protocol" in str(outcome)


@pytest.mark.parametrize(
    ("data", "times"),
    [
        (frame(b"[]", masked=False), 501),
        (frame(b"", Opcode.PING, masked=False), 501),
        (frame(bytes(MAX_MESSAGE), masked=False), MAX_BYTES // MAX_MESSAGE + 1),
    ],
    ids=["texts", "pings", "megabytes"],
)
async def test_flood_ends_the_connection(data: bytes, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection takes a bounded number of frames and bytes, whatever they are."""
    monkeypatch.setattr(connection, "MAX_FRAMES", 500)

    async def flood(socket: ServerConnection) -> None:
        for _ in range(times):
            socket.transport.write(data)
        await socket.wait_closed()

    async with central_system(flood) as endpoint:
        outcome = await ending(endpoint)
    assert outcome.violation == FLOOD
    assert str(outcome) == FLOOD


async def test_close_is_cut_short_when_the_other_side_does_not_play_along() -> None:
    """A closing handshake that is not answered ends with the TCP connection cut, within patience."""

    async def upgrade_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        await reader.read()

    async with tcp_server(upgrade_only) as endpoint:
        found = await connected(endpoint)
        before = asyncio.get_running_loop().time()
        await close(found.socket, PATIENCE / 3)
        assert asyncio.get_running_loop().time() - before < PATIENCE


async def test_abort_of_what_has_ended_is_no_trouble() -> None:
    """A connection that ends just before it is cut is one that has ended."""
    async with central_system(say_nothing) as endpoint:
        found = await connected(endpoint)
        await found.socket.close()
        await abort(found.socket)


async def test_abort_sends_no_close_frame() -> None:
    """A lost link is seen by the central system as a reset, not as a close."""
    seen: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    async def watch(socket: ServerConnection) -> None:
        await socket.wait_closed()
        seen.set_result(socket.protocol.close_rcvd.code if socket.protocol.close_rcvd else None)

    async with central_system(watch) as endpoint:
        found = await connected(endpoint)
        await abort(found.socket)
        assert await seen is None


async def test_compression_is_offered_on_demand() -> None:
    """permessage-deflate is offered only where a scenario asks for it."""
    async with central_system(say_nothing) as endpoint:
        plain = await connected(endpoint)
        packed = await open_socket(
            endpoint, "CP1", patience=PATIENCE, subprotocols=["ocpp1.6"], compression=True, headers={"X-Test": "1"}
        )
        assert isinstance(packed, Upgraded)
        assert "sec-websocket-extensions" not in plain.headers
        assert "permessage-deflate" in packed.headers["sec-websocket-extensions"]
        await close(plain.socket, PATIENCE)
        await close(packed.socket, PATIENCE)


async def test_abort_of_a_closed_connection_changes_nothing() -> None:
    """A connection that has ended already needs no cutting."""
    async with central_system(say_nothing) as endpoint:
        found = await connected(endpoint)
        await found.socket.close()
        await abort(found.socket)
