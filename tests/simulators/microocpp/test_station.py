"""One instance of MicroOCPP, with a stand-in of its HTTP interface."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from harness.trace import Trace
from harness.verdict import Inconclusive
from harness.versions import V16
from simulators.dialogue import Dialogue
from simulators.microocpp.finding import Absent, Source
from simulators.microocpp.panel import Panel, PanelError
from simulators.microocpp.profile import Profile
from simulators.microocpp.running import Program
from simulators.microocpp.station import MicroOcpp


class Way:
    """A way that leads nowhere, and notes what becomes of it."""

    url = "ws://127.0.0.1:9/ocpp"

    def __init__(self) -> None:
        self.barred = False
        self.heard: list[str] = []

    async def bar(self) -> None:
        """Let nothing through."""
        self.barred = True

    async def clear(self) -> None:
        """Let everything through."""
        self.barred = False


def _device(program: Path, folder: Path, way: Way) -> MicroOcpp:
    dialogue = Dialogue("CP1", V16, Trace(), patience=1.0, slack=1.0)
    source = Source("a stand-in", program=program)
    return MicroOcpp(dialogue, way, source, Profile(about="x"), folder, None, way.heard.append)


@pytest.fixture
def way() -> Way:
    """A way that can be barred."""
    return Way()


@pytest.fixture
async def device(program: Path, tmp_path: Path, way: Way) -> AsyncIterator[MicroOcpp]:
    """An instance that is switched on."""
    one = _device(program, tmp_path / "one", way)
    (tmp_path / "one").mkdir()
    await one.switch_on()
    yield one
    await one.leave()


async def test_car_and_card(device: MicroOcpp) -> None:
    """A car is plugged in, pauses and leaves, as the inputs of the connector say."""
    assert await device.status() == "Available"
    await device.plug()
    assert await device.status() == "Charging"
    await device.obeys(11_000)
    await device.suspend()
    assert await device.status() == "Preparing"
    await device.unplug()
    assert await device.status() == "Available"


async def test_card_is_presented_at_its_connector(device: MicroOcpp) -> None:
    """A card reaches the reader."""
    await device.present("TAG1", 2)
    async with httpx.AsyncClient() as client:
        assert device._panel is not None
        assert (await client.get(f"{device._panel.url}/cards")).json() == [{"idTag": "TAG1"}]


async def test_power_beyond_a_limit(device: MicroOcpp, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that delivers more than the limit does not do what its kind should."""
    monkeypatch.setattr("simulators.microocpp.station.START_LIMIT", 0.1)
    await device.plug()
    with pytest.raises(Inconclusive, match="delivers 11000 W"):
        await device.obeys(5000)


async def test_network_is_the_way(device: MicroOcpp, way: Way) -> None:
    """To lose the network is to have the way barred."""
    await device.lose_network()
    assert way.barred
    await device.regain_network()
    assert not way.barred


async def test_it_comes_back_after_its_end(device: MicroOcpp) -> None:
    """One that loses its power and gets it back is another process on the same store."""
    first = device._runner
    assert isinstance(first, Program)
    assert first._process is not None
    pid = first._process.pid
    await device.restart()
    assert first._process.pid != pid
    assert await device.status() == "Available"


async def test_it_is_started_again_when_it_ends(device: MicroOcpp) -> None:
    """One that ends by itself, as after a reset, is started again."""
    first = device._runner
    assert isinstance(first, Program)
    assert first._process is not None
    ended = first._process
    ended.kill()
    await ended.wait()
    async with asyncio.timeout(10):
        while first._process is ended or await first.ended() is not None:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)


async def test_log_of_each_life_is_told(device: MicroOcpp, way: Way) -> None:
    """What it says of itself is heard, also after it was switched off and on again."""
    await device.restart()
    await device.leave()
    assert way.heard == ["[Sim] serving", "[Sim] serving"]


async def test_nothing_is_left_behind(program: Path, tmp_path: Path, way: Way) -> None:
    """Its process is gone at the end."""
    device = _device(program, tmp_path, way)
    await device.switch_on()
    assert isinstance(device._runner, Program)
    assert device._runner._process is not None
    pid = device._runner._process.pid
    await device.leave()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_program_that_ends_at_once(tmp_path: Path, way: Way) -> None:
    """A program that does not come up is told with what it said last."""
    program = tmp_path / "broken"
    program.write_text("#!/bin/sh\necho 'no flash memory'\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(Inconclusive, match="ended with exit code 3; it said last: no flash memory"):
        await _device(program, tmp_path, way).switch_on()


async def test_program_that_cannot_be_started(tmp_path: Path, way: Way) -> None:
    """A file that is no program is told."""
    program = tmp_path / "text"
    program.write_text("hello")
    with pytest.raises((Absent, Inconclusive)):
        await _device(program, tmp_path, way).switch_on()


async def test_one_that_is_off(program: Path, tmp_path: Path, way: Way) -> None:
    """Nothing can be done at one that has no power."""
    with pytest.raises(Inconclusive, match="CP1 is not switched on"):
        await _device(program, tmp_path, way).plug()


async def test_panel_that_nobody_serves() -> None:
    """A panel that does not answer is a fault of the test bed."""
    panel = Panel("http://127.0.0.1:9")
    with pytest.raises(PanelError, match="did not carry out GET /api/websocket"):
        await panel.identity()
    await panel.close()
