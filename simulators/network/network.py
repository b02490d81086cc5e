"""The network of one scenario: proxies between its stations and the central system, and what goes wrong in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from simulators.connection import Endpoint
from simulators.network.toxics import Timeout, Toxic
from simulators.network.toxiproxy import Proxy, Toxiproxy, ToxiproxyError

AFTERMATH = 1.0
"""Seconds after a trouble in which the end of a connection is still put down to it."""


@dataclass(slots=True)
class _Trouble:
    """What may end connections, since when and until when in the time of the event loop."""

    what: str
    since: float
    until: float | None = None


class Gateway:
    """The way to one upstream through the network; ``host`` and ``port`` are where the next connection goes."""

    def __init__(self, network: Network, upstream: tuple[str, int], proxy: Proxy) -> None:
        self._network = network
        self.upstream = upstream
        self.proxy = proxy

    @property
    def host(self) -> str:
        """Where the next connection goes."""
        return self.proxy.address[0]

    @property
    def port(self) -> int:
        """The port to which the next connection goes."""
        return self.proxy.address[1]

    def severed(self) -> str | None:
        """Return why the network may have ended a connection just now, None where it has no reason to."""
        return self._network.trouble()


class Network:
    """What lies between the stations of one scenario and the central system; nobody else is affected.

    Toxics are there for the connections that are open as well as for those to come. At the end everything is gone.
    All methods raise ToxiproxyError where Toxiproxy fails, which is never a verdict.
    """

    def __init__(self, server: Toxiproxy) -> None:
        self._server = server
        self._life = AsyncExitStack()
        self._gateways: dict[tuple[str, int], Gateway] = {}
        self._present: list[tuple[Toxic, dict[Proxy, list[str]]]] = []
        self._troubles: list[_Trouble] = []
        self._reaching = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The process of its Toxiproxy, None where that is not ours."""
        return self._server.pid

    async def reach(self, endpoint: Endpoint) -> Endpoint:
        """Return an endpoint with the same URL and TLS name that is reached through this network."""
        async with self._reaching:
            if endpoint.place not in self._gateways:
                proxy = await self._new_proxy(endpoint.place)
                self._gateways[endpoint.place] = Gateway(self, endpoint.place, proxy)
        return replace(endpoint, via=self._gateways[endpoint.place])

    @asynccontextmanager
    async def toxic(self, *toxics: Toxic) -> AsyncIterator[None]:
        """Have toxics in the network for a while."""
        async with AsyncExitStack() as life:
            for toxic in toxics:
                life.push_async_callback(self.remove, await self.add(toxic))
            yield

    async def add(self, toxic: Toxic) -> Toxic:
        """Add a toxic that stays until it is removed, and return it."""
        if toxic.severs:
            self._begin(str(toxic))
        names = {gateway.proxy: await gateway.proxy.add(toxic) for gateway in self._gateways.values()}
        self._present.append((toxic, names))
        return toxic

    async def remove(self, toxic: Toxic) -> None:
        """Take a toxic away again; connections on which data was lost end with it."""
        present = next(one for one in self._present if one[0] is toxic)
        self._present.remove(present)
        for proxy, names in present[1].items():
            await proxy.remove(names)
        self._end(str(toxic))

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """Let no connection through for a while: those that are open end, new ones are refused."""
        self._begin("the network is down")
        for gateway in self._gateways.values():
            await gateway.proxy.enable(False)
        try:
            yield
        finally:
            for gateway in self._gateways.values():
                await gateway.proxy.enable(True)
            self._end("the network is down")

    async def cut(self) -> None:
        """End all connections that are open; new ones come through."""
        async with self.down():
            pass

    async def strand(self) -> None:
        """Let the open connections die without a word: nothing passes, and neither side is told; new ones are fine."""
        self._begin("the network has forgotten the connection")
        for gateway in self._gateways.values():
            old, gateway.proxy = gateway.proxy, await self._new_proxy(gateway.upstream)
            await old.add(Timeout())

    def trouble(self) -> str | None:
        """Return what may have ended a connection just now, None where nothing may."""
        now = asyncio.get_running_loop().time()
        lately = (one for one in self._troubles if one.until is None or now <= one.until + AFTERMATH)
        return next((one.what for one in lately), self._server.ended)

    async def leave(self) -> None:
        """Remove everything; raises ToxiproxyError where Toxiproxy has ended meanwhile."""
        await self._life.aclose()
        if self._server.ended:
            raise ToxiproxyError(self._server.ended)

    # Inside

    async def _new_proxy(self, upstream: tuple[str, int]) -> Proxy:
        proxy = await self._life.enter_async_context(self._server.proxy(upstream))
        for toxic, names in self._present:
            names[proxy] = await proxy.add(toxic)
        return proxy

    def _begin(self, what: str) -> None:
        self._troubles.append(_Trouble(what, asyncio.get_running_loop().time()))

    def _end(self, what: str) -> None:
        for one in self._troubles:
            if one.what == what and one.until is None:
                one.until = asyncio.get_running_loop().time()
