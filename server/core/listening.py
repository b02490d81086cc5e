"""Listening: ports are bound at the start, and TLS begins once a connection has been accepted.

So keys and certificates are made when the first station needs them, and a TLS handshake that fails can be told of.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import cast

from server.core.settings import another

BACKLOG = 128
"""Connections that wait to be accepted."""

Secured = Callable[[], Awaitable[ssl.SSLContext]]
"""Returns the TLS context of an endpoint, and makes it on first use."""


class AddressError(OSError):
    """An address that cannot be listened at; the text names the settings that choose another."""


def bind(host: str, port: int, host_setting: str, port_setting: str) -> socket.socket:
    """Return a socket that listens; the settings are those which an AddressError is to name."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        problem, setting = _problem(error, host, port, host_setting, port_setting)
        raise AddressError(f"{problem}: {another(setting)}") from error
    # inherited by each connection: asyncio does so only for sockets whose protocol is spelt out
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _problem(error: OSError, host: str, port: int, host_setting: str, port_setting: str) -> tuple[str, str]:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is in use, perhaps by another central system", port_setting
    if error.errno == errno.EACCES:
        return f"port {port} of {host} is not allowed to this user", port_setting
    return f"{host} is no address of this machine ({error.strerror or error})", host_setting


class TlsDoor:
    """Takes connections that have been accepted over to TLS."""

    def __init__(
        self,
        connect: Callable[[], asyncio.BaseProtocol],
        secured: Secured,
        refused: Callable[[str, str], None],
        patience: float,
    ) -> None:
        """Prepare it; ``refused`` is told the peer and the reason where TLS fails within ``patience`` seconds."""
        self._connect = connect
        self._secured = secured
        self._refused = refused
        self._patience = patience
        self._opening: set[asyncio.Task[None]] = set()

    def accept(self) -> asyncio.BaseProtocol:
        """Return the protocol of a connection that has just been accepted."""
        return _Accepted(self)

    def take_over(self, transport: asyncio.Transport) -> None:
        """Take the socket out of its transport before anything is read, and begin TLS on it."""
        transport.pause_reading()
        peer = address(transport)
        try:
            taken = transport.get_extra_info("socket").dup()
        except OSError as error:
            self._refused(peer, f"TLS failed: {reason(error)}")
            return
        finally:
            transport.abort()
        opening = asyncio.create_task(self._open(taken, peer), name=f"TLS with {peer}")
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)

    def close(self) -> None:
        """Give up all handshakes that have not ended."""
        for opening in self._opening:
            opening.cancel()

    async def _open(self, taken: socket.socket, peer: str) -> None:
        try:
            context = await self._context(taken)
            await asyncio.get_running_loop().connect_accepted_socket(
                self._connect, taken, ssl=context, ssl_handshake_timeout=self._patience
            )
        except OSError as error:
            self._refused(peer, f"TLS failed: {reason(error)}")

    async def _context(self, taken: socket.socket) -> ssl.SSLContext:
        try:
            return await self._secured()
        except BaseException:
            taken.close()
            raise


class _Accepted(asyncio.Protocol):
    def __init__(self, door: TlsDoor) -> None:
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._door.take_over(cast(asyncio.Transport, transport))


def address(transport: asyncio.BaseTransport) -> str:
    """Return the address of a peer as text."""
    host, port = (transport.get_extra_info("peername") or ("unknown", 0))[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def reason(error: OSError) -> str:
    """Return what an error of the network says, in the words of the system or of TLS."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return str(error.strerror or error) or type(error).__name__
