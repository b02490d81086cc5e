"""WebSocket connections over gevent sockets: Sans-I/O frames, and no greenlet for a connection once it is open."""

from __future__ import annotations

import errno
import os
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import gevent
from gevent import socket
from gevent.monkey import get_original
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from simulators.connection import MAX_MESSAGE, Endpoint
from simulators.load.agenda import Agenda
from simulators.load.frames import size_of, text_frame, whole_text

PORTION = 65_536
"""Bytes that are read at once."""

READ, WRITE = 1, 2

_system_socket = get_original("socket", "socket")

FIRST = 2
"""The priority with which the event loop reads, so that what has arrived is stamped before anything is worked on."""


class NotOpened(Exception):
    """A connection that was not granted; the text is the cause, alike for all stations that meet it."""


Place = tuple[int, Any]
"""The family and the address of a socket."""


@dataclass(frozen=True, slots=True)
class Access:
    """How stations get to the central system.

    ``place`` is what the host of the endpoint was resolved to, once for all. ``name`` is the identity of each number;
    ``headers``, and ``context``, None without TLS, are what it proves itself with. ``tags`` are the idTags that are
    used, ``patience`` the seconds until a connection is open, and until a CALL is answered.
    """

    endpoint: Endpoint
    place: Place
    name: Callable[[int], str]
    headers: Callable[[str], Mapping[str, str]]
    context: Callable[[str], ssl.SSLContext | None]
    tags: Sequence[str]
    patience: float = 30.0


class Listener(Protocol):
    """Whoever a connection is for."""

    def heard(self, message: str | bytes, at: float) -> None:
        """Take a message in that has arrived at a time."""
        ...

    def lost(self, cause: str, at: float) -> None:
        """Take notice that the connection has ended though nobody here wanted that."""
        ...


class Link:
    """One open connection. Nothing here waits: what cannot be sent yet is kept until it can.

    ``begun`` is how many bytes came behind the answer to the handshake.
    """

    __slots__ = (
        "_agenda",
        "_begun",
        "_closing",
        "_encrypted",
        "_listener",
        "_protocol",
        "_reading",
        "_socket",
        "_text",
        "_unsent",
        "_writing",
    )

    def __init__(
        self, connected: Any, protocol: ClientProtocol, listener: Listener, agenda: Agenda, begun: int = 0
    ) -> None:
        self._encrypted = isinstance(connected, ssl.SSLSocket)
        self._socket = connected if self._encrypted else _plain(connected)
        self._protocol = protocol
        self._listener = listener
        self._agenda = agenda
        self._closing = False
        self._unsent = b""
        self._text = b""
        self._writing: Any = None
        self._socket.settimeout(0)
        self._reading = gevent.get_hub().loop.io(self._socket.fileno(), READ, priority=FIRST)
        self._reading.start(self._readable)
        events = protocol.events_received()[1:]  # what came at once with the answer to the handshake
        self._begun = begun - _sizes(events)
        if events:
            agenda.arrived(lambda data, at: self._events(events, at), b"")

    def send(self, text: bytes) -> None:
        """Send a text message."""
        self.hold(text)
        if self._socket is not None:
            self._write()

    def hold(self, text: bytes) -> None:
        """Make a text message ready, which goes out with ``release`` or whatever is sent before.

        It is dropped where the other side is closing the connection, of which the listener is told next.
        """
        if not self._closing:
            self._unsent += text_frame(text)

    def release(self) -> None:
        """Send what is held."""
        if self._socket is not None:
            self._write()

    @property
    def held(self) -> tuple[Callable[[bytes], int], bytes]:
        """What is held, and what writes it to the connection without a detour, raising OSError where it cannot."""
        if self._socket is None:
            return len, b""
        return self._socket.send if self._encrypted else partial(os.write, self._socket.fileno()), self._unsent

    def written(self, count: int) -> None:
        """Take notice that so many bytes of what is held were written, and send the rest."""
        self._unsent = self._unsent[count:]
        self.release()

    def close(self) -> None:
        """Close the connection properly, without waiting for the other side."""
        if not self._closing:
            self._protocol.send_close(1000)
            self._flush()
        self._release()

    def abort(self) -> None:
        """Drop the connection as a station does that loses power."""
        self._release()

    def _readable(self) -> None:
        """Read what is there; the event loop calls this."""
        while True:
            try:
                data = self._socket.recv(PORTION)
            except (BlockingIOError, ssl.SSLWantReadError):
                return
            except OSError:
                data = b""
            self._agenda.arrived(self._take, data)
            if not data:
                self._reading.stop()
            if not data or not self._encrypted:
                return

    def _take(self, data: bytes, at: float) -> None:
        if self._socket is None:
            return
        protocol = self._protocol
        if not self._begun and protocol.current_size is None and (text := whole_text(data)) is not None:
            self._listener.heard(str(text, "utf-8", "replace"), at)
            return
        if data:
            protocol.receive_data(data)
        else:
            protocol.receive_eof()
        events = protocol.events_received()
        self._begun += len(data) - _sizes(events)
        self._closing = protocol.state is not State.OPEN
        self._events(events, at)
        if self._socket is not None and protocol.writes:
            self._flush()
        if self._socket is not None and self._closing:
            self._end(at)

    def _events(self, events: list[Any], at: float) -> None:
        for event in events:
            if not isinstance(event, Frame) or event.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                continue
            if event.opcode is Opcode.TEXT and event.fin:
                self._listener.heard(str(event.data, "utf-8", "replace"), at)
            elif event.opcode is Opcode.BINARY:
                self._listener.heard(bytes(event.data), at)
            else:
                self._text += bytes(event.data)
                if event.fin:
                    text, self._text = self._text, b""
                    self._listener.heard(str(text, "utf-8", "replace"), at)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            self._unsent += data
        self._write()

    def _write(self) -> None:
        while self._unsent:
            try:
                count = self._socket.send(self._unsent)
            except (BlockingIOError, ssl.SSLWantWriteError):
                self._await_writing()
                return
            except OSError:
                self._unsent = b""
                return  # reading tells of the end
            self._unsent = self._unsent[count:]
        if self._writing is not None:
            self._writing.stop()

    def _await_writing(self) -> None:
        if self._writing is None:
            self._writing = gevent.get_hub().loop.io(self._socket.fileno(), WRITE)
        self._writing.start(self._write)

    def _end(self, at: float) -> None:
        close = self._protocol.close_rcvd
        self._release()
        self._listener.lost(f"closed {close.code}" if close else "lost", at)

    def _release(self) -> None:
        if self._socket is None:
            return
        for watcher in (self._reading, self._writing):
            if watcher is not None:
                watcher.stop()
                watcher.close()
        self._socket.close()
        self._socket = None


def release(links: Iterable[Link]) -> None:
    """Send what each of some links holds, with nothing to do in between but to write."""
    held = [(link, *link.held) for link in links]
    counts = []
    for _, write, data in held:
        try:
            counts.append(write(data))
        except OSError:
            counts.append(0)
    for (link, _, _), count in zip(held, counts, strict=True):
        link.written(count)


def open_link(access: Access, station: str, subprotocol: str, listener: Listener, agenda: Agenda) -> Link:
    """Connect a station, in a greenlet of its own; raises NotOpened within the patience."""
    connected = None
    try:
        with gevent.Timeout(access.patience, NotOpened(f"no connection within {access.patience:g} s")):
            connected = _connected(access, station)
            protocol, begun = _handshake(connected, access, station, subprotocol)
        return Link(connected, protocol, listener, agenda, begun)
    except BaseException as error:
        if connected is not None:
            connected.close()
        if isinstance(error, OSError):
            raise NotOpened(_cause(error)) from None
        raise


def resolved(endpoint: Endpoint) -> Place:
    """Return where an endpoint is; raises OSError."""
    family, *_, address = socket.getaddrinfo(*endpoint.entrance, type=socket.SOCK_STREAM)[0]
    return family, address


def _connected(access: Access, station: str) -> Any:
    family, address = access.place
    connected = socket.socket(family, socket.SOCK_STREAM)
    try:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.connect(address)
        if (context := access.context(station)) is None:
            return connected
        return context.wrap_socket(connected, server_hostname=access.endpoint.place[0])
    except BaseException:
        connected.close()
        raise


def _plain(connected: Any) -> Any:
    """Return the same connection as a socket of the system, since nothing here waits in a greenlet any more."""
    return _system_socket(fileno=connected.detach())


def _sizes(events: Sequence[Any]) -> int:
    """Return how many bytes the frames among some events took."""
    return sum(size_of(event.data) for event in events if isinstance(event, Frame))


def _handshake(connected: Any, access: Access, station: str, subprotocol: str) -> tuple[ClientProtocol, int]:
    """Return the protocol of a connection that is open, and how many bytes came behind the answer."""
    uri = parse_uri(access.endpoint.address(station))
    protocol = ClientProtocol(uri, subprotocols=[Subprotocol(subprotocol)], max_size=MAX_MESSAGE)
    request = protocol.connect()
    for name, value in access.headers(station).items():
        request.headers[name] = value
    protocol.send_request(request)
    connected.sendall(b"".join(protocol.data_to_send()))
    answer = b""
    while protocol.state is State.CONNECTING and protocol.handshake_exc is None:
        data = connected.recv(PORTION)
        if not data:
            raise NotOpened("closed instead of an answer to the handshake")
        answer += data
        protocol.receive_data(data)
    match protocol.handshake_exc:
        case None:
            pass
        case InvalidStatus() as refused:
            raise NotOpened(f"refused: HTTP {refused.response.status_code}")
        case InvalidHandshake() | _:
            raise NotOpened("an answer that is no WebSocket handshake")
    if protocol.subprotocol != subprotocol:
        raise NotOpened(f"the subprotocol {subprotocol} was not agreed on")
    return protocol, len(answer.partition(b"\r\n\r\n")[2])


def _cause(error: OSError) -> str:
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return "the limit of open files of the generator"
    if error.errno == errno.EADDRNOTAVAIL:
        return "no free port on the generator's side"
    if isinstance(error, ssl.SSLError):
        return "TLS was not agreed on"
    if isinstance(error, ConnectionRefusedError):
        return "unreachable: connection refused"
    return f"unreachable: {error.strerror or error}"
