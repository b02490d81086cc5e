"""A small fleet of real connections, in a thread of the test: enough to see that a slow central system is found out."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from harness.csms import Operation
from harness.load.figures import ANSWERED, LOST, UNANSWERED, Cause, Connection, Exchange, Figures
from harness.load.plan import Plan, Running
from harness.trace import Direction

PATIENCE = 5.0
BOOT = {"chargePointVendor": "plugfest", "chargePointModel": "small"}


class SmallFleet:
    """Stations that boot and then send Heartbeats at the rate of the plan, each fifth message an Authorize."""

    def orders(self, plan: Plan, offered: Collection[type[Operation]]) -> Iterator[tuple[float, Operation]]:
        """Return none."""
        return iter(())

    def calibrate(self, plan: Plan) -> Figures | None:
        """Return nothing: it is not measured."""
        return None

    @contextmanager
    def start(self, plan: Plan) -> Iterator[Running]:
        """Play in a thread of its own."""
        run = SmallRun(plan)
        thread = threading.Thread(target=run.play)
        thread.start()
        try:
            yield run
        finally:
            run.stop()
            thread.join()


class SmallRun:
    """A run of it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._figures = Figures(time.monotonic())
        self._parts: queue.Queue[Figures | None] = queue.Queue()
        self._stopped = threading.Event()

    def __iter__(self) -> Iterator[Figures]:
        return iter(self._parts.get, None)

    def stop(self) -> None:
        """Have the stations leave after what is under way."""
        self._stopped.set()

    def play(self) -> None:
        """Play until the time is over."""
        try:
            asyncio.run(self._play())
        finally:
            self._parts.put(None)

    async def _play(self) -> None:
        stations = [asyncio.create_task(self._station(number)) for number in range(self._plan.stations)]
        pending = set(stations)
        while pending:
            _, pending = await asyncio.wait(pending, timeout=1.0)
            self._parts.put(self._figures.take(time.monotonic()))
        await asyncio.gather(*stations)

    async def _station(self, number: int) -> None:
        name = f"CP{number:03}"
        self._changed(name, False, Cause.DUE)
        until = self._figures.origin + self._plan.duration
        while time.monotonic() < until and not self._stopped.is_set():
            try:
                url = f"{self._plan.endpoint}/{name}"
                async with connect(url, subprotocols=[Subprotocol("ocpp1.6")], compression=None) as line:
                    self._changed(name, True, Cause.OPENED)
                    await self._serve(name, number, line, until)
                    self._changed(name, False, Cause.LEFT)
                    return
            except ConnectionClosed:
                self._changed(name, False, "lost")
            except OSError:
                self._changed(name, False, "unreachable")
            await asyncio.sleep(0.3)
        self._changed(name, False, Cause.LEFT)

    async def _serve(self, name: str, number: int, line: ClientConnection, until: float) -> None:
        await self._call(name, line, "BootNotification", BOOT, time.monotonic())
        period = self._plan.stations / (self._plan.rate or self._plan.stations)
        due, count = time.monotonic() + period * number / self._plan.stations, number
        while max(due, time.monotonic()) < until and not self._stopped.is_set():
            await asyncio.sleep(due - time.monotonic())
            action, payload = ("Heartbeat", {}) if count % 5 else ("Authorize", {"idTag": "TAG"})
            await self._call(name, line, action, payload, due)
            due, count = due + period, count + 1

    async def _call(self, name: str, line: ClientConnection, action: str, payload: dict[str, str], due: float) -> None:
        sent, outcome = time.monotonic(), ANSWERED
        try:
            await line.send(json.dumps([2, str(sent), action, payload]))
            async with asyncio.timeout(PATIENCE):
                while json.loads(await line.recv())[1] != str(sent):
                    pass
        except TimeoutError:
            outcome = UNANSWERED
        except ConnectionClosed:
            outcome = LOST
            raise
        finally:
            self._figures.exchange(Exchange(action, Direction.SENT, due, sent, time.monotonic(), outcome, name))

    def _changed(self, name: str, up: bool, cause: str) -> None:
        self._figures.connection(Connection(name, time.monotonic(), up, cause))
