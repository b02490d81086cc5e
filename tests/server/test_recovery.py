"""What a central system keeps when its disk is full, when it is told to end at work, and when its clock is set back."""

from __future__ import annotations

import asyncio
import resource
import signal
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from server.core import instants
from server.core.tags import Tag
from tests.server.charger import Charger, charger
from tests.server.conftest import Make
from tests.server.test_serving import PROGRAM_PATIENCE, started

START = {"connectorId": 1, "idTag": "TAG", "meterStart": 100, "timestamp": "2024-05-01T12:00:00Z"}
STATIONS = 10
ROOM = 2**19
"""Bytes that a file of the full disk may have: the tables, and some hundred transactions."""

ENOUGH = 5000
"""Transactions that certainly do not fit there."""


def _station(ready: dict[str, Any], id: str) -> connect:
    return connect(f"{ready['endpoint']}/{id}", subprotocols=[Subprotocol("ocpp1.6")])


async def _recorded(ready: dict[str, Any], id: str) -> list[int]:
    async with httpx.AsyncClient(timeout=PROGRAM_PATIENCE) as api:
        return [one["id"] for one in (await api.get(f"{ready['operator']}/stations/{id}/transactions")).json()]


async def test_full_disk_is_an_internal_error(tmp_path: Path) -> None:
    """What does not fit on the disk is not confirmed; all that was is there, and with room again it goes on."""
    async with started(tmp_path, "--accept-unknown") as (process, ready), _station(ready, "CS-1") as connection:
        station = Charger(connection, "CS-1")
        await station.boot()
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
        confirmed = []
        for meter in range(ENOUGH):
            answer = await station.call("StartTransaction", START | {"meterStart": meter})
            if answer[0] == 4:
                break
            confirmed.append(answer[2]["transactionId"])
        assert answer[2] == "InternalError"
        assert await station.alive()
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        again = await station.result("StartTransaction", START | {"meterStart": ENOUGH})
        assert confirmed
        assert await _recorded(ready, "CS-1") == [*confirmed, again["transactionId"]]


async def test_end_at_work_keeps_what_was_confirmed(tmp_path: Path) -> None:
    """Stations that start transactions without a pause are cut short by SIGTERM; what was confirmed is on record."""
    confirmed: dict[str, list[int]] = {f"CS-{number}": [] for number in range(STATIONS)}
    going = asyncio.Event()

    async def work(id: str) -> None:
        async with _station(ready, id) as connection:
            station = Charger(connection, id)
            with suppress(ConnectionClosed):
                await station.boot()
                for meter in range(ENOUGH):
                    start = await station.result("StartTransaction", START | {"meterStart": meter})
                    confirmed[id].append(start["transactionId"])
                    going.set()

    async with started(tmp_path, "--accept-unknown") as (process, ready):
        tasks = [asyncio.create_task(work(id)) for id in confirmed]
        await asyncio.wait_for(going.wait(), PROGRAM_PATIENCE)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PROGRAM_PATIENCE) == 0
        await asyncio.wait_for(asyncio.gather(*tasks), PROGRAM_PATIENCE)
    async with started(tmp_path, "--accept-unknown") as (_, again):
        for id, ids in confirmed.items():
            assert set(ids) <= set(await _recorded(again, id))


async def test_clock_that_is_set_back(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that jumps back a day disturbs neither transactions nor orders, and is what stations are then told."""
    async with make() as system, charger(system) as station:
        await system.tags.provision(Tag(id_tag="TAG"))
        first = (await station.result("StartTransaction", START))["transactionId"]
        before = instants.now()

        def earlier() -> datetime:
            return before - timedelta(days=1)

        monkeypatch.setattr(instants, "now", earlier)
        second = (await station.result("StartTransaction", START | {"connectorId": 2}))["transactionId"]
        await system.operator.perform("CS-1", "ClearCache", {})
        order = await station.receive()
        await station.send([3, order[1], {"status": "Accepted"}])
        told = (await station.result("Heartbeat"))["currentTime"]
        assert instants.parse(told) < before
        assert order[2] == "ClearCache"
        assert [one["id"] for one in await system.operator.transactions("CS-1")] == [first, second]


@pytest.mark.parametrize("named", [True, False])
async def test_meter_values_that_come_again_are_stored_once(make: Make, named: bool) -> None:
    """Values that are sent again, since their answer was lost, are confirmed, and of a transaction stored once."""
    async with make() as system, charger(system) as station:
        await system.tags.provision(Tag(id_tag="TAG"))
        id = (await station.result("StartTransaction", START))["transactionId"]
        value = [{"timestamp": "2024-05-01T12:30:00Z", "sampledValue": [{"value": "5"}]}]
        payload = {"connectorId": 1, "meterValue": value} | ({"transactionId": id} if named else {})
        for _ in range(2):
            assert await station.result("MeterValues", payload) == {}
        [transaction] = await system.operator.transactions("CS-1")
        assert len(transaction["meter_values"]) == named
