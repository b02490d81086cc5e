"""Twenty stations at work while the central system is killed, again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from harness.csms import Restart
from harness.csms.console import Csms
from harness.verdict import Inconclusive
from scenarios.resilience.comeback import PAUSE
from scenarios.resilience.tales import IN_TRANSACTION, Moment, Said, Tale, tale_of
from simulators.connection import Upgraded
from simulators.observation import Answer, Refusal
from simulators.station import Station

STATIONS = 20

PROGRESS = range(20, 150)
"""How many messages are answered before the next kill."""


@dataclass
class Worker:
    """A station that tells one transaction after the other, each message until it is answered, whatever ends its line.

    It ends with a message that is not answered for long. ``refused`` are such messages and answers that are no
    CALLRESULT, in words.
    """

    station: Station
    id_tag: str
    numbers: Iterator[int]
    tales: list[Tale] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    confirmed: int = 0

    @property
    def begun(self) -> Sequence[Tale]:
        """The transactions whose start was confirmed."""
        return [tale for tale in self.tales if Moment.START in tale.confirmed]

    async def work(self, end: asyncio.Event, progress: asyncio.Semaphore) -> None:
        """Tell transactions until it is time to end, the last one to its end; each answer adds to the progress."""
        while not end.is_set():
            tale = tale_of(self.station, self.id_tag, meter=next(self.numbers))
            self.tales.append(tale)
            for moment in IN_TRANSACTION:
                said = tale.says(moment)
                answer = await self._told(said)
                progress.release()
                if isinstance(answer, Answer):
                    tale.hears(moment, answer)
                    self.confirmed += 1
                    continue
                self.refused.append(f"{said[0]}: {answer or 'never answered'}")
                if answer is None:
                    return

    async def _told(self, said: Said) -> Answer | Refusal | None:
        """Send a message under one id until it is answered, or the patience of the station has ended twice."""
        unique_id = self.station.new_id()
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * self.station.patience):
                while True:
                    with suppress(Inconclusive):
                        if self.station.connected or isinstance(await self.station.knock(), Upgraded):
                            outcome = await self.station.attempt(*said, unique_id=unique_id)
                            if isinstance(outcome, Answer | Refusal):
                                return outcome
                    await asyncio.sleep(PAUSE)
        return None


class Crashes:
    """A workload, and the kills that interrupt it at moments that follow from a ``seed``."""

    def __init__(self, csms: Csms, stations: Sequence[Station], id_tag: str, seed: int | str) -> None:
        self._restart = csms.ask(Restart)
        self._random = Random(seed)  # noqa: S311 - chance, not secrecy
        numbers = iter(range(1000, 10**9, 2000))
        self.workers = [Worker(station, id_tag, numbers) for station in stations]

    async def strike(self, kills: int) -> None:
        """Kill the central system and start it again so many times, then let everybody end what he is at."""
        end, progress = asyncio.Event(), asyncio.Semaphore(0)
        async with asyncio.TaskGroup() as group:
            at_work = [group.create_task(worker.work(end, progress)) for worker in self.workers]
            for _ in range(kills):
                for _ in range(self._random.choice(PROGRESS)):
                    if all(task.done() for task in at_work):
                        return
                    await progress.acquire()
                await self._restart.kill()
                await self._restart.restart()
            end.set()
