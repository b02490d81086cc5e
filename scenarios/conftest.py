"""The composition root of the suite: builds driver, csms, stations and tags from the settings of the run."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from harness.csms import Driver
from harness.csms.console import Csms
from harness.plugin import Run
from harness.settings import Settings
from harness.trace import Trace
from scenarios.stage.access import endpoint_of
from scenarios.stage.driver import driver_of
from scenarios.stage.population import Identities, SecureStations, Stations, Tags
from simulators.connection import Endpoint
from simulators.v16 import ChargePoint


def pytest_plugfest_driver(settings: Settings, mutant: str | None) -> Driver:
    """Build the driver that the target names."""
    return driver_of(settings, mutant)


@pytest.fixture(scope="session")
async def driver(plugfest_run: Run) -> AsyncIterator[Driver]:
    """The driver, entered once per worker."""
    async with plugfest_run.driver as entered:
        yield entered


@pytest.fixture(scope="session")
def identities(plugfest_run: Run, request: pytest.FixtureRequest) -> Identities:
    """The station identities that this worker may use."""
    worker: dict[str, object] = getattr(request.config, "workerinput", {})
    number = int(str(worker.get("workerid", "gw0")).removeprefix("gw"))
    return Identities(plugfest_run.settings, number, int(str(worker.get("workercount", 1))))


@pytest.fixture(scope="session")
async def endpoint(plugfest_run: Run, driver: Driver) -> Endpoint:
    """Where the stations connect."""
    return await endpoint_of(plugfest_run.settings, driver)


@pytest.fixture
async def stations(
    plugfest_run: Run, identities: Identities, driver: Driver, endpoint: Endpoint, trace: Trace
) -> AsyncIterator[Stations]:
    """Makes the stations of the scenario, and takes everybody off the stage at its end."""
    csms = Csms(driver, patience=plugfest_run.settings.csms.patience)
    made = Stations(plugfest_run.settings, identities, driver, csms, endpoint, trace)
    yield made
    await csms.leave()
    await made.leave()


@pytest.fixture
def csms(stations: Stations) -> Csms:
    """The central system under test, as its operator sees it."""
    return stations.csms


@pytest.fixture
async def station(stations: Stations) -> ChargePoint:
    """A station that the central system knows, not connected yet."""
    return await stations.new()


@pytest.fixture
def secure(stations: Stations, csms: Csms) -> SecureStations:
    """Makes the stations of the scenario that connect under a security profile."""
    return SecureStations(stations, csms)


@pytest.fixture
def tags(plugfest_run: Run, driver: Driver) -> Tags:
    """The idTags of the scenario."""
    return Tags(plugfest_run.settings, driver)


@pytest.fixture
def policies(plugfest_run: Run) -> object:
    """What the target declares where the text is open."""
    return plugfest_run.settings.policies
