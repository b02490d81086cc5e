"""The real Toxiproxy server and its proxies: started, bounded, and gone at the end.

The client library blocks, knows one server per process and waits for ever; here each server has a client of its own,
whose requests run in threads and end after a while, for the API of Toxiproxy before 2.13 may freeze.
"""

from __future__ import annotations

import asyncio
import socket
import uuid
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from toxiproxy.api import APIConsumer
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

from simulators import process
from simulators.network.finding import Source
from simulators.network.toxics import Toxic

REQUEST_LIMIT = 5.0
"""Seconds that one request to the API may take."""

START_LIMIT = 10.0
"""Seconds until a server that was started must answer."""

STOP_LIMIT = 2.0
"""Seconds that a server has for its end before it is killed."""

REAPED_WITHIN = 0.2
"""Seconds in which the end of a process is known."""

_LOOPBACK = "127.0.0.1"
_DIRECT = {"http": "", "https": ""}
"""No HTTP proxy stands between us and the API, whatever the environment says."""


class ToxiproxyError(Exception):
    """Toxiproxy did not do what it was asked to: a fault of the test bed, never of the central system."""


class Toxiproxy:
    """A server that runs already, or one that is started for as long as the context lasts."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._process: Process | None = None
        self._api = APIConsumer
        self._open: set[str] = set()

    async def __aenter__(self) -> Self:
        if self._source.url is not None:
            parts = urlsplit(self._source.url)
            self._aim(parts.hostname or _LOOPBACK, parts.port or 8474)
            await self.version()
            return self
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            if self._process is None:
                for name in sorted(self._open):
                    await self.forget(name)
        finally:
            await self._stop()

    @property
    def host(self) -> str:
        """The address at which its proxies listen."""
        return str(self._api.host)

    @property
    def pid(self) -> int | None:
        """The process that was started, None for a server that runs already."""
        return self._process.pid if self._process else None

    @property
    def ended(self) -> str | None:
        """Why it is no longer there, None as long as it is."""
        if self._process is None or self._process.returncode is None:
            return None
        return f"Toxiproxy ended with exit code {self._process.returncode}"

    async def version(self) -> str:
        """Return what it calls its version."""
        return str((await self._request("get", "/version")).get("version", "unknown"))

    @asynccontextmanager
    async def proxy(self, upstream: tuple[str, int]) -> AsyncIterator[Proxy]:
        """Yield a proxy before an upstream; at the end it is gone, with its toxics and connections."""
        name = f"plugfest-{uuid.uuid4()}"
        self._open.add(name)
        try:
            told = await self._request("post", "/proxies", _settings(name, self.host, upstream))
            yield Proxy(self, name, _address(told["listen"]))
        finally:
            await self.forget(name)

    async def forget(self, name: str) -> None:
        """Remove a proxy of ours if it is still there."""
        with suppress(NotFound):
            await self._request("delete", f"/proxies/{name}")
        self._open.discard(name)

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Have a request of a proxy answered; raises ToxiproxyError."""
        try:
            return await self._request(method, path, body)
        except NotFound as error:
            raise ToxiproxyError(f"Toxiproxy does not know {path}: {error}") from None

    # Inside

    async def _request(self, method: str, path: str, body: Any = None) -> Any:
        """Raises NotFound, or ToxiproxyError for all other trouble."""
        send = getattr(self._api, method)
        options: dict[str, Any] = {"timeout": REQUEST_LIMIT, "proxies": _DIRECT}
        if body is not None:
            options["json"] = body
        try:
            answer = await _undivided(lambda: send(path, **options))
        except requests.RequestException as error:
            await self._settled()
            raise ToxiproxyError(self.ended or f"Toxiproxy did not answer {method.upper()} {path}: {error}") from None
        except (InvalidToxic, ProxyExists) as error:
            raise ToxiproxyError(f"Toxiproxy refused {method.upper()} {path}: {error}") from None
        if not answer.ok:
            raise ToxiproxyError(f"Toxiproxy answered {answer.status_code} to {method.upper()} {path}: {answer.text}")
        return answer.json() if answer.content else None

    def _aim(self, host: str, port: int) -> None:
        self._api = type("Api", (APIConsumer,), {"host": host, "port": port})

    async def _start(self) -> None:
        """Start a server at a free port that does not outlive this process, and wait until it answers."""
        self._aim(_LOOPBACK, port := _free_port())
        try:
            self._process = await process.start([*self._source.command, "-host", _LOOPBACK, "-port", str(port)])
        except OSError as error:
            raise ToxiproxyError(f"{self._source.text} cannot be started: {error}") from None
        try:
            async with asyncio.timeout(START_LIMIT):
                while self.ended is None:
                    with suppress(ToxiproxyError, NotFound):
                        await self.version()
                        return
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise ToxiproxyError(f"{self._source.text} did not answer within {START_LIMIT:g} s") from None
        raise ToxiproxyError(f"{self._source.text}: {self.ended} instead of listening")

    async def _settled(self) -> None:
        """Give a server that has just died the time to be known as dead."""
        if self._process is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(REAPED_WITHIN):
                    await self._process.wait()

    async def _stop(self) -> None:
        if self._process is not None:
            await process.end(self._process, limit=STOP_LIMIT)


class Proxy:
    """One proxy, at ``address``; what it is told is done when the call returns. All raise ToxiproxyError."""

    def __init__(self, server: Toxiproxy, name: str, address: tuple[str, int]) -> None:
        self.address = address
        self._server = server
        self._path = f"/proxies/{name}"
        self._numbers = count(1)

    async def add(self, toxic: Toxic) -> list[str]:
        """Add a toxic, and return the names under which it can be removed."""
        names = []
        for stream in toxic.streams:
            name = f"{toxic.type}-{next(self._numbers)}"
            told = {"name": name, "type": toxic.type, "stream": stream, "toxicity": toxic.toxicity}
            await self._server.ask("post", f"{self._path}/toxics", {**told, "attributes": toxic.attributes})
            names.append(name)
        return names

    async def remove(self, names: list[str]) -> None:
        """Remove toxics by their names."""
        for name in names:
            await self._server.ask("delete", f"{self._path}/toxics/{name}")

    async def toxics(self) -> list[dict[str, Any]]:
        """Return its toxics as Toxiproxy tells them."""
        return list(await self._server.ask("get", f"{self._path}/toxics"))

    async def enable(self, enabled: bool) -> None:
        """Let it listen, or not: then its connections are closed, and new ones refused."""
        await self._server.ask("post", self._path, {"enabled": enabled})

    async def lead_to(self, upstream: tuple[str, int]) -> None:
        """Send connections elsewhere from now on; those that are open are closed."""
        await self._server.ask("post", self._path, {"upstream": _written(upstream), "enabled": True})


async def _undivided(work: Callable[[], Any]) -> Any:
    """Run blocking work in a thread to its end, also if this task is cancelled meanwhile: what was done is known."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=REQUEST_LIMIT)
        raise


def _settings(name: str, host: str, upstream: tuple[str, int]) -> dict[str, Any]:
    return {"name": name, "listen": _written((host, 0)), "upstream": _written(upstream), "enabled": True}


def _written(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _address(written: str) -> tuple[str, int]:
    host, _, port = written.rpartition(":")
    return host.strip("[]"), int(port)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((_LOOPBACK, 0))
        return int(listener.getsockname()[1])
