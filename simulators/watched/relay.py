"""The relay: lets stations in, connects each to the central system, and has what they say passed on and judged."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random
from socket import socket
from typing import Any

from harness.conversation import Conversation
from harness.trace import Direction, Event
from harness.versions import VERSIONS, Version
from simulators.connection import Endpoint, Unreachable, unreachable
from simulators.network.faults import Fault, Faults
from simulators.watched.handshake import END, LONGEST_HEAD, Answer, NoHandshake, Request, refusal
from simulators.watched.link import Link, Passage, Stream

LONGEST_BODY = 2**20
"""Bytes of an answer other than 101 that are passed on."""

PAUSE = 0.2
"""Seconds until stations are let in again after this machine could not."""

_SPOKEN = {version.subprotocol: version for version in VERSIONS.values()}


class Relay:
    """Passes stations on to the central system at ``endpoint``.

    ``conversation`` returns the one of a station and a version, ``told`` is told what belongs to none; a station that
    says no version speaks the ``usual`` one. With ``security`` stations connect with TLS. ``patience`` is how long each
    step of a handshake may take, in seconds; ``seed`` is what chance of the ``faults`` follows from.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        conversation: Callable[[str, Version], Conversation],
        told: Callable[[str], None],
        *,
        usual: Version,
        patience: float,
        security: ssl.SSLContext | None = None,
        faults: Sequence[Fault] = (),
        seed: int = 0,
    ) -> None:
        self._endpoint = endpoint
        self._conversation = conversation
        self._told = told
        self._usual = usual
        self._patience = patience
        self._security = security
        self._faults = faults
        self._seed = seed
        self._of_station: dict[str, Faults] = {}
        self._serving: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self, listener: socket) -> AsyncIterator[None]:
        """Let stations in at a socket that listens while the context is entered; then all connections are closed."""
        listener.setblocking(False)
        accepting = asyncio.create_task(self._accept(listener), name="relay")
        try:
            yield
        finally:
            accepting.cancel()
            for task in self._serving:
                task.cancel()
            await asyncio.wait({accepting, *self._serving})

    async def _accept(self, listener: socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, peer = await loop.sock_accept(listener)
            except OSError as error:  # too many open files, or a station that has gone already
                self._told(f"a station could not be let in: {error.strerror or error}")
                await asyncio.sleep(PAUSE)
                continue
            task = asyncio.create_task(self._serve(accepted, f"{peer[0]}:{peer[1]}"))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

    async def _serve(self, accepted: socket, peer: str) -> None:
        try:
            station = await self._let_in(accepted)
        except OSError as error:
            reason = getattr(error, "reason", None) or error.strerror or error
            self._told(f"{peer}: TLS failed: {reason}")
            accepted.close()
            return
        try:
            async with asyncio.timeout(self._patience):
                request = Request.parse(await station.reader.readuntil(END))
        except NoHandshake as no:
            self._told(f"{peer}: {no}")
            station.writer.write(refusal(no.status, str(no)))
        except (TimeoutError, asyncio.LimitOverrunError, asyncio.IncompleteReadError, OSError):
            self._told(f"{peer}: no handshake of a WebSocket came")
        else:
            await self._bring_together(station, request)
        finally:
            await station.close(self._patience)

    async def _let_in(self, accepted: socket) -> Stream:
        """Return the connection that was accepted, once TLS is agreed on if it is wanted."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(LONGEST_HEAD)
        protocol = asyncio.StreamReaderProtocol(reader)
        options: dict[str, Any] = {"ssl_handshake_timeout": self._patience} if self._security else {}
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, accepted, ssl=self._security, **options)
        return Stream(reader, asyncio.StreamWriter(transport, protocol, reader, loop))

    async def _bring_together(self, station: Stream, request: Request) -> None:
        """Ask the central system on behalf of a station, and pass on what it says."""
        asked = next((_SPOKEN[one] for one in request.subprotocols if one in _SPOKEN), self._usual)
        central = await self._connect(request.station)
        if isinstance(central, Unreachable):
            self._conversation(request.station, asked).refuse(Direction.SENT, Event.LOST, str(central))
            station.writer.write(refusal("502 Bad Gateway", str(central)))
            return
        try:
            answer, raw = await self._ask(central, request)
            if isinstance(answer, Unreachable):
                self._conversation(request.station, asked).refuse(Direction.RECEIVED, Event.REFUSED, str(answer))
                station.writer.write(refusal("502 Bad Gateway", str(answer)))
                return
            station.writer.write(raw)
            if answer.status == 101:
                await self._link(station, central, request, answer)
            else:
                self._conversation(request.station, asked).refuse(Direction.RECEIVED, Event.REFUSED, answer.text)
                await self._pass_body(station, central, answer)
        finally:
            await central.close(self._patience)

    async def _connect(self, identity: str) -> Stream | Unreachable:
        endpoint = self._endpoint
        options: dict[str, Any] = {}
        if endpoint.ssl:
            options = {"ssl": endpoint.ssl, "server_hostname": endpoint.place[0]}
        try:
            async with asyncio.timeout(self._patience):
                return Stream(*await asyncio.open_connection(*endpoint.entrance, limit=LONGEST_HEAD, **options))
        except OSError as error:
            return unreachable(endpoint, endpoint.address(identity), error, self._patience)

    async def _ask(self, central: Stream, request: Request) -> tuple[Answer | Unreachable, bytes]:
        """Return what the central system answers the handshake with, and the bytes of that."""
        address = self._endpoint.address(request.station)
        central.writer.write(request.forwarded(self._endpoint))
        try:
            async with asyncio.timeout(self._patience):
                raw = await central.reader.readuntil(END)
            return Answer.parse(raw), raw
        except (OSError, asyncio.IncompleteReadError) as error:
            return unreachable(self._endpoint, address, error, self._patience), b""
        except (ValueError, asyncio.LimitOverrunError) as error:
            return Unreachable(f"{address} gave {error}"), b""

    async def _link(self, station: Stream, central: Stream, request: Request, answer: Answer) -> None:
        chosen = answer.subprotocol
        version = self._usual if chosen is None else _SPOKEN.get(chosen)
        if version is None:
            self._told(f"{request.station}: {chosen} was agreed on, which is passed on but not judged")
            await Passage(station, central, patience=self._patience).carry()
            return
        conversation = self._conversation(request.station, version)
        wire = conversation.begin(f"101 with subprotocol {chosen}")
        faults = self._faults_of(request.station)
        try:
            await Link(station, central, conversation, wire, patience=self._patience, faults=faults).carry()
        finally:
            conversation.end(wire)

    async def _pass_body(self, station: Stream, central: Stream, answer: Answer) -> None:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._patience):
                left = LONGEST_BODY if answer.length is None else min(answer.length, LONGEST_BODY)
                while left and (data := await central.reader.read(left)):
                    station.writer.write(data)
                    left -= len(data)
                await station.writer.drain()

    def _faults_of(self, station: str) -> Faults | None:
        """Return the faults of the messages of a station, which are counted over all its connections."""
        if not self._faults:
            return None
        return self._of_station.setdefault(station, Faults(self._faults, Random(f"{self._seed} {station}")))  # noqa: S311
