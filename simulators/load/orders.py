"""What an operator has stations do over the time of a load run: operations with the times at which they are due."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from random import Random

from harness.csms import Operation, v16, v201
from harness.load.plan import FleetError, Plan
from harness.settings import load
from simulators.load.id_tags import tags
from simulators.load.workload import of

SETTLE = 2.0
"""Seconds between the last arrival of a station and the first order."""

Order = tuple[float, Operation]
"""Seconds after the beginning of the run at which an operation is due."""

_Made = Callable[[str, str], Operation]
"""What makes an operation of a station and an idTag."""

ORDERS: Mapping[str, Mapping[str, _Made]] = {
    "1.6": {
        "ChangeAvailability": lambda at, tag: v16.ChangeAvailability(station=at, connector_id=1, type="Operative"),
        "ClearCache": lambda at, tag: v16.ClearCache(station=at),
        "GetConfiguration": lambda at, tag: v16.GetConfiguration(station=at, key=("HeartbeatInterval",)),
        "GetLocalListVersion": lambda at, tag: v16.GetLocalListVersion(station=at),
        "RemoteStartTransaction": lambda at, tag: v16.RemoteStartTransaction(station=at, id_tag=tag, connector_id=1),
        "UnlockConnector": lambda at, tag: v16.UnlockConnector(station=at, connector_id=1),
    },
    "2.0.1": {
        "ChangeAvailability": lambda at, tag: v201.ChangeAvailability(
            station=at, operational_status="Operative", evse={"id": 1}
        ),
        "ClearCache": lambda at, tag: v201.ClearCache(station=at),
        "GetTransactionStatus": lambda at, tag: v201.GetTransactionStatus(station=at),
        "UnlockConnector": lambda at, tag: v201.UnlockConnector(station=at, evse_id=1, connector_id=1),
    },
}
"""Version → action → operation: those that leave a station as it is, whatever it is doing."""


def orders(plan: Plan, offered: Collection[type[Operation]]) -> Iterator[Order]:
    """Return the orders of a plan, of the operations that a driver offers; none where the workload has none.

    They fall due by themselves, as if many operators knew nothing of each other, once all stations have had the time to
    connect. Raises FleetError where the driver offers none of those that the workload has.
    """
    workload = of(plan)
    if workload.orders is None:
        return iter(())
    known, offers = ORDERS[workload.version], {(kind.version, kind.action()) for kind in offered}
    wanted = sorted(workload.orders.actions or known)
    if unknown := set(wanted) - known.keys():
        raise FleetError(f"{plan.workload}: orders.actions: no order {min(unknown)!r}. Valid here: {', '.join(known)}")
    made = [known[action] for action in wanted if (workload.version, action) in offers]
    if not made:
        raise FleetError(
            f"{plan.workload} has an operator send {', '.join(wanted)}, and the driver of the target performs none of "
            "them; name a driver in the target file that does"
        )
    rate = plan.stations * workload.speed / workload.orders.every
    return _due(plan, made, workload.arrival(plan.stations, plan.stations, plan.ramp) + SETTLE, rate)


def _due(plan: Plan, made: list[_Made], begins: float, rate: float) -> Iterator[Order]:
    """Yield orders until the end of a run, so many per second, the intervals being those of a Poisson process."""
    chance = Random(f"{plan.seed} orders")  # noqa: S311 - it has to be repeatable
    settings = load(plan.target)
    names, due = settings.stations, begins
    while (due := due + chance.expovariate(rate)) < plan.duration:
        station = names.identity(chance.randrange(plan.stations))
        yield due, chance.choice(made)(station, chance.choice(tags(settings)))
