"""The central system as a whole: its parts put together, its endpoint opened and closed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from websockets.frames import CloseCode

from server.connection import Connection
from server.context import Context
from server.credentials import Credentials
from server.entrance import ENCRYPTED, MUTUAL, PLAIN, Entrance, entrance_of
from server.frame_log import FrameLog
from server.metrics import Metrics
from server.mutants import parts
from server.security_console import SecurityConsole
from server.session import Session, routes
from server.settings import ServerSettings
from server.stations import Station, Stations
from server.store import Store


class CentralSystem:
    """A central system of OCPP 1.6J; an asynchronous context manager that serves while it is entered."""

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self._parts = parts(settings.mutant)
        self._listeners: dict[Entrance, asyncio.Server] = {}
        self._opening = asyncio.Lock()
        self.ports: dict[Entrance, int] = dict(_ports(settings))
        self._connections: set[Connection] = set()

    @property
    def port(self) -> int:
        """The port that stations connect to, or would."""
        return self.ports[PLAIN]

    @property
    def endpoint(self) -> str:
        """The URL to which the identity of a station without TLS is appended."""
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        return f"ws://{host}:{self.port}/ocpp"

    @property
    def opened(self) -> Mapping[Entrance, int]:
        """The endpoints that are open, and their ports."""
        return {entrance: self.ports[entrance] for entrance in self._listeners}

    async def secure_endpoint(self, profile: int) -> str:
        """Return the URL for stations of a security profile, and open that endpoint if it is not open yet.

        Raises ValueError for a profile that there is none of, OSError for a port that is taken.
        """
        entrance = entrance_of(profile)
        if entrance is PLAIN:
            return self.endpoint
        async with self._opening:
            if entrance not in self._listeners:
                await self._listen(entrance)
        return f"wss://{self.settings.tls_host}:{self.ports[entrance]}/ocpp"

    async def start(self, ports: Mapping[Entrance, int] | None = None) -> None:
        """Open the store and the endpoints; raises StoreError, or OSError for a port that is taken.

        ``ports`` are those of an earlier run whose endpoints are opened again.
        """
        settings = self.settings
        self.ports = {**_ports(settings), **(ports or {})}
        store = Store(settings.database, timeout=settings.store_timeout)
        await store.open()
        stations = Stations(store, Credentials(profile=settings.security_profile))
        tags = self._parts.tags(store)
        authority = self._parts.authority(settings.certificates, settings.organisation, settings.tls_host, store)
        operations = self._parts.operations()
        log, metrics = FrameLog(settings.log), Metrics()
        queue = self._parts.queue(settings, store, operations, log)
        self.context = Context(settings, self._parts, store, stations, tags, queue, authority, operations, metrics, log)
        operations.attach([kind(self.context) for kind in self._parts.profiles])
        self.operator = self._parts.operator(self.context)
        self.security = SecurityConsole(self.context, self.operator)
        self._handlers = routes(self.context)
        await stations.load()
        await tags.load()
        await authority.load()
        await queue.load(stations)
        metrics.watch("plugfest_connected_stations", "Stations.", lambda: sum(one.online for one in stations))
        metrics.watch("plugfest_queued_operations", "Operations without an outcome.", lambda: len(queue))
        metrics.watch("plugfest_waiting_writes", "Jobs of the store that are not durable.", lambda: store.waiting)
        try:
            for entrance in {PLAIN, entrance_of(settings.security_profile), *(ports or {})}:
                await self._listen(entrance)
        except OSError:
            self._close_listeners()
            await store.close()
            raise

    async def stop(self) -> None:
        """Close the endpoint and all connections, and store what is waiting."""
        await self._close_endpoint(self.settings.close_timeout)
        await self.context.queue.stop(self.context.stations)
        await self.context.store.close()
        self.context.log.close()

    async def kill(self) -> None:
        """End at once, as a power cut would: nothing is said to stations, nothing more is stored."""
        self._close_listeners()
        for connection in tuple(self._connections):
            connection.abort()
        await self.context.store.kill()
        await self.context.queue.stop(self.context.stations)
        await self._wait_for_ends(1.0)
        self.context.log.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _listen(self, entrance: Entrance) -> None:
        handlers = self._handlers
        handshake = self._parts.handshake(self.context, entrance)

        def admit(station: Station, connection: Connection) -> Session:
            return self._parts.session(self.context, handlers, station, connection)

        def begun(connection: Connection) -> None:
            self._connections.add(connection)
            connection.ended.add_done_callback(lambda _: self._connections.discard(connection))

        def connect() -> Connection:
            return self._parts.connection(self.context, handshake, admit, begun)

        tls: dict[str, Any] = {}
        if entrance.encrypted:
            await self.context.authority.open()
            context = self._parts.tls(self.context.authority).context(mutual=entrance.mutual)
            tls = {"ssl": context, "ssl_handshake_timeout": self.settings.open_timeout}
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(connect, self.settings.host, self.ports[entrance], **tls)
        self._listeners[entrance] = listener
        self.ports[entrance] = listener.sockets[0].getsockname()[1]

    def _close_listeners(self) -> None:
        for listener in self._listeners.values():
            listener.close()
        self._listeners.clear()

    async def _close_endpoint(self, patience: float) -> None:
        self._close_listeners()
        for connection in tuple(self._connections):
            connection.close(CloseCode.GOING_AWAY, "the central system stops")
        await self._wait_for_ends(patience)
        for connection in tuple(self._connections):
            connection.abort()
        await self._wait_for_ends(1.0)

    async def _wait_for_ends(self, patience: float) -> None:
        if self._connections and patience > 0:
            await asyncio.wait([connection.ended for connection in self._connections], timeout=patience)


def _ports(settings: ServerSettings) -> dict[Entrance, int]:
    return {PLAIN: settings.port, ENCRYPTED: settings.tls_port, MUTUAL: settings.mutual_tls_port}
