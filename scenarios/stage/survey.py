"""What is not there at all: asked once, before any scenario is played, for it is one cause and not a hundred."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager

from harness.csms import Driver, DriverError
from harness.findings import UNOFFERED
from harness.scenario import Scenario
from harness.verdict import Inconclusive
from harness.versions import V16, Version
from scenarios.v16 import survey as v16
from simulators.connection import Upgraded
from simulators.station import Station
from simulators.v16 import ChargePoint

Asking = Callable[[Version], AbstractAsyncContextManager[Station]]
"""Yields a station of a version that nobody else uses."""


class Survey:
    """Asks for versions where a target declares several, and, unless it ``declares`` them, for feature profiles.

    What keeps the survey from asking is for the scenarios to tell: then everything is there.
    """

    def __init__(self, asking: Asking, driver: Driver, *, declares: bool) -> None:
        self._asking = asking
        self._driver = driver
        self._declares = declares

    async def absent(self, scenarios: Collection[Scenario]) -> Mapping[str, str]:
        """Return why some scenarios cannot be played: nobody speaks their version, or their profile is not there."""
        found = await self._unoffered(scenarios)
        profiles = {} if self._declares else await self._profiles([one for one in scenarios if one.id not in found])
        for one in scenarios:
            for name in sorted(one.profiles.intersection(profiles) if one.ocpp is V16 else ()):
                found.setdefault(one.id, profiles[name])
        return found

    async def _unoffered(self, scenarios: Iterable[Scenario]) -> dict[str, str]:
        """Return why scenarios of a version cannot be played where another version is offered, and theirs is not."""
        of_version: defaultdict[Version, list[Scenario]] = defaultdict(list)
        for one in scenarios:
            of_version[one.ocpp].append(one)
        if len(of_version) < 2:
            return {}
        offered = {version: await self._offers(version) for version in of_version}
        if not any(offered.values()):
            return {}
        return {
            one.id: f"the target does not offer {version.subprotocol}; {UNOFFERED}"
            for version, theirs in of_version.items()
            if not offered[version]
            for one in theirs
        }

    async def _offers(self, version: Version) -> bool:
        try:
            async with self._asking(version) as station:
                outcome = await station.knock()
        except (DriverError, Inconclusive):
            return False
        return isinstance(outcome, Upgraded) and outcome.subprotocol == version.subprotocol

    async def _profiles(self, scenarios: Iterable[Scenario]) -> Mapping[str, str]:
        """Return the feature profiles of OCPP 1.6 that are not there; the blocks of later versions always are."""
        profiles = {profile for one in scenarios if one.ocpp is V16 for profile in one.profiles}
        if v16.SURVEYED.isdisjoint(profiles):
            return {}
        try:
            async with self._asking(V16) as station:
                assert isinstance(station, ChargePoint)
                return await v16.absent(station, self._driver, profiles)
        except (DriverError, Inconclusive):
            return {}
