"""The central system as a whole: its parts put together, its endpoint opened and closed."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cached_property
from importlib.metadata import version
from types import TracebackType
from typing import Self

from websockets.frames import CloseCode

from server.core.bundle import Bundle, Core, Service
from server.core.call_queue import Effects
from server.core.connection import Connection
from server.core.credentials import Credentials
from server.core.entrance import ENCRYPTED, ENTRANCES, MUTUAL, PLAIN, Entrance, entrance_of
from server.core.frame_log import FrameLog
from server.core.garbage import Garbage
from server.core.links import Links
from server.core.listening import BACKLOG, Secured, TlsDoor, bind
from server.core.metrics import Metrics
from server.core.session import Session
from server.core.settings import ServerSettings, SettingsError
from server.core.stations import Station, Stations
from server.mutants import MUTANTS
from server.parts import Parts
from server.security_console import SecurityConsole
from server.variants import VARIANTS


class CentralSystem:
    """A central system of OCPP-J; an asynchronous context manager that serves while it is entered."""

    def __init__(self, settings: ServerSettings, parts: Parts | None = None) -> None:
        """Prepare one; ``parts`` are in the place of the usual ones.

        Raises UnknownName for a mutant or variant that there is none of, SettingsError for both at once or for a
        version that there is none of.
        """
        self.settings, altered = _altered(settings)
        self._parts = parts or altered
        self._bundles: Sequence[Bundle] = self._parts.served(settings.versions)
        self._listeners: dict[Entrance, asyncio.Server] = {}
        self._doors: list[TlsDoor] = []
        self.ports: dict[Entrance, int] = {one: self.settings.port_of(one.port_setting) for one in ENTRANCES}
        self._connections: set[Connection] = set()
        self.garbage = Garbage(lambda: len(self._connections))

    @cached_property
    def offered(self) -> frozenset[tuple[str, str]]:
        """The operations that an operator can have performed: version and action of each."""
        return frozenset((one.version, action) for one in self._bundles for action in self._parts.operator.offered(one))

    @property
    def port(self) -> int:
        """The port that stations connect to, or would."""
        return self.ports[PLAIN]

    @property
    def endpoint(self) -> str:
        """The URL to which the identity of a station without TLS is appended."""
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        return f"ws://{host}:{self.port}/ocpp"

    async def secure_endpoint(self, profile: int) -> str:
        """Return the URL for stations of a security profile, once its certificates are there.

        Raises ValueError for a profile that there is none of, AuthorityError for certificates that cannot be had.
        """
        entrance = entrance_of(profile)
        if entrance is PLAIN:
            return self.endpoint
        await self.authority.open()
        return f"wss://{self.settings.tls_host}:{self.ports[entrance]}/ocpp"

    async def start(self, ports: Mapping[Entrance, int] | None = None) -> None:
        """Bind the ports, open the store, and serve; raises StoreError, or AddressError for a port that is taken.

        ``ports`` are those of an earlier run whose endpoints are opened again.
        """
        self.ports |= ports or {}
        with ExitStack() as bound:
            sockets = {entrance: bound.enter_context(self._bind(entrance)) for entrance in ENTRANCES}
            self.ports = {entrance: one.getsockname()[1] for entrance, one in sockets.items()}
            log = bound.enter_context(closing(FrameLog(self.settings.log)))
            await self._open_store(log)
            for entrance, one in sockets.items():
                await self._listen(entrance, one)
            bound.pop_all()
        self._note_start()

    async def _open_store(self, log: FrameLog) -> None:
        """Open the store, and put together what works on it."""
        settings = self.settings
        self.log, self.metrics, self.links = log, Metrics(), Links()
        self.store = store = self._parts.store(
            settings.database, timeout=settings.store_timeout, sync=settings.store_sync
        )
        await store.open()
        self.stations = stations = Stations(store, log, Credentials(profile=settings.security_profile))
        self.tags = tags = self._parts.tags(store, accept_unknown=settings.accept_unknown_tags)
        self.authority = authority = self._parts.authority(
            settings.certificates, settings.organisation, settings.tls_host, store
        )
        effects: dict[str, Effects] = {}
        self.queue = queue = self._parts.queue(settings, store, self.links, effects, log)
        core = Core(
            settings=settings, store=store, stations=stations, tags=tags, queue=queue, authority=authority, log=log
        )
        self._services = {bundle.version: bundle.open(core) for bundle in self._bundles}
        effects |= {version: service.operations for version, service in self._services.items()}
        self.operator = self._parts.operator(
            self._services, store=store, known_stations=stations, known_tags=tags, links=self.links, queue=queue
        )
        self.orders = self._parts.orders(self.operator)
        self.security = SecurityConsole(self.operator, store=store, stations=stations, authority=authority)
        await stations.load()
        await tags.load()
        await authority.load()
        await queue.load(stations)
        self._watch()

    def _watch(self) -> None:
        """Have the metrics tell how it stands."""
        watch = self.metrics.watch
        watch("plugfest_connected_stations", "Stations.", lambda: len(self.links))
        watch("plugfest_queued_operations", "Operations without an outcome.", lambda: len(self.queue))
        watch("plugfest_waiting_writes", "Jobs of the store that are not durable.", lambda: self.store.waiting)
        watch("plugfest_failed_writes", "Jobs of the store that failed.", lambda: self.store.failed)
        watch("plugfest_lost_log_lines", "Lines that could not be logged.", lambda: self.log.lost)

    def _note_start(self) -> None:
        self.log.note(
            "started",
            version=version("plugfest"),
            endpoint=self.endpoint,
            versions=[one.version for one in self._bundles],
            tls_port=self.ports[ENCRYPTED],
            mutual_tls_port=self.ports[MUTUAL],
            database=str(self.settings.database),
            stations=len(tuple(self.stations)),
            mutant=self.settings.mutant,
        )

    async def stop(self) -> None:
        """Answer what is owed, close all connections, and store what is waiting."""
        log, connected = self.log, len(self.links)
        log.note("stopping", connected=connected)
        self._close_listeners()
        await self.queue.stop()
        await self._close_connections(self.settings.close_timeout)
        await self.store.close()
        log.note("stopped")
        log.close()

    async def kill(self) -> None:
        """End at once, as a power cut would: nothing is said to stations, nothing more is stored."""
        self._close_listeners()
        for connection in tuple(self._connections):
            connection.abort()
        await self.store.kill()
        await self.queue.stop()
        await self._wait_for_ends(1.0)
        self.log.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _listen(self, entrance: Entrance, bound: socket.socket) -> None:
        spoken: Mapping[str, Service] = {one.bundle.subprotocol: one for one in self._services.values()}
        handshake = self._parts.handshake(
            tuple(spoken),
            entrance,
            self.settings,
            stations=self.stations,
            links=self.links,
            authority=self.authority,
            store=self.store,
            metrics=self.metrics,
            log=self.log,
        )

        def admit(station: Station, subprotocol: str, connection: Connection) -> Session:
            service = spoken[subprotocol]
            framing = self._parts.framing(service.bundle.frames)
            return self._parts.session(
                service,
                framing,
                station,
                connection,
                links=self.links,
                stations=self.stations,
                queue=self.queue,
                metrics=self.metrics,
                log=self.log,
            )

        def begun(connection: Connection) -> None:
            self._connections.add(connection)
            connection.ended.add_done_callback(lambda _: ended(connection))

        def ended(connection: Connection) -> None:
            self._connections.discard(connection)
            self.garbage.ended()

        def connect() -> Connection:
            return self._parts.connection(self.settings, handshake, admit, begun)

        accept: Callable[[], asyncio.BaseProtocol] = connect
        if entrance.encrypted:
            door = TlsDoor(connect, self._tls(entrance), handshake.failed_tls, self.settings.open_timeout)
            self._doors.append(door)
            accept = door.accept
        loop = asyncio.get_running_loop()
        self._listeners[entrance] = await loop.create_server(accept, sock=bound, backlog=BACKLOG)

    def _tls(self, entrance: Entrance) -> Secured:
        """Return what makes the TLS context of an endpoint, once."""
        made: list[ssl.SSLContext] = []

        async def secured() -> ssl.SSLContext:
            await self.authority.open()
            if not made:
                made.append(self._parts.tls(self.authority).context(mutual=entrance.mutual))
            return made[0]

        return secured

    def _bind(self, entrance: Entrance) -> socket.socket:
        return bind(self.settings.host, self.ports[entrance], "host", entrance.port_setting)

    def _close_listeners(self) -> None:
        for listener in self._listeners.values():
            listener.close()
        self._listeners.clear()
        for door in self._doors:
            door.close()
        self._doors.clear()

    async def _close_connections(self, patience: float) -> None:
        for connection in tuple(self._connections):
            connection.close_when_answered(CloseCode.GOING_AWAY, "the central system stops")
        await self._wait_for_ends(patience)
        for connection in tuple(self._connections):
            connection.abort()
        await self._wait_for_ends(1.0)

    async def _wait_for_ends(self, patience: float) -> None:
        if self._connections and patience > 0:
            await asyncio.wait([connection.ended for connection in self._connections], timeout=patience)


def _altered(settings: ServerSettings) -> tuple[ServerSettings, Parts]:
    """Return the settings and the parts of a central system, with the defect or the habit that the settings name."""
    if settings.mutant is not None and settings.variant is not None:
        raise SettingsError("give a mutant or a variant, not both")
    if settings.variant is not None:
        variant = VARIANTS.find(settings.variant)
        return replace(settings, **variant.settings), variant.parts
    return settings, MUTANTS.find(settings.mutant).parts if settings.mutant is not None else Parts()
