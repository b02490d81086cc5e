"""Tiny central systems that do exactly what a test scripts."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from simulators.connection import Endpoint
from simulators.rawsocket import accept_key

Script = Callable[[ServerConnection], Awaitable[None]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

NOW = "2030-01-01T00:00:00.000Z"
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "BootNotification": {"status": "Accepted", "currentTime": NOW, "interval": 300},
    "DataTransfer": {"status": "UnknownVendorId"},
    "Heartbeat": {"currentTime": NOW},
    "StartTransaction": {"transactionId": 7, "idTagInfo": {"status": "Accepted"}},
}


class Central:
    """Answers everything, as its ``answers`` say, and can order things."""

    def __init__(self, answers: Mapping[str, Any] = ANSWERS) -> None:
        self.answers: dict[str, Any] = dict(answers)
        self.sockets: list[ServerConnection] = []

    async def script(self, socket: ServerConnection) -> None:
        """Answer each CALL of a station."""
        self.sockets.append(socket)
        async for message in socket:
            frame = json.loads(message)
            if frame[0] == 2:
                await socket.send(json.dumps([3, frame[1], self.answers.get(frame[2], {})]))

    async def order(self, action: str, **payload: Any) -> None:
        """Send a CALL on the latest connection."""
        await self.sockets[-1].send(json.dumps([2, str(uuid.uuid4()), action, payload]))


@asynccontextmanager
async def central_system(script: Script, **options: Any) -> AsyncIterator[Endpoint]:
    """Run a WebSocket server that plays the script with every station; it ends the connection when that returns."""

    async def play(socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await script(socket)

    options = {
        "subprotocols": [Subprotocol("ocpp1.6"), Subprotocol("ocpp2.0.1")],
        "close_timeout": 0.2,
        "ping_interval": None,
        **options,
    }
    async with serve(play, "127.0.0.1", 0, **options) as server:
        yield Endpoint(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ocpp")


@asynccontextmanager
async def tcp_server(talk: Talk, **options: Any) -> AsyncIterator[Endpoint]:
    """Run a TCP server that says what the script says, whatever a WebSocket client thinks of it."""
    open_writers: set[asyncio.StreamWriter] = set()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await talk(reader, writer)

    server = await asyncio.start_server(play, "127.0.0.1", 0, **options)
    try:
        yield Endpoint(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ocpp")
    finally:
        server.close()
        for writer in open_writers:
            writer.transport.abort()
        await server.wait_closed()


async def upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, subprotocol: str = "ocpp1.6") -> None:
    """Grant the handshake of a station, below any WebSocket library."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    key = next(line.partition(": ")[2] for line in head.split("\r\n") if line.startswith("Sec-WebSocket-Key"))
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Protocol: {subprotocol}",
        f"Sec-WebSocket-Accept: {accept_key(key)}",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())


async def receive(socket: ServerConnection) -> list[Any]:
    """Return the next message of the station as a list."""
    message: list[Any] = json.loads(await socket.recv())
    return message


async def send(socket: ServerConnection, *messages: Sequence[Any]) -> None:
    """Send messages to the station."""
    for message in messages:
        await socket.send(json.dumps(message))


async def answer(socket: ServerConnection, message: Sequence[Any], **members: Any) -> None:
    """Answer a CALL of the station as a correct central system does, with some members changed."""
    await send(socket, [3, message[1], {**ANSWERS.get(message[2], {}), **members}])


async def oblige(socket: ServerConnection) -> None:
    """Answer every CALL of the station, for as long as it stays."""
    while True:
        message = await receive(socket)
        if message[0] == 2:
            await answer(socket, message)


async def say_nothing(socket: ServerConnection) -> None:
    """Keep the connection open and say nothing."""
    async for _ in socket:
        continue
