"""The network of one scenario: proxies between its stations and the central system, and what goes wrong in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from random import Random

from simulators.connection import Endpoint
from simulators.network.conditions import Condition
from simulators.network.portal import portal
from simulators.network.toxics import Timeout, Toxic
from simulators.network.toxiproxy import Proxy, Toxiproxy, ToxiproxyError

AFTERMATH = 1.0
"""Seconds after a trouble in which the end of a connection is still put down to it."""

DOWN = "the network is down"
PORTAL = "a captive portal answers"
AWAY = "a toxic was taken away"


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

    def used(self) -> None:
        """Take note of traffic on this way."""
        self._network.busy()


class Network:
    """What lies between the stations of one scenario and the central system; nobody else is affected.

    Toxics are there for the connections that are open as well as for those to come. At the end everything is gone.
    ``server`` is asked for a Toxiproxy once one is needed; ``condition`` prevails from then on, as ``random`` has it.
    All methods raise ToxiproxyError where Toxiproxy fails, which is never a verdict.
    """

    def __init__(
        self,
        server: Callable[[], Awaitable[Toxiproxy]],
        condition: Condition | None = None,
        random: Random = Random(),  # noqa: B008, S311 - chance, not secrecy; shared by those who name no seed
    ) -> None:
        self._find = server
        self._condition = condition
        self._random = random
        self._server: Toxiproxy | None = None
        self._life = AsyncExitStack()
        self._weather: list[asyncio.Task[None]] = []
        self._leaving = self._is_down = False
        self._last_use = 0.0
        self._gateways: dict[tuple[str, int], Gateway] = {}
        self._present: list[tuple[Toxic, dict[Proxy, list[str]]]] = []
        self._troubles: list[_Trouble] = []
        self._reaching = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The process of its Toxiproxy, None where that is not ours."""
        return self._server.pid if self._server else None

    async def reach(self, endpoint: Endpoint) -> Endpoint:
        """Return an endpoint with the same URL and TLS name that is reached through this network."""
        async with self._reaching:
            if self._server is None:
                self._server = await self._find()
                self._begin_weather()
                await asyncio.sleep(0)  # the condition is there before anybody connects
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
        names: dict[Proxy, list[str]] = {}
        self._present.append((toxic, names))
        for gateway in tuple(self._gateways.values()):
            names[gateway.proxy] = await gateway.proxy.add(toxic)
        return toxic

    async def remove(self, toxic: Toxic) -> None:
        """Take a toxic away again; connections on which data was lost end with it, and now and then others."""
        present = next(one for one in self._present if one[0] is toxic)
        self._present.remove(present)
        self._end(str(toxic))
        if self._leaving:  # all of it is about to go
            return
        self._begin(AWAY)
        for proxy, names in tuple(present[1].items()):
            await proxy.remove(names)
        self._end(AWAY)

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """Let no connection through for a while: those that are open end, new ones are refused."""
        self._begin(DOWN)
        await self._enable(False)
        try:
            yield
        finally:
            await self._enable(True)
            self._end(DOWN)

    @asynccontextmanager
    async def portal(self) -> AsyncIterator[None]:
        """Have a captive portal answer in place of the central system for a while; open connections end."""
        self._begin(PORTAL)
        async with portal() as address:
            await self._lead(address)
            try:
                yield
            finally:
                await self._lead(None)
                self._end(PORTAL)

    async def cut(self) -> None:
        """End all connections that are open; new ones come through."""
        async with self.down():
            pass

    async def strand(self) -> None:
        """Let the open connections die without a word: nothing passes, and neither side is told; new ones are fine."""
        self._begin("the network has forgotten the connection")
        for gateway in tuple(self._gateways.values()):
            old, gateway.proxy = gateway.proxy, await self._new_proxy(gateway.upstream)
            await old.add(Timeout())

    def trouble(self) -> str | None:
        """Return what may have ended a connection just now, None where nothing may."""
        now = asyncio.get_running_loop().time()
        lately = (one for one in self._troubles if one.until is None or now <= one.until + AFTERMATH)
        return next((one.what for one in lately), self._server.ended if self._server else None)

    def busy(self) -> None:
        """Take note of traffic."""
        self._last_use = asyncio.get_running_loop().time()

    async def leave(self) -> None:
        """Remove everything; raises ToxiproxyError where Toxiproxy has failed or ended meanwhile."""
        self._leaving = True
        for task in self._weather:
            task.cancel()
        ends = await asyncio.gather(*self._weather, return_exceptions=True)
        await self._life.aclose()
        if self._server and self._server.ended:
            raise ToxiproxyError(self._server.ended)
        for failed in (one for one in ends if not isinstance(one, asyncio.CancelledError | None)):
            raise failed

    # Inside

    def _begin_weather(self) -> None:
        if self._condition:
            self._weather.append(asyncio.create_task(self._condition.prevail(self, self._random), name="network"))
        if self._condition and self._condition.idle:
            self._weather.append(asyncio.create_task(self._forget_idle(self._condition.idle), name="idle network"))

    async def _forget_idle(self, seconds: float) -> None:
        """Strand connections whenever there has been no traffic for so long."""
        loop = asyncio.get_running_loop()
        self.busy()
        while True:
            if (left := self._last_use + seconds - loop.time()) > 0:
                await asyncio.sleep(left)
            else:
                await self.strand()
                self.busy()

    async def _enable(self, enabled: bool) -> None:
        self._is_down = not enabled
        for gateway in tuple(self._gateways.values()) if not self._leaving else ():
            await gateway.proxy.enable(enabled)

    async def _lead(self, elsewhere: tuple[str, int] | None) -> None:
        for gateway in tuple(self._gateways.values()) if not self._leaving else ():
            await gateway.proxy.lead_to(elsewhere or gateway.upstream)

    async def _new_proxy(self, upstream: tuple[str, int]) -> Proxy:
        assert self._server
        proxy = await self._life.enter_async_context(self._server.proxy(upstream))
        for toxic, names in tuple(self._present):
            names[proxy] = await proxy.add(toxic)
        enabled = True
        while enabled is self._is_down:  # until it is as the network is by then
            enabled = not self._is_down
            await proxy.enable(enabled)
        return proxy

    def _begin(self, what: str) -> None:
        self._troubles.append(_Trouble(what, asyncio.get_running_loop().time()))

    def _end(self, what: str) -> None:
        for one in self._troubles:
            if one.what == what and one.until is None:
                one.until = asyncio.get_running_loop().time()
