"""Named network conditions: read from TOML, and what they do over time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from websockets.asyncio.server import ServerConnection

from harness.settings import SettingsError
from harness.trace import Trace, lost
from simulators.connection import Endpoint, Party, Upgraded
from simulators.network.conditions import Condition, Phase, condition, conditions
from simulators.network.network import DOWN, PORTAL, Network
from simulators.network.toxics import Bandwidth, Latency, ResetPeer
from simulators.network.toxiproxy import Toxiproxy
from simulators.v16 import ChargePoint
from tests.simulators.central import central_system
from tests.simulators.network.conftest import network_of

NAMES = [
    *("lan", "fibre", "4g", "3g-rural", "2g-edge", "satellite"),
    *("garage", "nat-timeout", "captive", "brownout", "flapping"),
]


class First(Random):
    """Chance that always takes the first, and all of it."""

    def random(self) -> float:
        """Return 0."""
        return 0.0


async def stay(socket: ServerConnection) -> None:
    """Say nothing."""
    await socket.wait_closed()


def under(toxiproxy: Toxiproxy, **members: object) -> Network:
    """Return a network with a condition."""
    told = Condition.model_validate({"name": "test", "about": "A test.", **members})
    return network_of(toxiproxy, told, First())


async def station_at(network: Network, endpoint: Endpoint) -> ChargePoint:
    """Return a connected station behind a network."""
    station = ChargePoint("CP1", await network.reach(endpoint), Trace(), patience=2.0)
    await station.connect()
    return station


def test_every_condition_is_there() -> None:
    """The names are those that are promised, and each says what it is about."""
    assert list(conditions()) == NAMES
    assert all(one.about for one in conditions().values())


def test_own_conditions(tmp_path: Path) -> None:
    """A file of one's own adds conditions, and replaces those of the same name."""
    (tmp_path / "own.toml").write_text(
        '[lan]\nabout = "Slow."\ntoxics = [{type = "latency", latency = 9}]\n[new]\nabout = ""\n'
    )
    assert condition("lan", tmp_path / "own.toml").lag == 0.018
    assert list(conditions(tmp_path / "own.toml")) == [*NAMES, "new"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[x", "not a TOML file"),
        ("x = 1", "x is no table of a network condition"),
        ('[x]\nabout = ""\ntoxics = [{type = "fog"}]', "x.toxics.0: Input tag 'fog'"),
        ('[x]\nabout = ""\nphases = [{}, {}]', "x: of several phases, each has a lasts"),
        ('[x]\nabout = ""\nphases = [{}]\ntoxics = [{type = "timeout"}]', "give either toxics or phases"),
    ],
)
def test_bad_file(tmp_path: Path, text: str, said: str) -> None:
    """What is wrong with a file is said with its place."""
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        conditions(tmp_path / "own.toml")
    assert said in str(caught.value)


def test_unknown_name(tmp_path: Path) -> None:
    """A name that nobody has is told with the one that was meant; so is a file that is not there."""
    with pytest.raises(SettingsError, match="no network condition 'flaping'; did you mean 'flapping'"):
        condition("flaping")
    with pytest.raises(SettingsError, match="cannot be read"):
        conditions(tmp_path / "none.toml")


def test_patience_grows_with_the_condition() -> None:
    """Round trips and a long message on the slowest line are added, outages are not."""
    slow = Condition(name="x", about="", toxics=(Latency(latency=100, jitter=25), Bandwidth(rate=8)))
    assert slow.patience(5.0) == 5.0 + 4 * 0.25 + 2.0
    assert condition("flapping").patience(5.0) == 5.0


def test_calm() -> None:
    """It is known how long a connection is sure to live."""
    down, calm = Phase(lasts=(1, 1), down=True), Phase(lasts=(3, 9), toxics=(Latency(latency=1),))
    assert Condition(name="x", about="", phases=(down, calm)).calm == 3
    assert Condition(name="x", about="", toxics=(Latency(latency=1),)).calm is None
    assert Condition(name="x", about="", idle=30).calm == 30
    assert Phase(toxics=(ResetPeer(),)).severs


async def test_condition_is_there_from_the_first_connection_on(toxiproxy: Toxiproxy) -> None:
    """The handshake is slow already."""
    network = under(toxiproxy, toxics=[{"type": "latency", "latency": 100}])
    async with central_system(stay) as endpoint:
        began = asyncio.get_running_loop().time()
        station = await station_at(network, endpoint)
        assert asyncio.get_running_loop().time() - began > 0.18
        await station.leave()
    await network.leave()


@pytest.mark.parametrize(("phase", "what"), [({"down": True}, DOWN), ({"portal": True}, PORTAL)])
async def test_phases_come_in_turn(toxiproxy: Toxiproxy, phase: dict[str, bool], what: str) -> None:
    """After a calm phase the network strikes, and then it is calm again; the trace says what happened."""
    network = under(toxiproxy, phases=[{"lasts": [0.3, 0.3]}, {"lasts": [0.3, 0.3], **phase}])
    async with central_system(stay) as endpoint:
        station = await station_at(network, endpoint)
        assert (await station.wait_closed()).by is Party.NETWORK
        assert not isinstance(await station.knock(), Upgraded)
        assert [text.rpartition(": ")[2] for text in lost(station.trace)] == [what, what]
        async with asyncio.timeout(2):
            while not isinstance(await station.knock(), Upgraded):
                pass
        await station.leave()
    await network.leave()


async def test_idle_connection_is_forgotten(toxiproxy: Toxiproxy) -> None:
    """A connection with traffic lives on; one without gets no answer any more, and nobody is told."""

    async def answer(socket: ServerConnection) -> None:
        async for _ in socket:
            await socket.send("[]")

    network = under(toxiproxy, idle=0.4)
    async with central_system(answer) as endpoint:
        station = await station_at(network, endpoint)
        for _ in range(4):
            assert await station.linger(0.2) is None
            await station.ping()
        assert await station.linger(0.8) is None
        station.patience = 0.2
        with pytest.raises(Exception, match="a pong"):
            await station.ping()
        assert isinstance(await station.knock(), Upgraded)
        await station.leave()
    await network.leave()


async def test_seed_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same seed makes the same phases, another seed others; a network may begin with any of them."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) % 10 == 0:
            raise asyncio.CancelledError

    class Nowhere:
        """A network on which nothing has any effect."""

        @asynccontextmanager
        async def toxic(self, *_: object) -> AsyncIterator[None]:
            """Do nothing."""
            yield

        down = portal = toxic

    monkeypatch.setattr(asyncio, "sleep", sleep)
    for seed in (7, 7, *range(20)):
        with pytest.raises(asyncio.CancelledError):
            await condition("garage").prevail(Nowhere(), Random(seed))
    runs = [slept[at : at + 10] for at in range(0, len(slept), 10)]
    assert runs[0] == runs[1] == runs[9]
    assert len({tuple(run) for run in runs}) == 20
    assert {run[1] < 1.0 for run in runs} == {True, False}
