"""Stations behind a network: what they see of it, and who ended their connections."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from websockets.asyncio.server import ServerConnection

from harness.trace import Direction, Event, Trace
from harness.verdict import Inconclusive
from server.driver import ReferenceDriver
from simulators.connection import Closed, Endpoint, Party, Unreachable, Upgraded
from simulators.credentials import Trust
from simulators.network.network import Network
from simulators.network.toxics import Latency
from simulators.rawsocket import Ended
from simulators.tls_probe import Negotiated, probe
from simulators.v16 import ChargePoint
from tests.simulators.central import central_system


async def stay(socket: ServerConnection) -> None:
    """Say nothing."""
    await socket.wait_closed()


async def leave(socket: ServerConnection) -> None:
    """Cut the connection at the first message."""
    await socket.recv()
    socket.transport.abort()


async def behind(network: Network, endpoint: Endpoint) -> ChargePoint:
    """Return a station that reaches an endpoint through a network."""
    return ChargePoint("CP1", await network.reach(endpoint), Trace(), patience=2.0)


async def test_network_ends_a_connection(network: Network) -> None:
    """Who asked meanwhile learns that it was the network, which accuses nobody; the trace says so too."""
    async with central_system(stay) as endpoint:
        station = await behind(network, endpoint)
        await station.connect()
        asked = asyncio.create_task(station.heartbeat())
        await asyncio.sleep(0)
        await network.cut()
        with pytest.raises(Inconclusive, match="before the connection ended by the network: the network is down"):
            await asked
        assert await station.wait_closed() == Closed(None, "the network is down", by=Party.NETWORK)
        last = station.trace[len(station.trace) - 1]
        assert (last.event, last.direction) == (Event.LOST, Direction.SENT)
        assert isinstance(await station.knock(), Upgraded)
        await station.leave()


async def test_central_system_ends_a_connection(network: Network) -> None:
    """Behind a network that is fine, the end of a connection is put down to the central system."""
    async with central_system(leave) as endpoint:
        station = await behind(network, endpoint)
        await station.connect()
        await station.send([2, "1", "Heartbeat", {}])
        assert (await station.wait_closed()).by is Party.THEM
        await station.leave()


async def test_station_that_leaves_what_is_gone_already(network: Network) -> None:
    """A connection that the network ended unnoticed is told as lost, though the station was about to leave."""
    async with central_system(stay) as endpoint:
        station = await behind(network, endpoint)
        await station.connect()
        await network.strand()
        await station.leave()
        assert [entry.event for entry in station.trace] == [Event.OPENED, Event.LOST, Event.CLOSED]


async def test_endpoints_are_reached_while_the_network_goes_up_and_down(network: Network) -> None:
    """Who reaches another endpoint meanwhile disturbs nothing, and what is reached is up in the end."""
    await network.reach(Endpoint("ws://127.0.0.1:9"))

    async def flap() -> None:
        for _ in range(5):
            await network.cut()

    await asyncio.gather(flap(), *(network.reach(Endpoint(f"ws://127.0.0.1:{port}")) for port in range(10, 30)))
    async with central_system(stay) as endpoint:
        assert isinstance(await (await behind(network, endpoint)).knock(), Upgraded)


async def test_nobody_gets_through(network: Network) -> None:
    """A handshake while the network is down fails, and the trace says why."""
    async with central_system(stay) as endpoint:
        station = await behind(network, endpoint)
        async with network.down():
            assert isinstance(await station.knock(), Unreachable)
        assert [entry.event for entry in station.trace] == [Event.LOST]


async def test_raw_socket_goes_the_same_way(network: Network) -> None:
    """A connection below the library is slowed down, and cut, too."""
    async with central_system(stay) as endpoint:
        station = await behind(network, endpoint)
        async with station.raw_socket() as raw, network.toxic(Latency(latency=100)):
            began = asyncio.get_running_loop().time()
            await raw.upgrade()
            assert asyncio.get_running_loop().time() - began > 0.18
            await network.cut()
            assert isinstance(await raw.next_frame(), Ended)
        assert station.trace[len(station.trace) - 1].event is Event.LOST


async def test_nobody_gets_through_below_the_library(network: Network) -> None:
    """While the network is down, neither a raw socket nor a TLS probe takes that for a refusal."""
    async with central_system(stay) as endpoint:
        station = await behind(network, endpoint)
        async with network.down():
            with pytest.raises(Inconclusive, match="cannot be reached"):
                await station.raw_socket().__aenter__()
            with pytest.raises(Inconclusive, match="cannot be reached"):
                await probe(station)
        with pytest.raises(Inconclusive, match="was not reached: the network is down"):
            await probe(station)  # what ends so soon afterwards may still be the network's doing
        assert {entry.event for entry in station.trace if entry.event is not Event.BINARY} == {Event.LOST}


async def test_encrypted_connection_keeps_its_name(network: Network) -> None:
    """With TLS through the proxy, URL and the name that the certificate must have stay those of the central system."""
    async with ReferenceDriver() as driver:
        found = await driver.secure_endpoint(2)
        straight = Endpoint(found.url, Trust(authority=found.authority).context(), found.authority)
        station = await behind(network, straight)
        station.password = b"12345678901234567890"
        await driver.provision_station("CP1")
        await driver.set_security("CP1", 2, station.password)
        assert station.endpoint.url == found.url
        assert isinstance(await station.knock(), Upgraded)
        async with station.raw_socket() as raw:
            await raw.upgrade()
        assert isinstance(await probe(station), Negotiated)
        await station.leave()


async def test_toxics_hold_for_endpoints_to_come(network: Network) -> None:
    """A toxic that is there already works on what is reached later."""
    async with central_system(stay) as endpoint, network.toxic(Latency(latency=100)):
        station = await behind(network, endpoint)
        began = asyncio.get_running_loop().time()
        await station.connect()
        assert asyncio.get_running_loop().time() - began > 0.18
        with suppress(Inconclusive):
            await station.leave()
