"""The line between a station and its central system: one connection at a time, and everything on it in the trace."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from harness.ocppj import Frame
from harness.trace import Direction, Entry, Event, Trace
from harness.verdict import Inconclusive, Nonconformity
from harness.versions import Version
from harness.wire import Wire
from simulators.connection import (
    FLOOD,
    Closed,
    Declined,
    Endpoint,
    Handshake,
    Party,
    Socket,
    Unreachable,
    Upgraded,
    abort,
    close,
    closed,
    open_socket,
)
from simulators.credentials import basic
from simulators.manners import BUSY, Conduct, Manners, attempts
from simulators.network.faults import HELD, Fault, Faults, Verb
from simulators.observation import ConnectionGone
from simulators.rawsocket import RawSocket


class Line(ABC):
    """The end of a line that one identity holds; every message of the central system is judged as it arrives.

    ``patience`` is the time in seconds that the central system has for what it owes; ``conduct`` that of its identity,
    shared with everything else that connects under it. With a ``password`` it gives Basic credentials wherever it
    connects (OCPP-J 1.6 6.2.2).
    """

    version: ClassVar[Version]

    def __init__(
        self,
        id: str,
        endpoint: Endpoint,
        trace: Trace,
        *,
        patience: float = 5.0,
        conduct: Conduct | None = None,
        password: bytes | None = None,
    ) -> None:
        self.id = id
        self.endpoint = endpoint
        self.password = password
        self.patience = patience
        self.conduct = conduct or Manners().of(id)
        self._connection: Upgraded | None = None
        self._reader: asyncio.Task[None] | None = None
        self._closed: asyncio.Future[Closed] | None = None
        self._wire = Wire(id, self.version, trace)
        self.faults: Faults | None = None
        self._cut: str | None = None
        self._parting = False
        self._overtaken = asyncio.Event()
        self._held: tuple[Frame, Entry] | None = None

    @property
    def subprotocol(self) -> str:
        """The subprotocol that it asks for."""
        return self.version.subprotocol

    @property
    def trace(self) -> Trace:
        """Where its wire is recorded."""
        return self._wire.trace

    @abstractmethod
    def heard(self, frame: Frame, entry: Entry) -> None:
        """Take a frame of the central system in that has just arrived; never waits."""

    @abstractmethod
    def ended(self) -> None:
        """Take notice that the connection has ended."""

    async def knock(
        self,
        *,
        subprotocols: Sequence[str] | None = None,
        headers: Mapping[str, str] | None = None,
        compression: bool = False,
    ) -> Handshake:
        """Ask for a connection and return what came of it; an upgrade is kept open as this station's connection.

        ``headers``, even empty ones, take the place of the station's credentials.
        """
        if self.connected:
            await self.disconnect()
        await self.conduct.approach()
        names = [self.subprotocol] if subprotocols is None else list(subprotocols)
        outcome = await open_socket(
            self.endpoint,
            self.id,
            patience=self.patience,
            subprotocols=names,
            headers=self._credentials() if headers is None else headers,
            compression=compression,
        )
        if not isinstance(outcome, Upgraded):
            self._wire.connection = self.conduct.vacant
            if why := self.endpoint.severed():
                self._wire.note(Direction.SENT, Event.LOST, f"{outcome}: {why}")
            elif isinstance(outcome, Declined):
                self.trace.regard(self._wire.note(Direction.RECEIVED, Event.REFUSED, str(outcome)))
            else:
                self._wire.note(Direction.SENT, Event.CLOSED, str(outcome))
            return outcome
        await self._end_reader()
        self.trace.regard(self._wire.opened(self.conduct.opened(), str(outcome)))
        self._connection, self._cut, self._parting = outcome, None, False
        self._closed = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read(outcome, self._closed), name=f"reader of {self.id}")
        await self.conduct.settle()
        return outcome

    async def connect(self, *, compression: bool = False, headers: Mapping[str, str] | None = None) -> Upgraded:
        """Connect, as a precondition of the scenario; raises Inconclusive where that is not granted.

        Whoever is told to come back does so while there is patience.
        """
        async for _ in attempts(self.patience):
            outcome = await self.knock(compression=compression, headers=headers)
            if isinstance(outcome, Upgraded):
                return outcome
            if not isinstance(outcome, Declined) or outcome.status not in BUSY:
                break
        prefix = "" if isinstance(outcome, Unreachable) else f"{self.id} was not let in: "
        raise Inconclusive(f"{prefix}{outcome}")

    @property
    def connected(self) -> bool:
        """Whether the connection is open as far as this side knows."""
        return self._closed is not None and not self._closed.done()

    @property
    def pings(self) -> int:
        """How many WebSocket pings the central system has sent on this connection; each is answered at once."""
        socket = self._connection.socket if self._connection else None
        return socket.pings if isinstance(socket, Socket) else 0

    async def disconnect(self) -> None:
        """Close the connection properly."""
        await self._hang_up(self.patience)

    async def drop(self) -> None:
        """Lose the connection: no close frame, a TCP reset."""
        connection, self._connection = self._connection, None
        if connection:
            await abort(connection.socket)
        await self._end_reader()

    def raw_socket(self) -> RawSocket:
        """Return a connection of this station's own below the WebSocket library; entering it connects."""
        return RawSocket(
            self.endpoint,
            self.id,
            self.trace,
            subprotocol=self.subprotocol,
            patience=self.patience,
            headers=self._credentials(),
            conduct=self.conduct,
        )

    async def wait_closed(self) -> Closed:
        """Wait for the central system to end the connection, which it owes; raises Nonconformity."""
        assert self._closed is not None, "the station never connected"
        try:
            async with asyncio.timeout(self.patience):
                return await asyncio.shield(self._closed)
        except TimeoutError:
            observed = f"a connection still open after {self.patience:g} s"
            raise Nonconformity("the connection closed by the central system", observed, clause="RFC 6455 7") from None

    async def gone(self) -> Closed:
        """Wait, however long, for the end of the connection."""
        assert self._closed is not None, "the station never connected"
        return await asyncio.shield(self._closed)

    async def linger(self, seconds: float, *, every: float | None = None) -> Closed | None:
        """Stay connected for a time with nothing but pings, or not even those; return how the connection ended if so.

        ``every`` is the time in seconds between two pings.
        """
        assert self._closed is not None, "the station never connected"
        end = asyncio.get_running_loop().time() + seconds
        while (left := end - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait({self._closed}, timeout=min(every or left, left))
            if self._closed.done():
                return self._closed.result()
            if every is not None:
                await self.ping()
        return None

    async def ping(self, data: bytes = b"") -> None:
        """Send a WebSocket ping and wait for its pong, which is owed; raises Nonconformity."""
        socket = self._socket()
        self._wire.note(Direction.SENT, Event.PING, data.hex())
        try:
            async with asyncio.timeout(self.patience):
                await (await socket.ping(data))
        except TimeoutError:
            raise Nonconformity("a pong", f"none within {self.patience:g} s", clause="RFC 6455 5.5.2") from None
        except ConnectionClosed:
            raise Nonconformity("a pong", str(await self.wait_closed()), clause="RFC 6455 5.5.2") from None
        self._wire.note(Direction.RECEIVED, Event.PONG, data.hex())

    async def send(self, message: Frame | Sequence[Any] | str | bytes) -> Entry:
        """Send a frame, a list that passes for one, a raw text, or raw bytes as a binary message.

        Raises Inconclusive when the connection is gone.
        """
        await self.conduct.turn()
        fault = self.faults.strike(Direction.SENT, message) if self.faults else None
        if fault is not None and (noted := await self._suffer(fault)):
            return noted
        entry = await self._hand_over(message)
        if fault is not None and fault.verb is Verb.DUPLICATE:
            await self._hand_over(message)
        return entry

    async def _suffer(self, fault: Fault) -> Entry | None:
        """Have a fault strike what is about to be sent, and return its entry where that is then not sent at all."""
        noted = self._wire.note(Direction.SENT, Event.FAULT, fault.text)
        match fault.verb:
            case Verb.DROP:
                return noted
            case Verb.DELAY:
                await asyncio.sleep(fault.seconds)
            case Verb.REORDER:
                self._overtaken.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(HELD):
                        await self._overtaken.wait()
            case Verb.CUT:
                self._cut = fault.text
                await abort(self._socket())
        return None

    async def _hand_over(self, message: Frame | Sequence[Any] | str | bytes) -> Entry:
        socket, ended = self._socket(), self._closed
        assert ended is not None, "the station never connected"
        if ended.done():
            raise ConnectionGone(self.id, ended.result())
        data, entry = self._wire.sent(message)
        if self.endpoint.via:
            self.endpoint.via.used()
        try:
            async with asyncio.timeout(self.patience):
                await socket.send(data)
        except ConnectionClosed as error:
            await asyncio.wait({ended}, timeout=self.patience)  # who ended it is for the reader to say
            raise ConnectionGone(self.id, ended.result() if ended.done() else closed(error, socket)) from None
        except TimeoutError:
            raise Inconclusive(f"{self.id} could not send: the central system stopped reading") from None
        self._overtaken.set()
        return entry

    def received(self, since: int = 0) -> list[Entry]:
        """Return what the central system sent to this station from trace entry ``since`` on."""
        return [
            entry
            for entry in self.trace
            if entry.index >= since and entry.station == self.id and entry.direction is Direction.RECEIVED
        ]

    # Inside

    def _credentials(self) -> dict[str, str]:
        return {} if self.password is None else basic(self.id, self.password)

    def _socket(self) -> ClientConnection:
        if self._connection is None:
            raise Inconclusive(f"{self.id} is not connected")
        return self._connection.socket

    async def _read(self, connection: Upgraded, ended: asyncio.Future[Closed]) -> None:
        try:
            while True:
                self._take(await connection.socket.recv())
        except ConnectionClosed as error:
            ended.set_result(self._note_end(connection, error))
        except Exception as error:  # a fault of this side: every wait raises it, so that none takes it for an end
            ended.set_exception(error)
            raise
        finally:
            ended.cancel()  # without effect unless this task was cancelled
            self.conduct.ended(self._wire.connection)
            self.ended()

    def _note_end(self, connection: Upgraded, error: ConnectionClosed) -> Closed:
        outcome = closed(error, connection.socket)
        if self._connection is not connection and outcome.violation is None:
            if self._parting and error.rcvd is None and (why := self.endpoint.severed()):
                self._wire.note(Direction.SENT, Event.LOST, why)  # it was gone already when the station left
            outcome = Closed(None, "", by=Party.US)
            self._wire.ended(Direction.SENT, str(outcome))
            return outcome
        if (outcome.code, outcome.violation) == (None, None) and (why := self._cut or self.endpoint.severed()):
            outcome = Closed(None, why, by=Party.NETWORK)
            self._wire.note(Direction.SENT, Event.LOST, str(outcome))
            return outcome
        flood = outcome.violation == FLOOD
        self._wire.ended(Direction.RECEIVED, str(outcome), flood=flood, violation=None if flood else outcome.violation)
        return outcome

    def _take(self, message: str | bytes) -> None:
        entry = self._wire.received(message)
        if entry.frame is None:
            return
        fault = self.faults.strike(Direction.RECEIVED, entry.frame) if self.faults else None
        if fault is None:
            self.heard(entry.frame, entry)
            self._let_go()
            return
        self._wire.note(Direction.RECEIVED, Event.FAULT, fault.text)
        match fault.verb:
            case Verb.DELAY:
                asyncio.get_running_loop().call_later(fault.seconds, self.heard, entry.frame, entry)
            case Verb.DUPLICATE:
                self.heard(entry.frame, entry)
                self.heard(entry.frame, entry)
            case Verb.REORDER:
                self._let_go()
                self._held = entry.frame, entry
                asyncio.get_running_loop().call_later(HELD, self._let_go)
            case Verb.CUT:
                self._cut = fault.text
                self._socket().transport.abort()

    def _let_go(self) -> None:
        """Take in what was held back so that the next message could overtake it."""
        held, self._held = self._held, None
        if held is not None:
            self.heard(*held)

    async def _hang_up(self, patience: float) -> None:
        connection, self._connection = self._connection, None
        self._parting = True
        if connection:
            await close(connection.socket, patience)
        await self._end_reader()

    async def _end_reader(self) -> None:
        """Let the reader of an ended connection finish, and raise what went wrong in it."""
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader
