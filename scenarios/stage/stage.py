"""The stage of the suite: one driver, one way to the central system, and a scene for each scenario."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

from harness.csms import Driver
from harness.csms.console import Csms
from harness.evidence import Evidence
from harness.scenario import Part
from harness.settings import Settings
from scenarios.stage.access import endpoint_of
from scenarios.stage.identities import Identities
from scenarios.stage.population import SecureStations, Stations, Tags
from simulators.connection import Endpoint


class Stage:
    """Brings what scenarios name as their arguments.

    ``csms`` is the central system as its operator sees it, ``station`` a station that it knows and that is not
    connected yet, ``stations`` and ``secure`` make more of them, ``tags`` makes idTags, ``policies`` is what the target
    declares where the text is open; ``check``, ``trace`` and ``case`` are those of the scenario.
    """

    def __init__(self, settings: Settings, driver: Driver, identities: Identities) -> None:
        self._settings = settings
        self._identities = identities
        self.driver = driver
        self._endpoint = Endpoint("")

    async def __aenter__(self) -> Self:
        self.driver = await self.driver.__aenter__()
        self._endpoint = await endpoint_of(self._settings, self.driver)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.driver.__aexit__(kind, error, trace)

    @asynccontextmanager
    async def scene(self, part: Part, evidence: Evidence) -> AsyncIterator[Mapping[str, Any]]:
        """Yield the arguments of one scenario; at its end nobody of it is left on the wire."""
        several = not {"stations", "secure"}.isdisjoint(part.arguments)
        async with self._identities.loan(several=several) as loan:
            kept = self._settings.stations.identities
            csms = Csms(self.driver, patience=self._settings.csms.patience, kept=kept)
            stations = Stations(self._settings, loan, self.driver, csms, self._endpoint, evidence.trace)
            try:
                yield await self._props(part, evidence, csms, stations)
            finally:
                await csms.leave()
                await stations.leave()

    async def _props(self, part: Part, evidence: Evidence, csms: Csms, stations: Stations) -> Mapping[str, Any]:
        props = {
            "case": part.case,
            "check": evidence.checks,
            "csms": csms,
            "policies": self._settings.policies,
            "secure": SecureStations(stations, csms),
            "stations": stations,
            "tags": Tags(self._settings, self.driver),
            "trace": evidence.trace,
        }
        if "station" in part.arguments:
            props["station"] = await stations.new()
        return {name: props[name] for name in part.arguments}
