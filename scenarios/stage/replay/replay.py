"""A recorded log, played again against a target: all its stations side by side, known there as the log shows them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from harness.adversity import Adversity
from harness.csms import Driver
from harness.csms.console import Csms
from harness.fieldlog.reading import Fieldlog
from harness.fieldlog.rewriting import Rewriting
from harness.fieldlog.score import Part, score
from harness.settings import Settings
from harness.trace import Trace, faults, lost
from scenarios.stage.access import endpoint_of
from scenarios.stage.identities import Identities
from scenarios.stage.numbers import numbers_of
from scenarios.stage.replay.breaches import only_one_breaks
from scenarios.stage.replay.company import Company
from scenarios.stage.replay.finds import Finds, Scribe
from scenarios.stage.replay.order import InOrder, InTime
from scenarios.stage.replay.part import PartPlayer
from scenarios.stage.replay.prompts import Prompts
from scenarios.stage.rig import Rig
from simulators.connection import Endpoint
from simulators.replayed import REPLAYED, Replayed


class Replay:
    """Plays a log; ``speed`` is None for as fast as order allows.

    ``trace`` is the wire, ``finds`` what came of it, ``names`` are the identities on the wire of those in the log.
    """

    def __init__(
        self,
        settings: Settings,
        driver: Driver,
        log: Fieldlog,
        *,
        speed: float | None = None,
        adversity: Adversity,
        ignored: Collection[str] = (),
    ) -> None:
        self._settings, self._driver, self._log = settings, driver, log
        self._speed, self._ignored = speed, ignored
        self._rig = Rig(settings, adversity)
        self._manners = Identities(settings).manners
        self._score = score(log)
        self.trace, self.finds = Trace(), Finds()
        self.names: dict[str, str] = {}
        self._stations: list[Replayed] = []

    async def play(self) -> Finds:
        """Play all parts, and return what came of it; raises Unreached, DriverError, SettingsError, ToxiproxyError."""
        async with AsyncExitStack() as life:
            life.push_async_callback(self._rig.leave)
            driver = await life.enter_async_context(self._driver)
            life.push_async_callback(self._leave)
            csms = Csms(driver, patience=self._settings.csms.patience, numbers=numbers_of(self._settings.features))
            life.push_async_callback(csms.leave)
            company = Company(self._settings, driver, self.finds)
            self.names = company.identities([part.station for part in self._score.parts])
            await self._play([one async for one in self._players(life, driver, csms, company)])
        for what, number in Counter([*lost(self.trace), *faults(self.trace)]).items():
            self.finds.note(f"struck: {what}{f' ({number} times)' if number > 1 else ''}")
        self.finds.differences += only_one_breaks(self._log, self.trace, self.names, self.finds)
        return self.finds

    async def _players(
        self, life: AsyncExitStack, driver: Driver, csms: Csms, company: Company
    ) -> AsyncIterator[tuple[Part, PartPlayer]]:
        """Yield each part that can be played, with who plays it."""
        endpoint = await endpoint_of(self._settings, driver)
        if network := self._rig.network("replay"):
            life.push_async_callback(network.leave)
        shift = self._shift()
        tokens = await company.tokens(self._score.parts, shift)
        rewritings = {part.station: Rewriting(part.version, shift, tokens) for part in self._score.parts}
        for part in self._score.parts:
            if part.station not in self.names:
                self.finds.unplayed["steps of stations for which the target file has no identity"] += len(part.steps)
                continue
            station = self._station(part, self.names[part.station], endpoint)
            self._stations.append(station)
            await company.equip(station, part.station)
            station.endpoint = await network.reach(station.endpoint) if network else station.endpoint
            line = part.steps[0].line
            scribe = Scribe(self.finds, part.station, rewritings[part.station], self._ignored, line)
            prompts = Prompts(part, station, scribe, csms, driver.operations)
            yield part, PartPlayer(part, station, scribe, prompts, company)

    async def _play(self, players: Sequence[tuple[Part, PartPlayer]]) -> None:
        steps = [step for part, _ in players for step in part.steps]
        order = InTime(self._score.first, self._speed) if self._speed else InOrder(steps)
        try:
            async with asyncio.TaskGroup() as group:
                for _, player in players:
                    group.create_task(player.play(order, self._score.moment))
        except* Exception as errors:
            raise errors.exceptions[0] from None

    async def _leave(self) -> None:
        """Take all stations off the wire at once, and raise what went wrong in one."""
        for left in await asyncio.gather(*(one.leave() for one in self._stations), return_exceptions=True):
            if left is not None:
                raise left

    def _station(self, part: Part, identity: str, endpoint: Endpoint) -> Replayed:
        conduct, patience = self._manners.of(identity), self._settings.csms.patience
        station = REPLAYED[part.version.name](identity, endpoint, self.trace, patience=patience, conduct=conduct)
        station.belong(self._settings.security.organisation, self._settings.security.profile)
        station.faults = self._rig.faults("replay")
        return station

    def _shift(self) -> timedelta:
        """Return by how much moments are later now, so that the log ends when the replay does."""
        ended = self._score.ended
        if ended is None:
            return timedelta()
        lasts = (self._score.last - self._score.first) / self._speed if self._speed else 0.0
        shift = datetime.now(UTC) + timedelta(seconds=lasts) - ended
        self.finds.note(
            f"moments are later by {shift}, so that the log ends when its replay does: none lies in the future, "
            "and what lay between them stays"
        )
        return shift
