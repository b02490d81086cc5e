"""A charging station that faces a scripted CSMS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from harness.ocppj import Call
from harness.trace import Direction, Trace
from simulators.connection import Endpoint
from simulators.v201 import ChargingStation
from tests.simulators.central import NOW, Script, central_system, receive, send
from tests.simulators.conftest import PATIENCE

Facing = Callable[..., Awaitable[ChargingStation]]

ACCEPTED: Mapping[str, Any] = {"idTokenInfo": {"status": "Accepted"}}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "Authorize": ACCEPTED,
    "BootNotification": {"status": "Accepted", "currentTime": NOW, "interval": 300},
    "DataTransfer": {"status": "UnknownVendorId"},
    "Heartbeat": {"currentTime": NOW},
    "TransactionEvent": ACCEPTED,
}


def obliging(**members: Mapping[str, Any]) -> Script:
    """Return a CSMS that answers every CALL, some actions with other members than a correct one."""

    async def oblige(socket: ServerConnection) -> None:
        while True:
            message = await receive(socket)
            if message[0] == 2:
                await send(socket, [3, message[1], {**ANSWERS.get(message[2], {}), **members.get(message[2], {})}])

    return oblige


def asking(action: str, payload: Mapping[str, Any], answers: list[Any], calls: int) -> Script:
    """Return a CSMS that sends one CALL, keeps its answer, and then answers so many CALLs of the station."""

    async def ask(socket: ServerConnection) -> None:
        await send(socket, [2, "asked", action, payload])
        answers.append(await receive(socket))
        for _ in range(calls):
            message = await receive(socket)
            await send(socket, [3, message[1], ANSWERS.get(message[2], {})])

    return ask


def sent(trace: Trace) -> list[Call]:
    """Return the CALLs of the station."""
    return [one.frame for one in trace if one.direction is Direction.SENT and isinstance(one.frame, Call)]


@pytest.fixture
async def facing(trace: Trace) -> AsyncIterator[Facing]:
    """Makes a charging station that faces a scripted CSMS; both are gone after the test."""
    async with AsyncExitStack() as stack:

        async def make(script: Script) -> ChargingStation:
            endpoint = await stack.enter_async_context(central_system(script))
            station = ChargingStation("CS1", endpoint, trace, patience=PATIENCE)
            stack.push_async_callback(station.leave)
            return station

        yield make


@pytest.fixture
def lonely() -> ChargingStation:
    """A charging station that is not connected."""
    return ChargingStation("CS1", Endpoint("ws://127.0.0.1:1"), Trace())
