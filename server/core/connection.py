"""One WebSocket connection: the Sans-I/O protocol of ``websockets`` on an asyncio transport.

Messages are handed on as they arrive and answers are written at once, without a task in between. What a peer sends
stays bounded: reading pauses while answers are owed or not fetched, and every stage of the connection has a limit
in time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Protocol, cast

from websockets.extensions.base import ServerExtensionFactory
from websockets.extensions.permessage_deflate import enable_server_permessage_deflate
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import CONNECTING, OPEN, SEND_EOF
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from server.core.handshake import UNANSWERED, Handshake, Refusal
from server.core.listening import address, reason
from server.core.settings import ServerSettings
from server.core.stations import Station
from server.core.tls import peer_certificate

MAX_UNANSWERED = 64
"""CALLs of one station that may be unanswered before reading pauses."""

READ_SIZE = 16 * 1024
"""Bytes that are read at once."""

_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

_logger = logging.getLogger("plugfest.websocket")
_logger.addHandler(logging.NullHandler())
_logger.propagate = False


class Receiver(Protocol):
    """Whoever is told what arrives on an open connection."""

    def receive(self, data: bytes) -> None:
        """Take a text message."""
        ...

    def lost(self, why: str) -> None:
        """Learn that the connection has ended, and why; called once."""
        ...


Admit = Callable[[Station, str, "Connection"], Receiver]
"""Makes the receiver for a station, the subprotocol that it speaks and its connection."""


class Connection(asyncio.BufferedProtocol):
    """The server's end of a WebSocket connection (RFC 6455)."""

    protocol: type[ServerProtocol] = ServerProtocol

    def __init__(
        self, settings: ServerSettings, handshake: Handshake, admit: Admit, begun: Callable[[Connection], None]
    ) -> None:
        """Prepare a connection; ``admit`` makes the receiver for a station whose handshake is done.

        ``begun`` is called once it is made: with TLS that may never come to pass.
        """
        self._begun = begun
        self.settings = settings
        self.handshake = handshake
        self.admit = admit
        self.receiver: Receiver | None = None
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._buffer = memoryview(bytearray(READ_SIZE))  # of a bytearray, TLS would fill a copy
        self._fragments: bytearray | None = None
        self._fragments_opcode = Opcode.TEXT
        self._timer: asyncio.TimerHandle | None = None
        self._heard = True
        self._asked = False
        self.peer = ""
        self._unanswered = 0
        self._write_paused = False
        self._cause: str | None = None
        self._farewell: tuple[int, str] | None = None
        self._websocket = self.protocol(
            extensions=self.extensions(),
            select_subprotocol=lambda _, offered: cast("Subprotocol | None", self.handshake.subprotocol(offered)),
            max_size=settings.max_message_size,
            logger=_logger,
        )

    def extensions(self) -> Sequence[ServerExtensionFactory]:
        """Return the extensions of RFC 6455 that are agreed to."""
        return enable_server_permessage_deflate(None)

    # What the session asks for.

    @property
    def open(self) -> bool:
        """Whether messages can be sent."""
        connected = self._transport is not None and not self._transport.is_closing()
        return connected and self._websocket.state is OPEN

    @property
    def ending(self) -> str:
        """Why the connection has ended, or is about to."""
        sent, received = self._websocket.close_sent, self._websocket.close_rcvd
        if self._cause is not None:
            return self._cause
        if received is not None and (sent is None or self._websocket.close_rcvd_then_sent):
            return f"closed by the station: {received}"
        return "lost without a closing handshake" if sent is None else f"closed by the central system: {sent}"

    def send(self, data: bytes) -> bool:
        """Send a text message, and return whether that was possible: it may be too late for an open connection."""
        if not self.open:
            return False
        self._websocket.send_text(data)
        self._flush()
        return True

    def close(self, code: int, reason: str = "") -> None:
        """Begin the closing handshake; the peer has a limited time to take part in it."""
        if self.open:
            self._websocket.send_close(code, reason)
            self._flush()

    def close_when_answered(self, code: int, reason: str) -> None:
        """Read no more, and close once every answer has been sent that is owed; a peer not let in yet is dropped."""
        if self._websocket.state is CONNECTING:
            self.abort(reason)
        elif self._unanswered:
            self._farewell = code, reason
            self._cancel_timer()
            self._throttle()
        else:
            self.close(code, reason)

    def abort(self, why: str = "aborted") -> None:
        """End the connection at once, without a closing handshake."""
        self._cause = self._cause or why
        if self._transport is not None:
            self._transport.abort()

    def owe(self, change: int) -> None:
        """Note that one more answer is owed, or that one has been sent."""
        self._unanswered += change
        if self._farewell is not None and not self._unanswered:
            farewell, self._farewell = self._farewell, None
            self.close(*farewell)
        self._throttle()

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the request to connect."""
        self._transport = cast(asyncio.Transport, transport)
        self.peer = address(transport)
        self._begun(self)
        self._timer = self._loop.call_later(self.settings.open_timeout, self.unasked)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where bytes from the peer go; asyncio's own buffers cost more than all the rest of reading."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take bytes from the peer out of the buffer."""
        self.data_received(bytes(self._buffer[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """Take bytes from the peer."""
        self._heard = True
        self._websocket.receive_data(data)
        for event in self._websocket.events_received():
            if isinstance(event, Request):
                self._open(event)
            elif isinstance(event, Frame):
                self._take(event)
        if self._websocket.state is CONNECTING and self._websocket.handshake_exc is not None and not self._asked:
            self._asked = True
            self._malformed(self._websocket.handshake_exc)
        self._flush()

    def eof_received(self) -> None:
        """Take the end of what the peer sends; the transport then closes."""
        self._websocket.receive_eof()
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the receiver that the connection has ended."""
        self._cancel_timer()
        self._transport = None
        if isinstance(exc, OSError) and self._websocket.close_sent is None:
            self._cause = self._cause or f"lost: {reason(exc)}"
        self._websocket.receive_eof()
        if not self.ended.done():
            self.ended.set_result(None)
        self._finish()

    def pause_writing(self) -> None:
        """Stop to read from a peer that does not fetch its answers."""
        self._write_paused = True
        self._throttle()

    def resume_writing(self) -> None:
        """Read on."""
        self._write_paused = False
        self._throttle()

    # The stages of a connection.

    def respond(self, request: Request) -> tuple[Response, Station | None]:
        """Return the HTTP answer to a request, and the station if it may come in."""
        response = self._websocket.accept(request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            if request.headers.get_all("Sec-WebSocket-Version") not in ([], ["13"]):
                response = self._websocket.reject(HTTPStatus.UPGRADE_REQUIRED, "Only version 13 is spoken.\n")
                response.headers["Upgrade"] = "websocket"
            response.headers["Sec-WebSocket-Version"] = "13"
            return response, None
        station = self.handshake.station(request)
        if isinstance(station, Refusal):
            return self._refuse(station), None
        assert self._transport is not None
        refusal = self.handshake.authenticate(station, request, peer_certificate(self._transport))
        return (response, station) if refusal is None else (self._refuse(refusal), None)

    def opened(self, station: Station, subprotocol: str | None) -> None:
        """Serve a station from now on, unless there is no version that both sides speak (OCPP-J 1.6 3.2)."""
        if subprotocol is None:
            code = str(CloseCode.PROTOCOL_ERROR.value)
            self.handshake.turned_away(self.peer, code, "no common subprotocol", station.id)
            self.close(CloseCode.PROTOCOL_ERROR, "no common subprotocol")
        else:
            self.receiver = self.admit(station, subprotocol, self)

    def binary(self) -> None:
        """Refuse a binary message: OCPP travels as text (OCPP-J 1.6 4.1.2)."""
        self.close(CloseCode.UNSUPPORTED_DATA, "OCPP messages are text")

    def unasked(self) -> None:
        """Drop a peer that has not asked to be let in for too long."""
        self.handshake.turned_away(self.peer, UNANSWERED, "no request in time")
        self.abort()

    def keep_alive(self) -> None:
        """Ping the peer, or drop it where it has been silent since the last ping (OCPP-J 1.6 5.3)."""
        if not self._heard:
            self.abort("silent for two ping intervals")
            return
        self._heard = False
        self._websocket.send_ping(b"")
        self._flush()
        self._timer = self._loop.call_later(self.settings.ping_interval, self.keep_alive)

    def _refuse(self, refusal: Refusal) -> Response:
        response = self._websocket.reject(refusal.status, refusal.text)
        for name, value in refusal.headers.items():
            response.headers[name] = value
        return response

    def _malformed(self, problem: Exception) -> None:
        """Note a request that could not be read; the protocol answers it, or leaves that to ``_flush``."""
        first = self._websocket.writes[0]
        status = first.split(b" ", 2)[1].decode() if first.startswith(b"HTTP/") else "400"
        self.handshake.turned_away(self.peer, status, str(problem))

    def _open(self, request: Request) -> None:
        self._cancel_timer()
        self._asked = True
        response, station = self.respond(request)
        if station is None:
            text = (response.body or b"").decode().strip()
            identity = self.handshake.identity(request.path)
            self.handshake.turned_away(self.peer, str(response.status_code), text, identity)
        self._websocket.send_response(response)
        self._flush()
        if station is not None:
            self._timer = self._loop.call_later(self.settings.ping_interval, self.keep_alive)
            self.opened(station, self._websocket.subprotocol)

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT or frame.opcode is Opcode.BINARY:
            if frame.fin:
                self._message(frame.opcode, bytes(frame.data))
            else:
                self._fragments, self._fragments_opcode = bytearray(frame.data), frame.opcode
        elif frame.opcode is Opcode.CONT and self._fragments is not None:
            self._fragments += frame.data
            if frame.fin:
                message, self._fragments = bytes(self._fragments), None
                self._message(self._fragments_opcode, message)

    def _message(self, opcode: Opcode, data: bytes) -> None:
        if not self.open or self.receiver is None:
            return
        if opcode is Opcode.BINARY:
            self.binary()
        elif data.isascii() or _is_utf8(data):
            self.receiver.receive(data)
        else:
            self._websocket.fail(CloseCode.INVALID_DATA, "not UTF-8")

    def _flush(self) -> None:
        """Write what the protocol wants to send, and watch over the end of the connection where it begins."""
        writes = self._websocket.data_to_send()
        if self._transport is None or self._transport.is_closing():
            return
        if writes and writes[-1] == SEND_EOF:
            if len(writes) == 1 and self._websocket.state is CONNECTING:
                writes.insert(0, _BAD_REQUEST)
            self._transport.write(b"".join(writes))
            self._end()
        elif writes:
            self._transport.write(writes[0] if len(writes) == 1 else b"".join(writes))
            if self._websocket.close_expected():
                self._end_soon()

    def _end(self) -> None:
        assert self._transport is not None
        if self._transport.can_write_eof():
            self._transport.write_eof()
            self._end_soon()
        else:
            self._transport.close()

    def _end_soon(self) -> None:
        self._limit(self.settings.close_timeout)
        self._finish()

    def _finish(self) -> None:
        receiver, self.receiver = self.receiver, None
        if receiver is not None:
            receiver.lost(self.ending)

    def _throttle(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._unanswered >= MAX_UNANSWERED or self._write_paused or self._farewell is not None:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _limit(self, seconds: float) -> None:
        self._cancel_timer()
        self._timer = self._loop.call_later(seconds, self.abort)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
