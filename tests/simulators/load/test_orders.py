"""What an operator has stations do: valid operations, due by chance that follows from the seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from harness.csms import Operation, v16, v201
from harness.load.plan import FleetError, Plan
from harness.ocppj import Call, CallError
from harness.schemas import Kind, schemas
from simulators.load.dialect import Dialect
from simulators.load.of_v16 import ChargePoints
from simulators.load.of_v201 import ChargingStations
from simulators.load.orders import ORDERS, orders

PLAN = Plan(endpoint="ws://127.0.0.1:1/", workload="remote-control", stations=60, duration=300.0, ramp=60.0)
OFFERED: tuple[type[Operation], ...] = (*v16.OPERATIONS.values(), *v201.OPERATIONS.values())
DIALECTS: dict[str, Dialect] = {"1.6": ChargePoints(), "2.0.1": ChargingStations()}


def of(plan: Plan) -> Iterator[tuple[float, Operation]]:
    """Return the orders of a plan for a driver that can do everything."""
    return orders(plan, OFFERED)


@pytest.mark.parametrize("version", ORDERS)
def test_orders_are_valid_and_the_fleet_takes_them(version: str) -> None:
    """Each operation is of the version, valid, and none that a station of the fleet does not implement."""
    given = {operation.action(): operation for _, operation in of(replace(PLAN, version=version))}
    assert given.keys() == ORDERS[version].keys()
    for action, operation in given.items():
        assert operation.version == version
        assert schemas(version).violations(action, Kind.REQUEST, operation.payload()) == ()
        assert not isinstance(DIALECTS[version].answer(Call("1", action)), CallError)


def test_orders_follow_from_the_seed() -> None:
    """The same seed gives the same orders."""
    assert list(of(PLAN)) == list(of(PLAN))
    assert list(of(PLAN)) != list(of(replace(PLAN, seed=1)))


def test_orders_come_at_their_rate_once_all_are_there() -> None:
    """Sixty stations have one each per minute, from when all have arrived until the end."""
    times = [at for at, _ in of(PLAN)]
    assert 3.0 <= times[0] < times[-1] < 300.0
    assert all(one < other for one, other in pairwise(times))
    assert 240 < len(times) < 360
    assert {operation.station for _, operation in of(PLAN)} <= {f"PLUGFEST{number:06}" for number in range(60)}


def test_rate_hurries_the_operator_too() -> None:
    """All messages together are as many per second as were asked for."""
    assert len(list(of(replace(PLAN, rate=12.0)))) == pytest.approx(10 * len(list(of(PLAN))), rel=0.15)


def test_workload_without_orders() -> None:
    """Others have none."""
    assert list(of(replace(PLAN, workload="daily"))) == []


def test_driver_that_offers_some() -> None:
    """What it cannot have performed is left out."""
    some = orders(PLAN, [v16.ClearCache, v16.Reset])
    assert {operation.action() for _, operation in some} == {"ClearCache"}


def test_driver_that_offers_none() -> None:
    """A workload about orders is nothing for a target that nobody operates."""
    with pytest.raises(FleetError, match=r"remote-control has an operator send ChangeAvailability.*name a driver"):
        orders(PLAN, [v16.Reset])


def test_orders_of_ones_own(tmp_path: Path) -> None:
    """A workload may name its actions; one that there is not is told with those that there are."""
    path = tmp_path / "mine.toml"
    path.write_text('[mine]\nlike = "remote-control"\norders = { every = 1, actions = ["ClearCache"] }\n')
    assert {operation.action() for _, operation in of(replace(PLAN, workload=str(path)))} == {"ClearCache"}
    path.write_text('[mine]\nlike = "remote-control"\norders = { every = 1, actions = ["Explode"] }\n')
    with pytest.raises(FleetError, match=r"no order 'Explode'. Valid here: ChangeAvailability"):
        of(replace(PLAN, workload=str(path)))
