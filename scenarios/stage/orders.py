"""Orders that reach a station, and those that must not: the proof that others of their kind arrive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.csms import Operation, Refused
from harness.csms.console import Csms
from harness.csms.v16 import GetConfiguration
from harness.ocppj import Call
from harness.verdict import Inconclusive, Nonconformity
from simulators.inbox import IncomingCall
from simulators.station import Station
from simulators.v16 import ChargePoint


async def delivered(
    station: Station, csms: Csms, order: Operation, *, status: str = "Accepted", **members: Any
) -> IncomingCall:
    """Have an order performed that the station answers with a status and other ``members``, and return its CALL."""
    await csms.perform(order)
    call = await station.next_call(order.action())
    await call.answer(status=status, **members)
    return call


async def reported(station: ChargePoint, csms: Csms, **keys: str) -> None:
    """Bring a station up that has these configuration keys, and have it tell them; needs OutcomeReader."""
    station.configuration.read_only.update(keys)
    await station.ready()
    asked = await csms.perform(GetConfiguration(station=station.id))
    await (await station.next_call("GetConfiguration")).answer_by_default()
    await csms.outcome(asked)


async def passed_on(
    station: Station, csms: Csms, *orders: Operation, control: Operation, **members: Any
) -> Iterator[IncomingCall]:
    """Give orders that are not to be passed on as they are, then a good one of the kind, and return what came of all.

    An order may be refused, or taken and never carried out; the station answers what comes by itself. Whatever rule
    the CALLs are held to must hold for ``control``, the good order, as well. ``members`` are payload members that tell
    these CALLs from others of the action. A check that is made while a CALL is looked at cites it as evidence. Raises
    Inconclusive where nothing comes at all, for then its absence proves nothing.
    """
    began = len(station.trace)
    for order in orders:
        await csms.attempt(order)
        station.release(order.action())
    trouble = await _trouble(station, csms, control, members)
    calls = [one for one in _calls(station, control.action(), began) if members.items() <= one.payload.items()]
    if not calls:
        raise Inconclusive(f"not even a good {control.action()} arrives, so that nothing follows: {trouble}")
    return _looked_at(station, calls)


async def _trouble(station: Station, csms: Csms, control: Operation, members: Mapping[str, Any]) -> str:
    """Have a good order carried out, and return what was in its way, nothing if it arrived."""
    try:
        await csms.perform(control)
        await (await station.next_call(control.action(), **members)).answer_by_default()
    except (Refused, Nonconformity) as trouble:
        return str(trouble)
    await station.probe()
    return ""


def _calls(station: Station, action: str, since: int) -> Iterator[IncomingCall]:
    for entry in station.received(since):
        if isinstance(entry.frame, Call) and entry.frame.action == action:
            yield IncomingCall(station, entry.frame, entry)


def _looked_at(station: Station, calls: list[IncomingCall]) -> Iterator[IncomingCall]:
    for call in calls:
        station.trace.regard(call.entry)
        yield call
