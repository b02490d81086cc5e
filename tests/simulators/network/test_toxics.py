"""Toxics do what they are asked to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from simulators.connection import Endpoint
from simulators.network.network import AWAY, Network
from simulators.network.toxics import (
    Bandwidth,
    Latency,
    LimitData,
    ResetPeer,
    Slicer,
    SlowClose,
    Stream,
    Timeout,
    Toxic,
)

UP, DOWN = (Stream.UPSTREAM,), (Stream.DOWNSTREAM,)


@pytest.fixture
async def echo() -> AsyncIterator[Endpoint]:
    """A server on loopback that sends back what it gets, and ends with the other side."""
    async with _served(_echo) as endpoint:
        yield endpoint


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def _served(talk: object) -> AsyncIterator[Endpoint]:
    server = await asyncio.start_server(talk, "127.0.0.1", 0)  # type: ignore[arg-type]
    yield Endpoint(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    server.close()


class Line:
    """A connection through a network, and how long its answers take."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def took(self, data: bytes) -> float:
        """Return the seconds until data that was sent has come back."""
        began = time.monotonic()
        self.writer.write(data)
        async with asyncio.timeout(20):
            assert await self.reader.readexactly(len(data)) == data
        return time.monotonic() - began


@asynccontextmanager
async def line(network: Network, endpoint: Endpoint) -> AsyncIterator[Line]:
    """Connect to an endpoint through a network."""
    reached = await network.reach(endpoint)
    reader, writer = await asyncio.open_connection(*reached.entrance)
    yield Line(reader, writer)
    writer.transport.abort()


@pytest.mark.parametrize(("streams", "expected"), [(UP, 0.2), (DOWN, 0.2), (UP + DOWN, 0.4)])
async def test_latency_is_as_asked(
    network: Network, echo: Endpoint, streams: tuple[Stream, ...], expected: float
) -> None:
    """Data takes as long as asked on each way, within 10 % beside what the proxy takes by itself."""
    async with line(network, echo) as wire:
        plain = min([await wire.took(b"x") for _ in range(5)])
        async with network.toxic(Latency(latency=200, streams=streams)):
            slow = min([await wire.took(b"x") for _ in range(3)])
        again = min([await wire.took(b"x") for _ in range(5)])
    assert slow - plain == pytest.approx(expected, rel=0.1)
    assert again < 0.1


async def test_short_latency_is_as_asked(network: Network, echo: Endpoint) -> None:
    """A latency of a few milliseconds is met within 5 ms."""
    async with line(network, echo) as wire, network.toxic(Latency(latency=10, streams=UP)):
        assert min([await wire.took(b"x") for _ in range(10)]) == pytest.approx(0.010, abs=0.005)


async def test_jitter_scatters(network: Network, echo: Endpoint) -> None:
    """With jitter, answers take between latency less jitter and latency plus jitter."""
    async with line(network, echo) as wire, network.toxic(Latency(latency=40, jitter=30, streams=UP)):
        times = [await wire.took(b"x") for _ in range(20)]
    assert min(times) > 0.009
    assert max(times) - min(times) > 0.015


@pytest.mark.parametrize("streams", [UP, DOWN])
async def test_bandwidth_is_as_asked(network: Network, echo: Endpoint, streams: tuple[Stream, ...]) -> None:
    """A long message takes its size by the rate, within 10 %."""
    size = 200_000
    async with line(network, echo) as wire, network.toxic(Bandwidth(rate=100, streams=streams)):
        assert size / await wire.took(bytes(size)) == pytest.approx(100_000, rel=0.1)


async def test_slices_arrive_apart(network: Network, echo: Endpoint) -> None:
    """A sliced message takes the pause between its slices each time."""
    async with line(network, echo) as wire, network.toxic(Slicer(average_size=10, delay=10_000, streams=UP)):
        assert 0.08 < await wire.took(bytes(100)) < 0.4


async def test_limit_ends_the_connection(network: Network, echo: Endpoint) -> None:
    """After so many bytes the connection is closed, and nothing more arrives."""
    async with line(network, echo) as wire, network.toxic(LimitData(bytes=10, streams=DOWN)):
        wire.writer.write(bytes(50))
        async with asyncio.timeout(5):
            assert len(await wire.reader.read()) == 10


@pytest.mark.parametrize("toxic", [ResetPeer(timeout=0, streams=DOWN), Timeout(timeout=50)])
async def test_end_of_the_connection(network: Network, echo: Endpoint, toxic: Toxic) -> None:
    """A toxic that ends connections does so, and the network says that it was it."""
    async with line(network, echo) as wire, network.toxic(toxic):
        wire.writer.write(b"x")
        async with asyncio.timeout(5):
            with suppress(ConnectionResetError):
                assert await wire.reader.read() == b""
        assert network.trouble() == str(toxic)


async def test_toxic_taken_away_is_a_trouble(network: Network, echo: Endpoint) -> None:
    """Toxiproxy may end a connection as it takes a toxic away, so the network answers for that."""
    async with line(network, echo):
        async with network.toxic(Latency(latency=1)):
            assert network.trouble() is None
        assert network.trouble() == AWAY


async def test_silence_keeps_the_connection(network: Network, echo: Endpoint) -> None:
    """A time-out of 0 lets nothing through, and the connection stays open."""
    async with line(network, echo) as wire, network.toxic(Timeout(streams=DOWN)):
        wire.writer.write(b"x")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await wire.reader.read()


async def test_close_arrives_late(network: Network) -> None:
    """The end that the other side gives arrives after the delay."""

    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async with _served(leave) as endpoint, line(network, endpoint) as wire, network.toxic(SlowClose(delay=300)):
        began = time.monotonic()
        wire.writer.write(b"x")
        async with asyncio.timeout(5):
            assert await wire.reader.read() == b""
    assert time.monotonic() - began == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(("toxicity", "touched"), [(0.0, False), (1.0, True)])
async def test_toxicity_is_the_part_of_connections(
    network: Network, echo: Endpoint, toxicity: float, touched: bool
) -> None:
    """A toxic works on the part of the connections that its toxicity says."""
    async with network.toxic(Latency(latency=100, streams=UP, toxicity=toxicity)), line(network, echo) as wire:
        assert (await wire.took(b"x") > 0.09) is touched


async def test_network_down(network: Network, echo: Endpoint) -> None:
    """While the network is down, its connections end and new ones are refused; afterwards they come through."""
    async with line(network, echo) as wire, network.down():
        async with asyncio.timeout(5):
            with suppress(ConnectionResetError):
                assert await wire.reader.read() == b""
        with pytest.raises(ConnectionError):
            async with line(network, echo):
                pass
    async with line(network, echo) as wire:
        await wire.took(b"x")


async def test_stranded_connection(network: Network, echo: Endpoint) -> None:
    """A stranded connection stays open and carries nothing, a new one is fine, and toxics hold for it too."""
    async with line(network, echo) as old, network.toxic(Latency(latency=50, streams=UP)):
        await network.strand()
        async with line(network, echo) as new:
            assert await new.took(b"x") > 0.045
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await old.took(b"x")
        assert not old.reader.at_eof()
