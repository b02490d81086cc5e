"""The stage of the suite: one driver, one way to the central system, and a scene for each scenario."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Any, Self

from harness.adversity import CALM, Adversity
from harness.csms import Driver
from harness.csms.console import Csms
from harness.evidence import Evidence
from harness.playing import Scene
from harness.scenario import Part, Scenario, ScenarioError
from harness.settings import Settings
from harness.trace import Trace
from harness.versions import Version
from scenarios.stage.access import endpoint_of
from scenarios.stage.devices import BODIES, Devices
from scenarios.stage.identities import Identities, Loan
from scenarios.stage.lending import Lender
from scenarios.stage.numbers import numbers_of
from scenarios.stage.population import KINDS, Population, S, SecureStations, Tags
from scenarios.stage.rig import Rig
from scenarios.stage.strangers import Strangers
from scenarios.stage.survey import Survey
from simulators.connection import Endpoint
from simulators.network.network import Network
from simulators.station import Station


class Stage:
    """Brings what scenarios name as their arguments.

    ``csms`` is the central system as its operator sees it, ``station`` a station that it knows and that is not
    connected yet, ``booted`` one that has been accepted and may have served other scenarios; ``stations`` and
    ``secure`` make more of them, ``tags`` makes idTags. ``network`` lies between all of them and the central system.
    ``device`` is a whole charge point that decides by itself what it sends, ``devices`` makes more of them.
    ``policies`` is what the target declares where the text is open; ``check``, ``trace`` and ``case`` are those of the
    scenario.
    """

    def __init__(self, settings: Settings, driver: Driver, identities: Identities, adversity: Adversity = CALM) -> None:
        self._settings = settings
        self._identities = identities
        self.driver = driver
        self._endpoint = Endpoint("")
        self._lender = Lender(identities, self._populate_lent)
        self._strangers = Strangers(settings, driver, self._endpoint)
        self._numbers = numbers_of(settings.features)
        self._rig = Rig(settings, adversity)

    async def __aenter__(self) -> Self:
        self.driver = await self.driver.__aenter__()
        self._endpoint = await endpoint_of(self._settings, self.driver)
        self._strangers = Strangers(self._settings, self.driver, self._endpoint)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._lender.leave()
            await self._rig.leave()
        finally:
            await self.driver.__aexit__(kind, error, trace)

    def lack(self, component: str) -> str | None:
        """Return why a component of the harness is not there and how to get it, None where it is."""
        return self._rig.lack(component)

    def unfit(self, scenario: Scenario) -> str | None:
        """Return why a scenario makes no sense under the network condition of the run."""
        return self._rig.unfit(scenario)

    async def absent(self, scenarios: Collection[Scenario]) -> Mapping[str, str]:
        """Return why scenarios cannot be played whose version or feature profile is not there at all, by their ids."""
        declares = self._settings.features.profiles is not None
        return await Survey(self._asking, self.driver, declares=declares).absent(scenarios)

    @asynccontextmanager
    async def _asking(self, version: Version) -> AsyncIterator[Station]:
        """Yield a station that only the survey uses."""
        async with AsyncExitStack() as life:
            loan = await life.enter_async_context(self._identities.loan(several=False))
            stations = self._populate(KINDS[version.name], loan, Trace(), "survey")
            life.push_async_callback(stations.leave)
            life.push_async_callback(stations.csms.leave)
            yield await stations.new()

    @asynccontextmanager
    async def scene(self, part: Part, evidence: Evidence, *, fresh: bool) -> AsyncIterator[Scene]:
        """Yield the arguments of one scenario; at its end nobody of it is left on the wire but a station that is lent.

        A ``fresh`` scene has no station that served others.
        """
        names, kind = part.arguments, KINDS[part.scenario.version]
        several = not {"stations", "secure", "devices"}.isdisjoint(names)
        async with AsyncExitStack() as life:
            loan = await life.enter_async_context(self._identities.loan(several=several))
            network = self._rig.network(part.scenario.id, quiet="network" in names)
            acts = not {"device", "devices"}.isdisjoint(names)
            if acts:
                kind = BODIES[part.scenario.version]
            stations = self._populate(kind, loan, evidence.trace, part.scenario.id, network)
            life.push_async_callback(stations.leave)
            life.push_async_callback(stations.csms.leave)
            props = self._props(part, evidence, stations)
            used = False
            if "station" in names:
                props["station"] = await stations.new()
            if acts:
                props |= await self._devices(part, stations, life)
            if "booted" in names:
                lent = await life.enter_async_context(self._lender.lend(kind, evidence, stations.csms, fresh=fresh))
                props["booted"], used = lent.station, lent.used
            if unknown := [name for name in names if name not in props]:
                there = ", ".join(sorted({*props, "booted", "device", "devices", "station"}))
                raise ScenarioError(f"a scenario may ask for {there}, and for no {unknown[0]!r}")
            yield Scene({name: props[name] for name in names}, used)

    async def _devices(self, part: Part, bodies: Population[Any], life: AsyncExitStack) -> dict[str, Any]:
        player, configuration = part.case
        devices = Devices(player, configuration, bodies, self._settings.csms.patience)
        life.push_async_callback(devices.leave)
        return {"devices": devices} | ({"device": await devices.new()} if "device" in part.arguments else {})

    def _populate_lent(self, kind: type[S], loan: Loan, trace: Trace) -> Population[S]:
        return self._populate(kind, loan, trace, "lent", self._rig.network("lent"))

    def _populate(
        self, kind: type[S], loan: Loan, trace: Trace, purpose: str, network: Network | None = None
    ) -> Population[S]:
        csms = Csms(
            self.driver,
            patience=self._settings.csms.patience,
            kept=self._settings.stations.identities,
            numbers=self._numbers,
            firmware_lead=self._settings.features.firmware_lead,
        )
        company: dict[str, Any] = {
            "strangers": self._strangers,
            "network": network,
            "faults": self._rig.faults(purpose),
        }
        return Population(kind, self._settings, loan, self.driver, csms, self._endpoint, trace, **company)

    def _props(self, part: Part, evidence: Evidence, stations: Population[Any]) -> dict[str, Any]:
        return {
            "case": part.case,
            "check": evidence.checks,
            "csms": stations.csms,
            "network": stations.network,
            "policies": self._settings.policies,
            "secure": SecureStations(stations, stations.csms),
            "stations": stations,
            "tags": Tags(self._settings, self.driver),
            "trace": evidence.trace,
        }
