"""Tests for orders that must not be passed on, and the proof that others arrive."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

import pytest
from websockets.asyncio.server import ServerConnection

from harness.csms import Operation, Receipt, Refused
from harness.csms.console import Csms
from harness.csms.v16 import UnlockConnector
from harness.trace import Trace
from harness.verdict import Inconclusive
from scenarios.stage.orders import delivered, passed_on
from simulators.v16 import ChargePoint
from tests.simulators.central import central_system, oblige

PATIENCE = 0.2


def unlock(connector: int) -> UnlockConnector:
    """Return an order to unlock a connector."""
    return UnlockConnector(station="CP1", connector_id=connector)


class Product:
    """A central system with an operator: some connectors it refuses to unlock, others it passes over in silence."""

    operations = (UnlockConnector,)

    def __init__(self, *, refused: Sequence[int] = (), dropped: Sequence[int] = ()) -> None:
        self.refused = refused
        self.dropped = dropped
        self._sockets: list[ServerConnection] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def serve(self, socket: ServerConnection) -> None:
        """Answer every CALL of the station."""
        self._sockets.append(socket)
        await oblige(socket)

    async def perform(self, operation: Operation) -> Receipt | None:
        """Refuse, pass over, or send."""
        payload = operation.payload()
        if payload["connectorId"] in self.refused:
            raise Refused("no such connector")
        if payload["connectorId"] not in self.dropped:
            await self._sockets[0].send(json.dumps([2, str(payload["connectorId"]), operation.action(), payload]))
        return None


Operating = Callable[[Product], Awaitable[tuple[ChargePoint, Csms]]]
Giving = Callable[..., Awaitable[list[object]]]


@pytest.fixture
async def operating() -> AsyncIterator[Operating]:
    """Brings up a station of a product, and its operator."""
    async with AsyncExitStack() as stack:

        async def operate(product: Product) -> tuple[ChargePoint, Csms]:
            endpoint = await stack.enter_async_context(central_system(product.serve))
            station = ChargePoint("CP1", endpoint, Trace(), patience=PATIENCE)
            stack.push_async_callback(station.leave)
            csms = Csms(product, patience=PATIENCE)
            csms.watch(station)
            await station.ready()
            return station, csms

        yield operate


@pytest.fixture
def give(operating: Operating) -> Giving:
    """Gives orders to a product; returns the connectors that its station is then told to unlock."""

    async def give(product: Product, *orders: UnlockConnector, **members: int) -> list[object]:
        station, csms = await operating(product)
        seen: list[object] = []
        for call in await passed_on(station, csms, *orders, control=unlock(1), **members):
            assert station.trace.evidence() == call.entry.index
            seen.append(call.payload["connectorId"])
        return seen

    return give


async def test_order_is_delivered_and_answered(operating: Operating) -> None:
    """The CALL for an order is returned once the station has answered it as asked."""
    station, csms = await operating(Product())
    call = await delivered(station, csms, unlock(2), status="Unlocked")
    assert call.payload == {"connectorId": 2}
    *_, last = station.trace
    assert json.loads(last.text) == [3, call.unique_id, {"status": "Unlocked"}]


@pytest.mark.parametrize("product", [Product(refused=(9,)), Product(dropped=(9,))], ids=["refused", "dropped"])
async def test_bad_order_that_is_held_back(give: Giving, product: Product) -> None:
    """Where a bad order is refused or not carried out, the good one alone arrives."""
    assert await give(product, unlock(9)) == [1]


async def test_bad_order_that_is_passed_on(give: Giving) -> None:
    """What is passed on is returned in order of arrival, and each CALL is the evidence while it is looked at."""
    assert await give(Product(), unlock(0), unlock(9)) == [0, 9, 1]


@pytest.mark.parametrize("product", [Product(refused=(1, 9)), Product(dropped=(1, 9))], ids=["refused", "dropped"])
async def test_nothing_of_the_kind_arrives(give: Giving, product: Product) -> None:
    """Where not even a good order arrives, the absence of a bad one proves nothing."""
    with pytest.raises(Inconclusive, match="not even a good UnlockConnector arrives"):
        await give(product, unlock(9))


async def test_bad_order_needs_no_proof(give: Giving) -> None:
    """A bad order that arrived is judged, whatever becomes of the good one."""
    assert await give(Product(refused=(1,)), unlock(9)) == [9]


async def test_members_tell_the_calls_apart(give: Giving) -> None:
    """CALLs with other members are another matter."""
    assert await give(Product(), unlock(9), connectorId=1) == [1]
