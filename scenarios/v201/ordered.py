"""Orders of an operator of a CSMS that arrive at a charging station as they were given."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from harness.csms import Operation
from harness.csms.console import Csms
from harness.ocppj import Payload
from harness.verdict import Checks
from simulators.inbox import IncomingCall
from simulators.v201 import ChargingStation


async def ordered(
    station: ChargingStation,
    csms: Csms,
    order: Operation,
    check: Checks,
    *,
    clause: str,
    chosen: Collection[str] = (),
) -> IncomingCall:
    """Have an order performed, check that it arrives with the members that were given and no others, and return it.

    ``chosen`` are members that the CSMS chooses itself; customData is free to every CSMS.
    """
    await csms.perform(order)
    call = await station.next_call(order.action())
    free = {"customData", *chosen}
    told = {name: value for name, value in call.payload.items() if name not in free}
    check.equal(told, _as_json(order.payload()), clause=clause)
    return call


async def back_in_service(station: ChargingStation, check: Checks, reason: str) -> None:
    """Boot for a reason, and check that the boot is accepted and every connector's report confirmed (B01, G01)."""
    boot = await station.boot(announce=False, reason=reason)
    check.equal(boot.payload.get("status"), "Accepted", clause="OCPP 2.0.1 B01.FR.02")
    await reported(station, check, "Available")


async def reported(station: ChargingStation, check: Checks, status: str, *places: tuple[int, int]) -> None:
    """Report the status of some connectors, of all without any, and check that each report is confirmed."""
    for evse, connector in places or tuple(station.statuses):
        confirmed(await station.status(evse, connector, status), check, clause="OCPP 2.0.1 G01.FR.01")


def confirmed(answer: Any, check: Checks, *, clause: str) -> None:
    """Check that an answer without members of its own has none but customData."""
    told: Payload = {name: value for name, value in answer.payload.items() if name != "customData"}
    check.equal(told, {}, clause=clause)


def _as_json(value: Any) -> Any:
    match value:
        case dict():
            return {name: _as_json(member) for name, member in value.items()}
        case list() | tuple():
            return [_as_json(item) for item in value]
    return value
