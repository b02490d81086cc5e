"""An order that is carried out, and what the station gets for it."""

from __future__ import annotations

from typing import Any

from harness.csms import Operation
from harness.csms.console import Csms
from harness.ocppj import Payload
from simulators.v16 import ChargePoint


async def ordered(station: ChargePoint, csms: Csms, order: Operation, **answer: Any) -> Payload:
    """Return the payload that the station gets for an order, once it has answered it."""
    await csms.perform(order)
    call = await station.next_call(order.action())
    await call.answer(**answer)
    return call.payload
