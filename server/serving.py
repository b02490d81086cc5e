"""A central system with its operator API, served until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from server.central_system import CentralSystem
from server.core.listening import bind
from server.core.settings import ServerSettings
from server.operator_api import application

LONG_POLL_PATIENCE = 1
"""Seconds that requests which are being held have when the service stops."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Where a central system listens: the URL for stations, and the URL of the operator API.

    ``settings`` are those that it serves with. ``authority`` is the PEM file of the CA that stations are to trust, None
    where they connect without TLS.
    """

    endpoint: str
    operator: str
    settings: ServerSettings
    authority: Path | None = None


class _Web(uvicorn.Server):
    """The web server without handlers of its own for signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(settings: ServerSettings, on_ready: Callable[[Ready], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``on_ready`` is called once both ports listen.

    Raises SettingsError, UnknownName, StoreError, or AddressError for a port that is taken.
    """
    settings.demand_token()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with running(settings) as ready:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        try:
            on_ready(ready)
            await stopped.wait()
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


@contextlib.asynccontextmanager
async def running(settings: ServerSettings) -> AsyncIterator[Ready]:
    """Serve stations and operators while the context is entered."""
    system = CentralSystem(settings)
    listener = bind(settings.operator_host, settings.port_of("operator_port"), "operator_host", "operator_port")
    with listener, system.garbage.kept():
        async with system:
            log = system.log
            host, port = listener.getsockname()[:2]
            operator = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            log.note("operator API", url=operator)
            with log.taking_over():
                async with web(application(system), listener):
                    endpoint = await system.secure_endpoint(settings.security_profile)
                    authority = system.authority.certificate_file if endpoint.startswith("wss:") else None
                    yield Ready(endpoint, operator, system.settings, authority)


@contextlib.asynccontextmanager
async def web(served: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Serve an application on a socket that listens, so that a request never comes too early for it."""
    config = uvicorn.Config(
        served,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=LONG_POLL_PATIENCE,
    )
    server = _Web(config)
    serving = asyncio.create_task(server.serve([listener]), name="web server")
    try:
        yield
    finally:
        server.should_exit = True
        await serving
