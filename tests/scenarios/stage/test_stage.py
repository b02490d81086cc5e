"""The stage brings what a scenario names, and clears up behind it."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from harness.csms.console import Csms
from harness.evidence import Evidence
from harness.playing import Player, Terms
from harness.record import Result
from harness.scenario import PROXY, Part, Scenario, ScenarioError
from harness.settings import PoliciesSection, Settings
from harness.trace import Trace
from harness.verdict import Checks, Verdict
from scenarios.stage.identities import Identities
from scenarios.stage.population import Population, Secured, Stations, Tags
from scenarios.stage.stage import Stage
from server.driver import ReferenceDriver
from simulators.connection import Party
from simulators.network.network import Network
from simulators.v16 import ChargePoint
from simulators.v201 import ChargingStation


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """A stage with the reference central system."""
    async with Stage(Settings(), ReferenceDriver(), Identities(Settings())) as entered:
        yield entered


def part(function: Callable[..., Any], id: str = "v16.core.feature.one") -> Part:
    """Return a function as a scenario."""
    return Part(Scenario(id, "It does.", ("c",), (), (), (), (), __name__), function)


def evidence() -> Evidence:
    """Return evidence with nothing in it."""
    trace = Trace()
    return Evidence(trace, Checks(trace.evidence))


async def test_scene_has_what_the_function_names(stage: Stage) -> None:
    """Each argument is of the scenario's own."""

    async def function(
        station: object, stations: object, csms: object, secure: object, tags: object, policies: object, trace: object
    ) -> None: ...

    own = evidence()
    async with stage.scene(part(function), own, fresh=False) as scene:
        kinds = {name: type(value) for name, value in scene.arguments.items()}
        assert scene.arguments["trace"] is own.trace
    assert kinds == {
        "station": ChargePoint,
        "stations": Population,
        "csms": Csms,
        "secure": Secured,
        "tags": Tags,
        "policies": PoliciesSection,
        "trace": Trace,
    }


async def test_scene_without_what_the_function_names(stage: Stage) -> None:
    """A name that means nothing is an error that lists those that do."""

    async def function(stration: object) -> None: ...

    with pytest.raises(ScenarioError, match=r"booted, .*, stations?, .* and for no 'stration'"):
        async with stage.scene(part(function), evidence(), fresh=False):
            pass


async def test_stations_speak_the_version_of_the_scenario(stage: Stage) -> None:
    """A scenario of OCPP 2.0.1 has a charging station, and makes more of them."""

    async def function(station: object, stations: object) -> None: ...

    async with stage.scene(part(function, "v201.provisioning.feature.one"), evidence(), fresh=False) as scene:
        assert type(scene.arguments["station"]) is ChargingStation
        assert type(await scene.arguments["stations"].new()) is ChargingStation


async def test_case_of_a_family_is_brought(stage: Stage) -> None:
    """The function gets the case of the member."""

    async def function(case: int) -> None: ...

    async with stage.scene(replace(part(function), case=7), evidence(), fresh=False) as scene:
        assert scene.arguments == {"case": 7}


async def test_station_is_known_and_off_the_wire_at_the_end(stage: Stage) -> None:
    """It can boot at once, and is disconnected when the scenario is through."""

    async def function(station: ChargePoint) -> None: ...

    async with stage.scene(part(function), evidence(), fresh=False) as scene:
        station: ChargePoint = scene.arguments["station"]
        assert (await station.boot(announce=False)).payload["status"] == "Accepted"
    assert not station.connected


async def test_scenarios_are_played_on_it_side_by_side() -> None:
    """Stations of scenarios that are under way together do not meet."""
    seen: list[str] = []

    async def function(station: ChargePoint, check: Checks) -> None:
        seen.append(station.id)
        await station.ready(announce=False)
        check.equal({entry.station for entry in station.trace}, {station.id}, clause="c")

    results: list[Result] = []
    stage = Stage(Settings(), ReferenceDriver(), Identities(Settings()))
    await Player(stage, Terms(Settings(), 8), results.append).play([part(function)] * 8)
    assert {result.verdict for result in results} == {Verdict.PASSED}
    assert len(set(seen)) == 8


def played(function: Callable[..., Any]) -> Part:
    """Return a function as a scenario that makes faults of the network."""
    return Part(replace(part(function).scenario, needs=(PROXY,)), function)


async def test_network_of_a_scenario_is_its_own() -> None:
    """What a scenario does to its network, its stations suffer and nobody else's."""

    async def broken(station: ChargePoint, stations: Stations, network: Network, check: Checks) -> None:
        await station.ready(announce=False)
        second = await stations.new()
        await network.cut()
        check.equal((await station.wait_closed()).by, Party.NETWORK, clause="c")
        await second.ready(announce=False)

    async def whole(station: ChargePoint, check: Checks) -> None:
        await station.ready(announce=False)
        await station.probe()
        check.that(station.connected, "a connection", observed="none", clause="c")

    results: list[Result] = []
    stage = Stage(Settings(), ReferenceDriver(), Identities(Settings()))
    if reason := stage.lack("toxiproxy"):
        pytest.skip(reason)
    await Player(stage, Terms(Settings(), 8), results.append).play([played(broken), part(whole)] * 3)
    assert [result.message for result in results if result.verdict is not Verdict.PASSED] == []


async def test_toxiproxy_that_dies_is_an_error() -> None:
    """A scenario in which Toxiproxy is killed ends in error, and the next one has a new Toxiproxy."""

    async def killed(station: ChargePoint, network: Network) -> None:
        await station.ready(announce=False)
        assert network.pid
        os.kill(network.pid, signal.SIGKILL)
        await station.wait_closed()
        await station.call("Heartbeat")

    async def next_one(station: ChargePoint, network: Network, check: Checks) -> None:
        await station.ready(announce=False)
        check.equal(network.trouble(), None, clause="c")

    results: list[Result] = []
    stage = Stage(Settings(), ReferenceDriver(), Identities(Settings()))
    if reason := stage.lack("toxiproxy"):
        pytest.skip(reason)
    await Player(stage, Terms(Settings(), 1), results.append).play([played(killed), played(next_one)])
    assert [(one.verdict, one.message) for one in results] == [
        (Verdict.ERROR, "ToxiproxyError: Toxiproxy ended with exit code -9"),
        (Verdict.PASSED, ""),
    ]


async def test_scenario_without_toxiproxy_is_not_applicable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no Toxiproxy, what takes one is not applicable, and it is said how to get it."""

    async def function(station: ChargePoint, network: Network) -> None: ...

    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "/nonexistent")
    results: list[Result] = []
    await Player(
        Stage(Settings(), ReferenceDriver(), Identities(Settings())), Terms(Settings(), 1), results.append
    ).play([played(function)])
    assert results[0].verdict is Verdict.NOT_APPLICABLE
    assert "plugfest doctor --install" in results[0].message
