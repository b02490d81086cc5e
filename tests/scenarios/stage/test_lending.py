"""Booted stations serve one scenario after the other, as long as none leaves anything behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from harness.playing import Player, Terms
from harness.record import Result
from harness.settings import Settings, StationsSection
from harness.verdict import Checks, Verdict
from scenarios.stage.identities import Identities
from scenarios.stage.stage import Stage
from server.driver import ReferenceDriver
from simulators.v16 import ChargePoint
from tests.scenarios.stage.test_stage import part


class Cast:
    """The stations that scenarios were given, in order, and the scenarios that leave them in some state."""

    def __init__(self) -> None:
        self.stations: list[ChargePoint] = []
        self.booting: list[bool] = []
        self.both = asyncio.Barrier(2)

    async def passes(self, booted: ChargePoint, check: Checks) -> None:
        """Have one ordinary exchange."""
        self.stations.append(booted)
        self.booting.append(any("BootNotification" in entry.text for entry in booted.trace))
        await booted.heartbeat()
        check.equal(booted.connected, True, clause="c")

    async def fails(self, booted: ChargePoint, check: Checks) -> None:
        """Find something wrong."""
        await self.passes(booted, check)
        check.equal(1, 2, clause="c")

    async def leaves_an_answer_owed(self, booted: ChargePoint, check: Checks) -> None:
        """Send a CALL and do not wait for its answer."""
        await self.passes(booted, check)
        await booted.send([2, booted.new_id(), "Heartbeat", {}])

    async def sends_garbage(self, booted: ChargePoint, check: Checks) -> None:
        """Send what no station sends."""
        await self.passes(booted, check)
        await booted.send("[")
        await booted.heartbeat()

    async def drops_the_last(self, station: ChargePoint, check: Checks) -> None:
        """Cut the connection of the station that the scenario before had."""
        await self.stations[-1].drop()
        await station.ready(announce=False)
        check.equal(1, 1, clause="c")

    async def passes_on_a_booting_station_only(self, booted: ChargePoint, check: Checks) -> None:
        """Fail unless the station has just booted."""
        await self.passes(booted, check)
        check.equal(self.booting[-1], True, clause="c")

    async def waits_for_two(self, booted: ChargePoint, check: Checks) -> None:
        """Be under way together with another one."""
        await self.passes(booted, check)
        async with asyncio.timeout(5):
            await self.both.wait()


@pytest.fixture
def cast() -> Cast:
    """Nobody has been on the stage yet."""
    return Cast()


async def play(*functions: Callable[..., Any], at_once: int = 1, **stations: Any) -> list[Result]:
    """Play functions as scenarios on a stage with the reference central system."""
    results: list[Result] = []
    settings = Settings(stations=StationsSection(**stations))

    stage = Stage(settings, ReferenceDriver(accept_unknown=True), Identities(settings))
    await Player(stage, Terms(settings, at_once), results.append).play([part(one) for one in functions])
    return results


async def test_one_station_serves_many_scenarios(cast: Cast) -> None:
    """It boots for the first of them, and each sees only what happened in its own time."""
    results = await play(cast.passes, cast.passes, cast.passes)
    assert [result.verdict for result in results] == [Verdict.PASSED] * 3
    assert (len(set(cast.stations)), cast.booting) == (1, [True, False, False])


async def test_nobody_is_left_on_the_wire_at_the_end(cast: Cast) -> None:
    """A station that waited for the next scenario leaves with the stage."""
    await play(cast.passes)
    assert not cast.stations[0].connected


@pytest.mark.parametrize("leaves", ["fails", "leaves_an_answer_owed", "sends_garbage"])
async def test_station_that_may_have_something_coming_is_not_lent_again(cast: Cast, leaves: str) -> None:
    """Whatever follows from what a scenario did does not meet another one."""
    await play(getattr(cast, leaves), cast.passes)
    assert (len(set(cast.stations)), cast.booting) == (2, [True, True])
    assert not cast.stations[0].connected


async def test_dead_station_is_not_lent_again(cast: Cast) -> None:
    """A scenario that would get one whose connection has ended meanwhile gets a new one."""
    results = await play(cast.passes, cast.drops_the_last, cast.passes)
    assert {result.verdict for result in results} == {Verdict.PASSED}
    assert cast.booting == [True, True]


async def test_nobody_is_blamed_for_what_an_earlier_scenario_caused(cast: Cast) -> None:
    """What does not pass with a used station is played again with a fresh one, and only that counts."""
    results = await play(cast.passes, cast.passes_on_a_booting_station_only)
    assert [result.verdict for result in results] == [Verdict.PASSED, Verdict.PASSED]
    assert cast.booting == [True, False, True]


async def test_scenarios_at_the_same_time_have_a_station_each(cast: Cast) -> None:
    """As many are booted as are asked for at once."""
    results = await play(cast.waits_for_two, cast.waits_for_two, at_once=2)
    assert ({result.verdict for result in results}, len(set(cast.stations))) == ({Verdict.PASSED}, 2)


async def test_idle_station_gives_its_identity_up(cast: Cast) -> None:
    """With one listed identity, a scenario with a station of its own follows one with a booted one."""
    results = await play(cast.passes, cast.drops_the_last, cast.passes, identities=("CP-1",))
    assert {result.verdict for result in results} == {Verdict.PASSED}
    assert {station.id for station in cast.stations} == {"CP-1"}
