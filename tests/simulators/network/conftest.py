"""What the tests of the network stand on: one real Toxiproxy, and a network of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from plugfest.equipment import required
from simulators.network.finding import Absent, Source, install
from simulators.network.network import Network
from simulators.network.toxiproxy import Toxiproxy


def network_of(toxiproxy: Toxiproxy, *weather: Any) -> Network:
    """Return a network that has a server already."""

    async def server() -> Toxiproxy:
        return toxiproxy

    return Network(server, *weather)


@pytest.fixture(scope="session")
def source() -> Source:
    """The Toxiproxy of this machine; built, if it has Go."""
    try:
        return install()
    except Absent as absent:
        if "toxiproxy" in required():
            raise
        pytest.skip(str(absent))


@pytest.fixture
async def toxiproxy(source: Source) -> AsyncIterator[Toxiproxy]:
    """A running server."""
    async with Toxiproxy(source) as server:
        yield server


@pytest.fixture
async def network(toxiproxy: Toxiproxy) -> AsyncIterator[Network]:
    """A network that leads nowhere yet."""
    network = network_of(toxiproxy)
    yield network
    await network.leave()
