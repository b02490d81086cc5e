"""How an acting charge point stays connected: it boots, beats, and tells what is queued in its order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from harness.ocppj import Payload
from harness.verdict import Inconclusive
from simulators.observation import Answer, Refusal
from simulators.station import Station

PREPARATION = 0.05
"""Seconds between two attempts to connect or to boot, unless the central system says otherwise."""

Build = Callable[[], Payload]
Told = asyncio.Future[Answer | Refusal]


class Post:
    """Carries the messages of a charge point, whatever becomes of its line; ``accepted`` is called after each boot."""

    def __init__(self, body: Station, accepted: Callable[[], None]) -> None:
        self._body = body
        self._accepted = accepted
        self._queue: asyncio.Queue[tuple[str, Build, Told]] = asyncio.Queue()
        self._online = asyncio.Event()
        self._network = asyncio.Event()
        self._network.set()
        self._booted = False
        self._beating: asyncio.Task[None] | None = None
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def online(self) -> bool:
        """Whether it is connected, and was accepted."""
        return self._online.is_set()

    def open(self) -> None:
        """Connect, and begin to deliver."""
        self.do(self._stay_connected())
        self.do(self._deliver())

    def do(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have something done beside everything else."""
        task = asyncio.create_task(work, name=f"{self._body.id} acts")
        self.tasks.add(task)
        return task

    def beat_every(self, interval: float) -> None:
        """Send a Heartbeat every so many seconds from now on (OCPP 1.6 4.6)."""
        if self._beating is not None:
            self._beating.cancel()
        self._beating = self.do(self._beat(interval))

    def tell(self, action: str, build: Build) -> Told:
        """Queue a message, made when it is its turn, and return the future of its answer."""
        told: Told = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((action, build, told))
        return told

    async def start_over(self) -> None:
        """Lose the line, and boot on the next one."""
        self._booted = False
        await self._drop()

    async def all_told(self) -> None:
        """Wait until nothing is queued."""
        await self._queue.join()

    async def unplug(self) -> None:
        """Lose the network."""
        self._network.clear()
        await self._drop()

    def plug(self) -> None:
        """Have a network again."""
        self._network.set()

    async def close(self) -> None:
        """End everything; raises what went wrong in it, unless it was the central system's doing."""
        for task in self.tasks:
            task.cancel()
        ended = await asyncio.gather(*self.tasks, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception) and not isinstance(error, Inconclusive):
                raise error

    # Inside

    async def _drop(self) -> None:
        """Lose the line, on which nothing is sent any more while it ends."""
        self._online.clear()
        await self._body.drop()

    async def _stay_connected(self) -> None:
        while True:
            await self._network.wait()
            with suppress(Inconclusive):
                await self._body.connect()
                if self._booted or await self._boot():
                    self._online.set()
                    await self._body.gone()
            self._online.clear()
            await asyncio.sleep(PREPARATION)

    async def _boot(self) -> bool:
        """Send BootNotification until it is accepted (OCPP 1.6 4.2); return whether it was before the line ended."""
        while self._body.connected:
            answer = await self._body.attempt("BootNotification", self._body.identity)
            if isinstance(answer, Answer) and answer.payload.get("status") == "Accepted":
                self._booted = True
                self._accepted()
                self.beat_every(float(answer.payload.get("interval") or 300))
                return True
            interval = answer.payload.get("interval") if isinstance(answer, Answer) else None
            await asyncio.sleep(float(interval or PREPARATION))
        return False

    async def _beat(self, interval: float) -> None:
        while self._booted:
            await asyncio.sleep(interval)
            await self._online.wait()
            await self._body.probe()

    async def _deliver(self) -> None:
        """Send what is queued, one after the other; what the network took is sent again (OCPP 1.6 3.7)."""
        while True:
            action, build, told = await self._queue.get()
            while not told.done():
                await self._online.wait()
                answer = await self._body.attempt(action, build())
                if isinstance(answer, Answer | Refusal):
                    told.set_result(answer)
                else:
                    await asyncio.sleep(PREPARATION)
            self._queue.task_done()
