"""Stations that come back are let in and served, or it is known why not."""

from __future__ import annotations

from random import Random

import pytest
from websockets.asyncio.server import ServerConnection

from harness.trace import Trace
from harness.verdict import Checks, Inconclusive, Verdict
from scenarios.resilience.comeback import boots_again, calls_of, come_back, served_again
from simulators.network.faults import Fault, Faults
from simulators.observation import Answer, Silence
from simulators.v16 import ChargePoint
from tests.simulators.central import answer, central_system, oblige, receive, say_nothing, send

PATIENCE = 0.2


async def test_station_asks_again_until_it_is_served() -> None:
    """A station whose first connections are closed comes back with a later one."""
    connections: list[ServerConnection] = []

    async def serve(socket: ServerConnection) -> None:
        connections.append(socket)
        if len(connections) == 3:
            await oblige(socket)

    async with central_system(serve) as endpoint:
        station = ChargePoint("CP1", endpoint, Trace(), patience=5.0)
        assert isinstance(await come_back(station), Answer)
        await station.leave()
    assert len(connections) == 3


async def test_station_that_is_not_served_gives_up() -> None:
    """What came last is returned once the time is over."""
    async with central_system(say_nothing) as endpoint:
        station = ChargePoint("CP1", endpoint, Trace(), patience=PATIENCE)
        assert isinstance(await come_back(station), Silence)
        await station.leave()


async def test_station_that_is_not_served_again_is_a_failure() -> None:
    """A check fails, and the scenario ends there."""
    trace = Trace()
    check = Checks(trace.evidence, version="1.6")
    async with central_system(say_nothing) as endpoint:
        station = ChargePoint("CP1", endpoint, trace, patience=PATIENCE)
        with pytest.raises(Inconclusive, match="CP1 was not served again"):
            await served_again(station, check)
        await station.leave()
    assert check.verdict() is Verdict.FAILED


async def test_calls_of_some_actions() -> None:
    """CALLs of the central system are found by their actions, from a moment on."""

    async def serve(socket: ServerConnection) -> None:
        await send(socket, [2, "1", "Reset", {"type": "Soft"}], [2, "2", "ClearCache", {}])
        await oblige(socket)

    async with central_system(serve) as endpoint:
        station = ChargePoint("CP1", endpoint, Trace(), patience=5.0)
        await station.connect()
        await station.probe()
        assert [one.unique_id for one in calls_of(station, "Reset", "ClearCache")] == ["1", "2"]
        assert [one.unique_id for one in calls_of(station, "ClearCache")] == ["2"]
        assert calls_of(station, "ClearCache", since=len(station.trace)) == []
        await station.leave()


async def test_network_that_stands_in_the_way_accuses_nobody() -> None:
    """Where it is the network that ends every connection, nothing is known of the central system."""
    async with central_system(oblige) as endpoint:
        station = ChargePoint("CP1", endpoint, Trace(), patience=PATIENCE)
        station.faults = Faults([Fault.parse("cut Heartbeat.conf")], Random(1))
        with pytest.raises(Inconclusive, match="CP1 could not come back"):
            await come_back(station)
        await station.leave()


async def test_station_that_must_be_accepted_again() -> None:
    """A boot that is answered is not enough: the station has to be accepted."""

    async def pending(socket: ServerConnection) -> None:
        await answer(socket, await receive(socket), status="Pending")

    for serve, verdict in ((oblige, Verdict.PASSED), (pending, Verdict.FAILED)):
        trace = Trace()
        check = Checks(trace.evidence, version="1.6")
        async with central_system(serve) as endpoint:
            station = ChargePoint("CP1", endpoint, trace, patience=5.0)
            await boots_again(station, check)
            await station.leave()
        assert check.verdict() is verdict
