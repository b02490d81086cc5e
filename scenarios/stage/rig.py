"""What a run needs beside its target: the components of the harness itself, started when they are first needed."""

from __future__ import annotations

import asyncio

from harness.scenario import PROXY
from simulators.network import finding
from simulators.network.finding import Absent, Source
from simulators.network.network import Network
from simulators.network.toxiproxy import Toxiproxy


class Rig:
    """Has the components of one stage; a Toxiproxy that has ended is replaced for the next scenario."""

    def __init__(self) -> None:
        self._source: Source | None = None
        self._absent: str | None = None
        self._toxiproxy: Toxiproxy | None = None
        self._starting = asyncio.Lock()

    def lack(self, component: str) -> str | None:
        """Return why a component is not to be had and the remedy, None where it is; may take the time of a build."""
        assert component == PROXY.component, f"there is no component {component}"
        if self._source is None and self._absent is None:
            try:
                self._source = finding.install()
            except Absent as absent:
                self._absent = str(absent)
        return self._absent

    async def network(self) -> Network:
        """Return a network of its own for one scenario, not entered by anybody yet; raises ToxiproxyError."""
        self.lack(PROXY.component)
        assert self._source, "who needs a network lists it in its needs"
        async with self._starting:
            if self._toxiproxy is None or self._toxiproxy.ended:
                await self.leave()
                self._toxiproxy = await Toxiproxy(self._source).__aenter__()
        return Network(self._toxiproxy)

    async def leave(self) -> None:
        """Stop what was started."""
        toxiproxy, self._toxiproxy = self._toxiproxy, None
        if toxiproxy is not None:
            await toxiproxy.__aexit__()
