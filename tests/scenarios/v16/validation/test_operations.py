"""Tests of the ordinary operations: what they refer to exists, and nothing of it is left over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from harness.csms import ChargingProfileReader, TransactionReader, TransactionView, v16
from harness.csms.console import Csms
from harness.csms.operation import Operation
from harness.schemas import Kind, schemas
from harness.settings import Settings
from harness.trace import Trace
from scenarios.stage.population import Tags
from scenarios.v16.validation.operations import ACTIONS, ordinary
from server.driver import ReferenceDriver
from simulators.connection import Endpoint
from simulators.v16 import ChargePoint


@dataclass
class Scene:
    """A booted station that faces the reference central system."""

    station: ChargePoint
    csms: Csms
    tags: Tags

    async def transactions(self) -> list[TransactionView]:
        """Return the transactions of the station."""
        return list(await self.csms.ask(TransactionReader).transactions(self.station.id))


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """The scene of one operation."""
    async with ReferenceDriver() as driver:
        await driver.provision_station("CP1")
        station = ChargePoint("CP1", Endpoint(driver.endpoint), Trace())
        csms = Csms(driver, patience=5)
        csms.watch(station)
        await station.ready(announce=False)
        yield Scene(station, csms, Tags(Settings(), driver))
        await csms.leave()
        await station.leave()


def test_every_operation_is_ordinary() -> None:
    """There is one ordinary operation of each kind."""
    assert set(ACTIONS) == set(v16.OPERATIONS)


@pytest.mark.parametrize("action", ACTIONS)
async def test_operation_reaches_the_station(scene: Scene, action: str) -> None:
    """Each operation is performed without any more preparation, and its CALL is valid."""
    async with ordinary(action, scene.station, scene.csms, scene.tags) as order:
        await scene.csms.perform(order)
        call = await scene.station.next_call(action)
        assert schemas("1.6").violations(action, Kind.REQUEST, call.payload) == ()
        await call.answer_by_default()


async def _order(scene: Scene, action: str) -> Operation:
    async with ordinary(action, scene.station, scene.csms, scene.tags) as order:
        return order


async def test_transaction_runs_until_the_operation_is_over(scene: Scene) -> None:
    """The transaction that is to be stopped is under way, and ends with the case."""
    async with ordinary("RemoteStopTransaction", scene.station, scene.csms, scene.tags) as order:
        assert isinstance(order, v16.RemoteStopTransaction)
        (view,) = await scene.transactions()
        assert (view.id, view.active) == (order.transaction_id, True)
    (view,) = await scene.transactions()
    assert not view.active


async def test_transaction_ends_though_the_case_fails(scene: Scene) -> None:
    """A case that breaks off leaves no transaction behind, for the next one needs its tag."""
    with pytest.raises(LookupError):
        async with ordinary("RemoteStopTransaction", scene.station, scene.csms, scene.tags):
            raise LookupError
    (view,) = await scene.transactions()
    assert not view.active


async def test_reservation_and_profile_are_there(scene: Scene) -> None:
    """The reservation that is cancelled is active, the profile that is cleared is installed."""
    order = await _order(scene, "CancelReservation")
    assert isinstance(order, v16.CancelReservation)
    assert (await scene.csms.reservation("CP1", order.reservation_id)).status == "active"
    order = await _order(scene, "ClearChargingProfile")
    assert isinstance(order, v16.ClearChargingProfile)
    assert [view.id for view in await scene.csms.ask(ChargingProfileReader).charging_profiles("CP1")] == [order.id]


@pytest.mark.parametrize("action", ["RemoteStartTransaction", "ReserveNow"])
async def test_tag_is_accepted(scene: Scene, action: str) -> None:
    """The tag of an operation is one that the central system accepts."""
    order = await _order(scene, action)
    answer = await scene.station.authorize(order.id_tag)  # type: ignore[attr-defined]
    assert answer.member("idTagInfo", "status") == "Accepted"
