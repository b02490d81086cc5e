"""A client below the WebSocket library: every byte of handshake and frames is the scenario's own.

For what a proper client can never send: broken handshakes, unmasked frames, reserved bits, illegal fragments
(RFC 6455 sections 4 and 5).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import struct
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Self
from urllib.parse import urlsplit

from harness.ocppj import CallError, CallResult, elements, encode
from harness.trace import Direction, Entry, Event, Trace
from harness.verdict import Inconclusive
from simulators.connection import FLOOD, MAX_BYTES, MAX_FRAMES, MAX_MESSAGE, Endpoint
from simulators.manners import BUSY, Conduct, Manners, attempts

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Opcode(IntEnum):
    """The frame types of RFC 6455 5.2."""

    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back for a handshake; header names in lower case, repeated ones joined by a comma."""

    status: int
    headers: Mapping[str, str]

    def __str__(self) -> str:
        return f"HTTP {self.status}"


@dataclass(frozen=True, slots=True)
class RawFrame:
    """One frame of the server, as it was on the wire."""

    fin: bool
    reserved: int
    opcode: int
    masked: bool
    payload: bytes

    @property
    def close_code(self) -> int | None:
        """The code of a close frame, None where it has none."""
        return struct.unpack("!H", self.payload[:2])[0] if self.opcode == Opcode.CLOSE and self.payload[1:] else None

    @property
    def answer(self) -> CallResult | CallError | None:
        """The answer to a CALL that a text frame holds, None for any other frame."""
        if self.opcode != Opcode.TEXT:
            return None
        match elements(self.payload.decode(errors="replace")):
            case [3, str(unique_id), dict(payload), *_]:
                return CallResult(unique_id, payload)
            case [4, str(unique_id), str(code), *_]:
                return CallError(unique_id, code)
        return None

    def __str__(self) -> str:
        code = f" {self.close_code}" if self.opcode == Opcode.CLOSE else ""
        return f"frame with opcode {self.opcode:#x}{code}, {len(self.payload)} bytes"


@dataclass(frozen=True, slots=True)
class Ended:
    """The server ended the TCP connection, by a FIN or a reset."""

    how: str

    def __str__(self) -> str:
        return self.how


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing came within ``seconds``, though the connection stayed open."""

    seconds: float

    def __str__(self) -> str:
        return f"nothing within {self.seconds:g} s"


@dataclass(frozen=True, slots=True)
class Termination:
    """Everything that the server sent from a moment on, and how its connection ended after that."""

    frames: tuple[RawFrame, ...]
    how: Ended | Quiet

    @property
    def ended(self) -> bool:
        """Whether the server gave the connection up, by a close frame or by TCP."""
        return isinstance(self.how, Ended) or any(one.opcode == Opcode.CLOSE for one in self.frames)

    @property
    def code(self) -> int | None:
        """The code of its close frame, None where there is no frame or no code."""
        return next((one.close_code for one in self.frames if one.opcode == Opcode.CLOSE), None)

    @property
    def answers(self) -> tuple[CallResult | CallError, ...]:
        """The answers to CALLs among the frames."""
        return tuple(answer for one in self.frames if (answer := one.answer) is not None)

    def __str__(self) -> str:
        return ", ".join(map(str, (*self.frames, self.how)))


def new_key() -> str:
    """Return a fresh Sec-WebSocket-Key."""
    return base64.b64encode(secrets.token_bytes(16)).decode()


def accept_key(key: str) -> str:
    """Return the Sec-WebSocket-Accept that belongs to a key (RFC 6455 4.2.2)."""
    return base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()


def frame(
    payload: bytes, opcode: int = Opcode.TEXT, *, fin: bool = True, reserved: int = 0, masked: bool = True
) -> bytes:
    """Return the bytes of one frame, proper or not; ``reserved`` are the bits RSV1 to RSV3 as a number 0 to 7."""
    first = (0x80 if fin else 0) | (reserved << 4) | opcode
    bit = 0x80 if masked else 0
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", first, bit | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, bit | 126, size)
    else:
        head = struct.pack("!BBQ", first, bit | 127, size)
    if not masked:
        return head + payload
    mask = secrets.token_bytes(4)
    stream = (mask * (size // 4 + 1))[:size]
    return head + mask + (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")


class RawSocket:
    """One TCP connection to the endpoint of a station; an asynchronous context manager.

    Every proper handshake offers the ``subprotocol`` and has the ``headers``; ``conduct`` is that of the identity. What
    is sent and received goes into the trace. Waits take up to ``patience`` seconds and say what they saw.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        station: str,
        trace: Trace,
        *,
        subprotocol: str,
        patience: float,
        headers: Mapping[str, str] | None = None,
        conduct: Conduct | None = None,
    ) -> None:
        self._station = station
        self._conduct = conduct or Manners().of(station)
        self._number = self._conduct.vacant
        self._upgraded = False
        self._headers = {"Sec-WebSocket-Protocol": subprotocol, **(headers or {})}
        self._trace = trace
        self.patience = patience
        self._endpoint = endpoint
        parts = urlsplit(endpoint.address(station))
        self.path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        self._ssl = endpoint.ssl or (True if parts.scheme == "wss" else None)
        self.authority = parts.netloc
        self._frames = self._bytes = 0
        self._passed: list[RawFrame] = []

    async def __aenter__(self) -> Self:
        await self._connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._hang_up()

    async def _connect(self) -> None:
        await self._conduct.approach()
        options: dict[str, Any] = {"ssl": self._ssl, "server_hostname": self._endpoint.place[0]} if self._ssl else {}
        try:
            async with asyncio.timeout(self.patience):
                self._reader, self._writer = await asyncio.open_connection(*self._endpoint.entrance, **options)
        except (OSError, TimeoutError) as error:
            if why := self._endpoint.severed():
                self._add(Direction.SENT, Event.LOST, f"{error}: {why}")
            raise Inconclusive(f"{self.authority} cannot be reached: {error}") from None
        self._number = self._conduct.opened()

    def _hang_up(self) -> None:
        self._writer.transport.abort()
        self._conduct.ended(self._number)

    async def send(self, data: bytes) -> None:
        """Send bytes as they are; a connection that the server has ended meanwhile is no error here."""
        if self._upgraded:
            await self._conduct.turn()
        self._add(Direction.SENT, Event.BINARY, _shown(data))
        self._writer.write(data)
        try:
            async with asyncio.timeout(self.patience):
                await self._writer.drain()
        except (ConnectionError, TimeoutError):
            return

    def request(self, method: str = "GET", /, **headers: str | None) -> bytes:
        """Return a proper handshake, in which each keyword changes a header, or with None leaves it out.

        Keywords spell header names with underscores; those that are not changed are the usual ones.
        """
        usual: dict[str, str | None] = {
            "Host": self.authority,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": new_key(),
            "Sec-WebSocket-Version": "13",
            **self._headers,
        }
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        lower = {name.lower() for name in changed}
        members = {**{name: value for name, value in usual.items() if name.lower() not in lower}, **changed}
        lines = [f"{method} {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in members.items() if v is not None)]
        return "\r\n".join([*lines, "", ""]).encode()

    async def handshake(self, request: bytes) -> HttpAnswer | Ended | Quiet:
        """Send a handshake and return what comes back."""
        await self.send(request)
        try:
            async with asyncio.timeout(self.patience):
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except TimeoutError:
            return Quiet(self.patience)
        except asyncio.LimitOverrunError as error:
            return self._not_http(f"{error.consumed} bytes without an end of headers")
        except asyncio.IncompleteReadError as error:
            return self._not_http(f"{error.partial[:80]!r}") if error.partial else self._ended(error)
        except ConnectionError as error:
            return self._ended(error)
        first, *lines = head.split("\r\n")
        words = first.split(" ")
        if not first.startswith("HTTP/") or len(words) < 2 or not words[1].isdigit():
            return self._not_http(f"{first[:80]!r}")
        self._note(Event.OPENED, head.strip())
        headers: dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if colon:
                key = name.strip().lower()
                headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
        if words[1] == "101":
            self._upgraded = True
            await self._conduct.settle()
        return HttpAnswer(int(words[1]), headers)

    async def call(self, action: str, payload: Mapping[str, object] | None = None) -> str:
        """Send a proper CALL and return its unique id."""
        unique_id = str(uuid.uuid4())
        await self.send(frame(encode([2, unique_id, action, dict(payload or {})]).encode()))
        return unique_id

    async def upgrade(self) -> HttpAnswer:
        """Shake hands properly, as a precondition; raises Inconclusive unless that is granted.

        Whoever is told to come back does so, on a new connection, while there is patience.
        """
        answer: HttpAnswer | Ended | Quiet | None = None
        async for _ in attempts(self.patience):
            if answer is not None:
                self._hang_up()
                await self._connect()
            answer = await self.handshake(self.request())
            if not isinstance(answer, HttpAnswer) or answer.status not in BUSY:
                break
        if not isinstance(answer, HttpAnswer) or answer.status != 101:
            raise Inconclusive(f"{self._station} was not let in: {answer}")
        return answer

    async def next_frame(self) -> RawFrame | Ended | Quiet:
        """Return the next frame of the server, or what came instead."""
        try:
            async with asyncio.timeout(self.patience):
                found = await self._read_frame()
        except TimeoutError:
            return Quiet(self.patience)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            return self._ended(error)
        if isinstance(found, Ended):
            self._note(Event.CLOSED, str(found))
            return found
        text = found.payload.decode(errors="replace") if found.opcode == Opcode.TEXT else _shown(found.payload)
        event = _EVENTS.get(found.opcode, Event.BINARY)
        self._note(event, text)
        return found

    async def next_of(self, opcode: int) -> RawFrame | Ended | Quiet:
        """Return the next frame of one type, or what came instead; others are kept for later."""
        return await self._first(lambda found: found.opcode == opcode)

    async def answer(self, unique_id: str) -> CallResult | CallError | Ended | Quiet:
        """Return the answer to a CALL, or what came instead; everything else is kept for later."""
        found = await self._first(lambda found: found.answer is not None and found.answer.unique_id == unique_id)
        return found.answer or Quiet(self.patience) if isinstance(found, RawFrame) else found

    async def wait_closed(self) -> Ended | Quiet:
        """Wait for the server to end the TCP connection, whatever else it sends; Quiet if it does not."""
        try:
            async with asyncio.timeout(self.patience):
                while await self._reader.read(65_536):
                    continue
        except TimeoutError:
            return Quiet(self.patience)
        except ConnectionError as error:
            return self._ended(error)
        return self._ended(EOFError())

    async def until_closed(self, *, closing: bool = False) -> Termination:
        """Take what comes until the server ends the TCP connection.

        Its close frame is answered, unless this side is ``closing`` already and has sent one.
        """
        frames: list[RawFrame] = []
        try:
            async with asyncio.timeout(self.patience):
                while isinstance(found := await self.next_frame(), RawFrame):
                    frames.append(found)
                    if found.opcode == Opcode.CLOSE and not closing:
                        await self.send(frame(found.payload[:2], Opcode.CLOSE))
        except TimeoutError:
            return Termination(tuple(frames), Quiet(self.patience))
        return Termination(tuple(frames), found)

    async def _first(self, wanted: Callable[[RawFrame], bool]) -> RawFrame | Ended | Quiet:
        if earlier := next((one for one in self._passed if wanted(one)), None):
            self._passed.remove(earlier)
            return earlier
        try:
            async with asyncio.timeout(self.patience):
                while isinstance(found := await self.next_frame(), RawFrame) and not wanted(found):
                    self._passed.append(found)
        except TimeoutError:
            return Quiet(self.patience)
        return found

    async def _read_frame(self) -> RawFrame | Ended:
        first, second = await self._reader.readexactly(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", await self._reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", await self._reader.readexactly(8))
        if size > MAX_MESSAGE:
            self._writer.transport.abort()
            return Ended(f"a frame of {size} bytes, on which this side gave up")
        self._frames, self._bytes = self._frames + 1, self._bytes + size
        if self._frames > MAX_FRAMES or self._bytes > MAX_BYTES:
            self._writer.transport.abort()
            return Ended(FLOOD)
        mask = await self._reader.readexactly(4) if second & 0x80 else b""
        payload = await self._reader.readexactly(size)
        return RawFrame(bool(first & 0x80), (first >> 4) & 0x7, first & 0xF, bool(mask), payload)

    def _note(self, event: Event, text: str) -> None:
        self._trace.regard(self._add(Direction.RECEIVED, event, text))

    def _add(self, direction: Direction, event: Event, text: str) -> Entry:
        return self._trace.add(self._station, direction, event, text, connection=self._number)

    def _not_http(self, what: str) -> Ended:
        how = f"an answer that is not HTTP: {what}"
        self._note(Event.REFUSED, how)
        return Ended(how)

    def _ended(self, error: Exception) -> Ended:
        how = "a TCP reset" if isinstance(error, ConnectionError) else "the end of the TCP connection"
        if why := self._endpoint.severed():
            self._add(Direction.SENT, Event.LOST, f"{how}: {why}")
        else:
            self._note(Event.CLOSED, how)
        return Ended(how)


_EVENTS: Mapping[int, Event] = {
    Opcode.TEXT: Event.TEXT,
    Opcode.CLOSE: Event.CLOSED,
    Opcode.PING: Event.PING,
    Opcode.PONG: Event.PONG,
}


def _shown(data: bytes) -> str:
    head = data[:200]
    return head.decode() if head.isascii() and head.decode().isprintable() else head.hex(" ")
