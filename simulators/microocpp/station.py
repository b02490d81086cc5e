"""A charge point that is the real MicroOCPP, behind a relay that hears what it and its central system say."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from harness.verdict import Inconclusive
from simulators.dialogue import Dialogue
from simulators.microocpp.finding import Source
from simulators.microocpp.log import Log
from simulators.microocpp.panel import Panel, PanelError
from simulators.microocpp.profile import Profile
from simulators.microocpp.running import Runner, runner
from simulators.microocpp.store import Place, serve_panel, write

START_LIMIT = 5.0
"""Seconds until an instance must serve its panel; it takes 10 ms."""

LOOK = 0.02
"""Seconds between two looks at what it does not tell of by itself."""

TRIES = 3
"""Ports that are tried, for another program may take one meanwhile."""


class Way(Protocol):
    """The way from the charge point to its central system, which can be barred."""

    @property
    def url(self) -> str:
        """Where the charge point connects."""
        ...

    async def bar(self) -> None:
        """End its connection, and let no other through."""
        ...

    async def clear(self) -> None:
        """Let connections through again."""
        ...


class MicroOcpp:
    """One instance, in a folder of its own; it is started again whenever it ends by itself, as after a reset.

    ``heard`` is told each line of its log that is no message.
    """

    def __init__(
        self,
        dialogue: Dialogue,
        way: Way,
        source: Source,
        profile: Profile,
        folder: Path,
        password: bytes | None,
        heard: Callable[[str], object],
    ) -> None:
        self.dialogue = dialogue
        self._way = way
        self._profile = profile
        self._folder = folder
        self._password = password
        self._runner: Runner = runner(source, folder)
        self._log = Log(heard)
        self._panel: Panel | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        """Its identity."""
        return self.dialogue.id

    async def switch_on(self) -> None:
        """Give it power."""
        self.dialogue.anew()
        write(self._folder, self._profile, Place(self.id, self._way.url, self._password))
        await self._power_up()
        self._watch = asyncio.create_task(self._keep_running(), name=f"watch over {self.id}")

    async def restart(self) -> None:
        """Take the power away and give it back."""
        self.dialogue.anew()
        await self._unwatched()
        await self._off()
        await self._power_up()
        self._watch = asyncio.create_task(self._keep_running(), name=f"watch over {self.id}")

    async def plug(self, connector: int = 1) -> None:
        """Plug a car in that wants to charge."""
        self.dialogue.anew()
        await self._on().set(connector, evPlugged=True, evsePlugged=True, evReady=True, evseReady=True)

    async def unplug(self, connector: int = 1) -> None:
        """Unplug the car."""
        self.dialogue.anew()
        await self._on().set(connector, evPlugged=False, evsePlugged=False, evReady=False, evseReady=False)

    async def suspend(self, connector: int = 1) -> None:
        """Have the car stop charging for a while."""
        self.dialogue.anew()
        await self._on().set(connector, evReady=False)

    async def present(self, id_tag: str, connector: int = 1) -> None:
        """Hold a card before the reader."""
        self.dialogue.anew()
        await self._on().present(id_tag, connector)

    async def lose_network(self) -> None:
        """Take its network away."""
        self.dialogue.anew()
        await self._way.bar()

    async def regain_network(self) -> None:
        """Give its network back."""
        self.dialogue.anew()
        await self._way.clear()

    async def status(self, connector: int = 1) -> str:
        """Return the status of a connector."""
        return await self._on().status(connector)

    async def obeys(self, limit: float, connector: int = 1) -> None:
        """Wait until it delivers power, but not more than a limit in W; raises Inconclusive where it does not."""
        power = 0.0
        with suppress(TimeoutError):
            async with asyncio.timeout(START_LIMIT):
                while True:
                    power = await self._on().power(connector)
                    if 0 < power <= limit:
                        return
                    await asyncio.sleep(LOOK)
        raise Inconclusive(f"{self.id} delivers {power:g} W, and not up to {limit:g} W")

    async def leave(self) -> None:
        """Switch it off for good."""
        await self._unwatched()
        await self._off()

    # Inside

    async def _unwatched(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    def _on(self) -> Panel:
        if self._panel is None:
            raise Inconclusive(f"{self.id} is not switched on")
        return self._panel

    async def _power_up(self) -> None:
        """Start it, its panel at a port that is free now; raises Inconclusive where it does not come up."""
        for _ in range(TRIES):
            url = f"http://127.0.0.1:{_free_port()}"
            serve_panel(self._folder, url)
            await self._runner.start()
            self._panel = Panel(url)
            if await self._there(self._panel):
                return
            await self._off()
        raise Inconclusive(f"MicroOCPP did not come up: {await self._last_words()}")

    async def _off(self) -> None:
        panel, self._panel = self._panel, None
        if panel is not None:
            await panel.close()
        await self._runner.stop()
        self._log.add(await self._runner.said())
        self._log.end()

    async def _there(self, panel: Panel) -> bool:
        """Wait until the panel is served, and return whether it is that of this instance."""
        with suppress(TimeoutError):
            async with asyncio.timeout(START_LIMIT):
                while await self._runner.ended() is None:
                    with suppress(PanelError):
                        return await panel.identity() == self.id
                    await asyncio.sleep(LOOK)
        return False

    async def _keep_running(self) -> None:
        """Read its log, and start it again when it has ended, which a reset makes it do."""
        while True:
            await asyncio.sleep(LOOK)
            self._log.add(await self._runner.said())
            if await self._runner.ended() is not None:
                await self._off()
                await self._power_up()

    async def _last_words(self) -> str:
        ended = await self._runner.ended()
        return f"{ended or 'its panel is not served'}; it said last: {self._log.last or 'nothing'}"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
