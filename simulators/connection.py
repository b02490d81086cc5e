"""One WebSocket connection of a station, and what may come of asking for one."""

from __future__ import annotations

import asyncio
import ssl
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, ClassVar, Protocol
from urllib.parse import quote, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode
from websockets.protocol import Event as WebSocketEvent
from websockets.typing import Subprotocol

MAX_MESSAGE = 4 * 2**20
"""Bytes of one message that a station takes before it gives the connection up."""

MAX_FRAMES, MAX_BYTES = 10_000, 32 * 2**20
"""How much a station takes on one connection before it calls the central system's behaviour a flood."""

_PORTION = 4096

FLOOD = f"a flood of more than {MAX_FRAMES} frames or {MAX_BYTES // 2**20} MiB"


class Way(Protocol):
    """A way to a central system through a network that may fail; ``host`` and ``port`` are where it begins."""

    @property
    def host(self) -> str:
        """Where the next connection goes."""
        ...

    @property
    def port(self) -> int:
        """The port to which the next connection goes."""
        ...

    def severed(self) -> str | None:
        """Return why the network may have ended a connection just now, None where it has no reason to."""
        ...

    def used(self) -> None:
        """Take note of traffic on this way."""
        ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the stations of one run connect; ``url`` is ws:// or wss://.

    ``authority`` is the PEM of the CA that its context trusts, where it is not one of the operating system. ``via`` is
    the way there, if it is not straight; URL and TLS name stay those of the central system.
    """

    url: str
    ssl: ssl.SSLContext | None = None
    authority: str | None = None
    via: Way | None = None

    @property
    def encrypted(self) -> bool:
        """Whether stations connect with TLS."""
        return self.url.startswith("wss:")

    @property
    def place(self) -> tuple[str, int]:
        """Host and port of the central system."""
        parts = urlsplit(self.url.replace("{station}", ""))
        return parts.hostname or "", parts.port or (443 if self.encrypted else 80)

    @property
    def entrance(self) -> tuple[str, int]:
        """Host and port to which the next connection goes."""
        return (self.via.host, self.via.port) if self.via else self.place

    def severed(self) -> str | None:
        """Return why the network may have ended a connection just now, None where it has no reason to."""
        return self.via.severed() if self.via else None

    def address(self, station: str) -> str:
        """Return the URL of one station: its percent-encoded identity appended, or in place of {station}."""
        identity = quote(station, safe="")
        if "{station}" in self.url:
            return self.url.replace("{station}", identity)
        path, mark, query = self.url.partition("?")
        return f"{path.rstrip('/')}/{identity}{mark}{query}"


class Socket(ClientConnection):
    """A connection that counts the ``pings`` of the central system, and is given up when it is flooded."""

    flooded = False
    pings = 0
    way: Way | None = None
    _frames = 0
    _bytes = 0

    def data_received(self, data: bytes) -> None:
        """Take bytes in small portions, so that a flood is seen early, and hang up on what breaks the protocol.

        The library leaves that to the server, which may well stay; the close frame is on its way by then.
        """
        if self.way:
            self.way.used()
        for start in range(0, len(data), _PORTION):
            if self.flooded:
                return
            super().data_received(data[start : start + _PORTION])
        if self.protocol.handshake_exc is not None or self.protocol.parser_exc is not None:
            self.transport.abort()

    def process_event(self, event: WebSocketEvent) -> None:
        """Count what arrives before it is queued."""
        if isinstance(event, WebSocketFrame):
            self._frames += 1
            self._bytes += len(event.data)
            if self._frames > MAX_FRAMES or self._bytes > MAX_BYTES:
                self.flooded = True
                self.transport.abort()
                return
            self.pings += event.opcode is Opcode.PING
        super().process_event(event)


class _Connect(connect):
    """Asks once: a redirection is an answer like any other, not something to follow."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The central system agreed to a WebSocket; header names are in lower case."""

    socket: ClientConnection
    subprotocol: str | None
    headers: Mapping[str, str]

    def __str__(self) -> str:
        return f"101 with subprotocol {self.subprotocol}"


@dataclass(frozen=True, slots=True)
class Declined:
    """The central system answered the handshake, but not with a usable upgrade.

    ``status`` is the HTTP status, None when what came back was no valid handshake answer.
    """

    status: int | None
    headers: Mapping[str, str]
    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nothing answered: refused, timed out, closed at once, or a failed TLS handshake.

    ``tls`` is set where somebody was there, but TLS was not agreed on or ended before any answer.
    """

    reason: str
    tls: bool = False

    def __str__(self) -> str:
        return self.reason


Handshake = Upgraded | Declined | Unreachable


async def open_socket(
    endpoint: Endpoint,
    station: str,
    *,
    patience: float,
    subprotocols: Sequence[str],
    headers: Mapping[str, str] | None = None,
    compression: bool = False,
) -> Handshake:
    """Ask for a WebSocket and say what came of it, within ``patience`` seconds."""
    address = endpoint.address(station)
    options: dict[str, Any] = {"ssl": endpoint.ssl} if endpoint.ssl else {}
    if endpoint.via:
        options |= {"host": endpoint.via.host, "port": endpoint.via.port}
    try:
        socket = await _Connect(
            address,
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            additional_headers=headers,
            compression="deflate" if compression else None,
            open_timeout=patience,
            close_timeout=min(patience / 2, 2.0),
            ping_interval=None,
            max_size=MAX_MESSAGE,
            max_queue=None,
            proxy=None,
            create_connection=Socket,
            **options,
        )
    except InvalidStatus as error:
        answer = error.response
        found = {name.lower(): value for name, value in answer.headers.raw_items()}
        return Declined(answer.status_code, found, f"HTTP {answer.status_code} {answer.reason_phrase}".strip())
    except InvalidHandshake as error:
        cause = error.__cause__
        if isinstance(cause, EOFError | ConnectionError | ssl.SSLError):
            ended = f"{address} closed the connection instead of answering the handshake"
            return Unreachable(ended, tls=endpoint.encrypted)
        return Declined(None, {}, f"an answer that is no WebSocket handshake: {_shortened(cause or error)}")
    except (OSError, EOFError) as error:
        return unreachable(endpoint, address, error, patience)
    if isinstance(socket, Socket):
        socket.way = endpoint.via
    response = socket.response
    found = {name.lower(): value for name, value in response.headers.raw_items()} if response else {}
    return Upgraded(socket, socket.subprotocol, found)


def unreachable(endpoint: Endpoint, address: str, error: OSError | EOFError, patience: float) -> Unreachable:
    """Say why nobody answered at an address, from what went wrong within ``patience`` seconds."""
    match error:
        case TimeoutError():
            return Unreachable(f"{address} did not complete the handshake within {patience:g} s")
        case ssl.SSLError():
            return Unreachable(f"{address}: the TLS handshake failed: {error.reason or error}", tls=True)
        case ConnectionResetError() | ConnectionAbortedError() | BrokenPipeError() | EOFError():
            return Unreachable(f"{address} closed the connection at once", tls=endpoint.encrypted)
    return Unreachable(f"{address} cannot be reached: {error.strerror or error}")


class Party(StrEnum):
    """Who ended a connection."""

    US = "the station"
    THEM = "the central system"
    NETWORK = "the network"


@dataclass(frozen=True, slots=True)
class Closed:
    """How a connection ended, and ``by`` whom; ``code`` and ``reason`` are the central system's.

    Without a close frame ``code`` is None, and where the network ended it ``reason`` says what happened there.
    ``violation`` says what the central system sent that no WebSocket endpoint may send, None if nothing.
    """

    kind: ClassVar[str] = "a closed connection"
    code: int | None
    reason: str
    violation: str | None = None
    by: Party = Party.THEM

    def __str__(self) -> str:
        if self.by is not Party.THEM:
            return f"the connection ended by {self.by}{f': {self.reason}' if self.reason else ''}"
        if self.violation == FLOOD:
            return FLOOD
        if self.violation:
            return f"a violation of the WebSocket protocol: {self.violation}"
        return f"close {self.code} {self.reason}".strip() if self.code else "the connection lost without a close frame"


_OUR_VERDICT_ON_THEM = frozenset({1002, 1007, 1009})


def closed(error: ConnectionClosed, socket: ClientConnection) -> Closed:
    """Say how a connection ended that the central system ended, from the exception that tells of it."""
    if isinstance(socket, Socket) and socket.flooded:
        return Closed(None, "", FLOOD)
    if error.rcvd is not None and not (
        error.sent and error.rcvd_then_sent is False and error.sent.code in _OUR_VERDICT_ON_THEM
    ):
        return Closed(error.rcvd.code, error.rcvd.reason)
    if error.sent is not None and error.sent.code in _OUR_VERDICT_ON_THEM:
        return Closed(None, "", f"{error.sent.reason or error.sent.code}")
    return Closed(None, "")


def _shortened(error: BaseException) -> str:
    text = str(error)
    return f"{text[:200]}…" if len(text) > 200 else text


def reset(transport: asyncio.WriteTransport) -> None:
    """End a transport by a TCP reset, also where the other side has ended it meanwhile."""
    tcp = transport.get_extra_info("socket")
    if tcp is not None and tcp.fileno() >= 0:
        tcp.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))  # without it, closing sends an orderly FIN
    transport.abort()


async def abort(socket: ClientConnection) -> None:
    """Cut a connection as a lost link would: no close frame, a TCP reset; one that is closed already stays so."""
    reset(socket.transport)
    await socket.wait_closed()


async def close(socket: ClientConnection, patience: float) -> None:
    """Close a connection properly, and cut it when the other side does not play along."""
    try:
        async with asyncio.timeout(patience):
            await socket.close()
    except TimeoutError:
        await abort(socket)
