"""What the tests of the simulators stand on: a scripted central system, and a station connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from harness.trace import Trace
from simulators.connection import Endpoint
from simulators.v16 import ChargePoint
from tests.simulators.central import Script, central_system

PATIENCE = 0.3
"""Seconds that a station of these tests waits for what does not come."""

Facing = Callable[..., Awaitable[ChargePoint]]


@pytest.fixture
def trace() -> Trace:
    """The recorded wire."""
    return Trace()


@pytest.fixture
async def facing(trace: Trace) -> AsyncIterator[Facing]:
    """Makes a station that faces a scripted central system, or an endpoint; both are gone after the test."""
    async with AsyncExitStack() as stack:

        async def make(central: Script | Endpoint, **options: Any) -> ChargePoint:
            endpoint = (
                central if isinstance(central, Endpoint) else await stack.enter_async_context(central_system(central))
            )
            station = ChargePoint("CP1", endpoint, trace, **{"patience": PATIENCE, **options})
            stack.push_async_callback(station.leave)
            return station

        yield make
