"""Tests of the ordinary operations of OCPP 2.0.1: what they refer to exists, and nothing of it is left over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from harness.csms import TransactionReader, TransactionView, v201
from harness.csms.console import Csms
from harness.schemas import Kind, schemas
from harness.settings import Settings
from harness.trace import Trace
from scenarios.stage.population import Tags
from scenarios.v201.validation.operations import ordinary
from server.driver import ReferenceDriver
from simulators.connection import Endpoint
from simulators.v201 import ChargingStation


@dataclass
class Scene:
    """A booted charging station that faces the reference central system."""

    station: ChargingStation
    csms: Csms
    tags: Tags

    async def transaction(self) -> TransactionView:
        """Return the only transaction of the station."""
        (view,) = await self.csms.ask(TransactionReader).transactions(self.station.id)
        return view


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """The scene of one operation."""
    async with ReferenceDriver() as driver:
        await driver.provision_station("CS1")
        station = ChargingStation("CS1", Endpoint(driver.endpoint), Trace())
        csms = Csms(driver, patience=5)
        csms.watch(station)
        await station.ready(announce=False)
        yield Scene(station, csms, Tags(Settings(), driver))
        await csms.leave()
        await station.leave()


@pytest.mark.parametrize("action", sorted(v201.OPERATIONS))
async def test_operation_reaches_the_station(scene: Scene, action: str) -> None:
    """There is an ordinary operation of each kind; it takes no more preparation, and its CALL is valid."""
    async with ordinary(action, scene.station, scene.csms, scene.tags) as order:
        await scene.csms.perform(order)
        call = await scene.station.next_call(action)
        assert schemas("2.0.1").violations(action, Kind.REQUEST, call.payload) == ()
        await call.answer_by_default()


async def test_transaction_runs_until_the_operation_is_over(scene: Scene) -> None:
    """The transaction that is to be stopped is under way, and ends with the case."""
    async with ordinary("RequestStopTransaction", scene.station, scene.csms, scene.tags) as order:
        assert isinstance(order, v201.RequestStopTransaction)
        view = await scene.transaction()
        assert (view.id, view.active) == (order.transaction_id, True)
    assert not (await scene.transaction()).active


async def test_transaction_ends_though_the_case_fails(scene: Scene) -> None:
    """A case that breaks off leaves no transaction behind, for the next one needs its token."""
    with pytest.raises(LookupError):
        async with ordinary("RequestStopTransaction", scene.station, scene.csms, scene.tags):
            raise LookupError
    assert not (await scene.transaction()).active
