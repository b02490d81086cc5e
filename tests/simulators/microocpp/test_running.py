"""Ways to run the simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import ImageNotFound

from simulators.microocpp.finding import Absent, Source
from simulators.microocpp.running import Container, Program, runner


class Handle:
    """A container as the Docker SDK shows it."""

    def __init__(self) -> None:
        self.status = "created"
        self.done: list[str] = []

    def reload(self) -> None:
        """Look again how it stands."""
        self.status = "exited" if self.done else "running"

    def logs(self) -> bytes:
        """Return what it has said."""
        return b"[Sim] hello\r\n"

    def stop(self, timeout: int) -> None:
        """Stop it within a time."""
        self.done.append(f"stopped within {timeout} s")

    def remove(self, force: bool) -> None:
        """Remove it."""
        self.done.append("removed")


class Engine:
    """The Docker engine, which notes what is run."""

    def __init__(self) -> None:
        self.containers = self
        self.handles: list[Handle] = []
        self.asked: dict[str, Any] = {}

    def run(self, image: str, **asked: Any) -> Handle:
        """Run an image."""
        if image == "unknown":
            raise ImageNotFound("no such image")
        self.asked = {"image": image, **asked}
        self.handles.append(Handle())
        return self.handles[-1]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine in the place of the real one."""
    one = Engine()
    monkeypatch.setattr(docker, "from_env", lambda **_: one)
    return one


def test_source_decides(tmp_path: Path) -> None:
    """A program is run as one, an image in a container."""
    assert isinstance(runner(Source("a", program=tmp_path / "mo"), tmp_path), Program)
    assert isinstance(runner(Source("a", image="mo:1"), tmp_path), Container)


async def test_container_has_its_store_and_the_network_of_the_host(engine: Engine, tmp_path: Path) -> None:
    """An image is run on the store of its instance, and stops with SIGINT."""
    await Container("mo:1", tmp_path).start()
    wanted = {"image": "mo:1", "network_mode": "host", "stop_signal": "SIGINT", "detach": True}
    assert wanted.items() <= engine.asked.items()
    assert engine.asked["volumes"] == {
        str(tmp_path / "mo_store"): {"bind": "/MicroOcppSimulator/mo_store", "mode": "rw"}
    }


async def test_container_is_gone_after_its_end(engine: Engine, tmp_path: Path) -> None:
    """It is stopped and removed, what it said last is told once, and a second stop does nothing."""
    container = Container("mo:1", tmp_path)
    assert (await container.ended(), await container.said()) == (None, "")
    await container.start()
    assert await container.ended() is None
    for _ in range(2):
        await container.stop()
    assert engine.handles[0].done == ["stopped within 3 s", "removed"]
    assert [await container.said() for _ in range(2)] == ["[Sim] hello\r\n", ""]


async def test_container_tells_only_what_is_new(engine: Engine, tmp_path: Path) -> None:
    """What was told already is not told again, until it is started anew."""
    container = Container("mo:1", tmp_path)
    for _ in range(2):
        await container.start()
        assert [await container.said() for _ in range(2)] == ["[Sim] hello\r\n", ""]
        await container.stop()


async def test_container_that_ended_by_itself(engine: Engine, tmp_path: Path) -> None:
    """One that has reset itself is told as ended."""
    container = Container("mo:1", tmp_path)
    await container.start()
    engine.handles[0].done.append("reset")
    assert await container.ended() == "its container is exited"


async def test_image_that_cannot_be_run(engine: Engine, tmp_path: Path) -> None:
    """An image that is not there is told with its name."""
    with pytest.raises(Absent, match=r"unknown cannot be run with Docker: .*no such image"):
        await Container("unknown", tmp_path).start()
