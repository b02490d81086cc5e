"""What a run needs beside its target: the components of the harness itself, started when they are first needed."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

from harness.adversity import Adversity
from harness.scenario import FIRMWARE, PROXY, Declares, Scenario, Takes
from harness.settings import Settings
from simulators.microocpp import finding as firmware
from simulators.network import finding
from simulators.network.conditions import Condition, condition
from simulators.network.faults import Fault, Faults
from simulators.network.finding import Absent, Source
from simulators.network.network import Network
from simulators.network.toxiproxy import Toxiproxy

LONGEST_TRANSFER = 2.0
"""Seconds that one message of a scenario may take on its way."""


class Rig:
    """Has the components of one stage, and makes the networks of a run.

    A Toxiproxy that has ended is replaced for the next scenario. Raises SettingsError for an unknown condition.
    """

    def __init__(self, settings: Settings, adversity: Adversity) -> None:
        name = adversity.network
        self._condition = condition(name, adversity.networks) if name else None
        self._settings = settings
        self._faults = [Fault.parse(text) for text in adversity.faults]
        self._seed = adversity.seed
        self._draws: Counter[str] = Counter()
        self._source: Source | None = None
        self._absent: str | None = None
        self._toxiproxy: Toxiproxy | None = None
        self._starting = asyncio.Lock()

    def lack(self, component: str) -> str | None:
        """Return why a component is not to be had and the remedy, None where it is; may take the time of a build."""
        if component == FIRMWARE.component:
            return _firmware_lacks()
        assert component == PROXY.component, f"there is no component {component}"
        if self._source is None and self._absent is None:
            try:
                self._source = finding.install()
            except Absent as absent:
                self._absent = str(absent)
        return self._absent

    def unfit(self, scenario: Scenario) -> str | None:
        """Return why a scenario makes no sense, or cannot be had, under the network condition of the run."""
        if self._condition is None:
            return None
        if PROXY in scenario.needs:
            return f"it makes faults of the network itself, and the run has the condition {self._condition.name}"
        return self.lack(PROXY.component) or self._condition_forbids(scenario, self._condition)

    def network(self, purpose: str, *, quiet: bool = False) -> Network | None:
        """Return a network for the stations of one ``purpose``, None where nothing lies between.

        It has the condition of the run, in which each network for a purpose has a fate of its own that the seed
        decides; a ``quiet`` one is there anyway, and has none.
        """
        if quiet:
            return Network(self._server)
        if self._condition is None:
            return None
        return Network(self._server, self._condition, self._chance(f"network {purpose}"))

    def faults(self, purpose: str) -> Faults | None:
        """Return the faults of messages for the stations of one purpose, None where there are none."""
        return Faults(self._faults, self._chance(f"faults {purpose}")) if self._faults else None

    def _chance(self, purpose: str) -> Random:
        """Return the chance of the next one with a purpose."""
        self._draws[purpose] += 1
        return Random(f"{self._seed} {purpose} {self._draws[purpose]}")  # noqa: S311 - chance, not secrecy

    async def _server(self) -> Toxiproxy:
        """Return a running server; raises ToxiproxyError."""
        self.lack(PROXY.component)
        assert self._source, "who needs a network lists it in its needs"
        async with self._starting:
            if self._toxiproxy is None or self._toxiproxy.ended:
                await self.leave()
                self._toxiproxy = await Toxiproxy(self._source).__aenter__()
        return self._toxiproxy

    def _condition_forbids(self, scenario: Scenario, condition: Condition) -> str | None:
        under = f"under {condition.name}"
        for need in scenario.needs:
            match need:
                case Declares(policy):
                    span = getattr(self._settings.policies, policy)
                    if condition.calm is not None and isinstance(span, float) and span > condition.calm:
                        return f"it takes a connection that lives for {span:g} s, and none may {under}"
                case Takes(size) if condition.rate and size > condition.rate * 1000 * LONGEST_TRANSFER:
                    return f"a message of {size} bytes takes too long at {condition.rate} KB/s, {under}"
        return None

    async def leave(self) -> None:
        """Stop what was started."""
        toxiproxy, self._toxiproxy = self._toxiproxy, None
        if toxiproxy is not None:
            await toxiproxy.__aexit__()


def _firmware_lacks() -> str | None:
    try:
        firmware.find()
    except firmware.Absent as absent:
        return str(absent)
    return None
