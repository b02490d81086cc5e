"""What reaches a station when an operator asks for something that may be refused."""

from __future__ import annotations

from typing import Any

from harness.csms import Operation, Refused
from harness.csms.console import Csms
from harness.ocppj import Call, Payload
from simulators.v16 import ChargePoint


async def sent(station: ChargePoint, csms: Csms, order: Operation) -> list[Payload]:
    """Return the payloads that the station gets for an order, which it answers by itself; needs OutcomeReader."""
    began = len(station.trace)
    request = await csms.attempt(order)
    if not isinstance(request, Refused):
        station.release(order.action())
        await csms.outcome(request)
    await station.probe()
    calls = (entry.frame for entry in station.received(began))
    return [call.payload for call in calls if isinstance(call, Call) and call.action == order.action()]


async def ordered(station: ChargePoint, csms: Csms, order: Operation, **answer: Any) -> Payload:
    """Return the payload that the station gets for an order, once it has answered it."""
    await csms.perform(order)
    call = await station.next_call(order.action())
    await call.answer(**answer)
    return call.payload
