"""Ways to run the MicroOCPP simulator: as a program of this machine, or in a container."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import Process
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from simulators import process
from simulators.microocpp.finding import Absent, Source
from simulators.microocpp.store import FOLDER

if TYPE_CHECKING:
    from docker.models.containers import Container as Handle

STOP_LIMIT = 3.0
"""Seconds that an instance has for its end before it is killed; it takes 10 ms."""

INSIDE = "/MicroOcppSimulator"
"""Where the image has the folder of the simulator."""


class Runner(Protocol):
    """Runs one instance in its folder, again and again on the same store."""

    async def start(self) -> None:
        """Start it; what it says is appended to the log. Raises Absent."""
        ...

    async def stop(self) -> None:
        """Stop it as its user would, within bounds; without effect when it has ended."""
        ...

    async def ended(self) -> str | None:
        """Return how it ended, None as long as it runs."""
        ...

    async def said(self) -> str:
        """Return what it has added to its log since it was last asked; the last line may be incomplete."""
        ...


def runner(source: Source, folder: Path) -> Runner:
    """Return the way to run the simulator of a source in a folder."""
    if source.program is not None:
        return Program(source.program, folder)
    assert source.image is not None
    return Container(source.image, folder)


class Program:
    """Runs a program of this machine, which ends with this process."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._log = folder / "log.txt"
        self._read = 0
        self._process: Process | None = None

    async def start(self) -> None:
        """Start it; raises Absent."""
        try:
            self._process = await process.start([str(self._program)], folder=self._folder, log=self._log)
        except OSError as error:
            raise Absent(f"{self._program} cannot be started: {error}") from None

    async def stop(self) -> None:
        """Stop it with SIGINT, on which it saves what it has."""
        if self._process is not None and self._process.returncode is None:
            await process.end(self._process, by=signal.SIGINT, limit=STOP_LIMIT)

    async def ended(self) -> str | None:
        """Return how it ended, None as long as it runs."""
        if self._process is None or self._process.returncode is None:
            return None
        return f"MicroOCPP ended with exit code {self._process.returncode}"

    async def said(self) -> str:
        """Return what it has added to its log since it was last asked; the last line may be incomplete."""
        if not self._log.exists():
            return ""
        with self._log.open("rb") as log:
            log.seek(self._read)
            added = log.read()
        self._read += len(added)
        return added.decode("utf-8", "replace")


class Container:
    """Runs an image with Docker, in the network of the host, so that loopback is ours."""

    def __init__(self, image: str, folder: Path) -> None:
        self._image = image
        self._folder = folder
        self._handle: Handle | None = None
        self._read = 0
        self._last_words = ""

    async def start(self) -> None:
        """Start it; raises Absent."""
        await asyncio.to_thread(self._start)

    async def stop(self) -> None:
        """Stop it with SIGINT, for as the first process of its container it ignores SIGTERM, and remove it."""
        if self._handle is not None:
            self._last_words += await self.said()
            handle, self._handle, self._read = self._handle, None, 0
            await asyncio.to_thread(self._remove, handle)

    async def ended(self) -> str | None:
        """Return how it ended, None as long as it runs."""
        if self._handle is None:
            return None
        await asyncio.to_thread(self._handle.reload)
        return None if self._handle.status in ("created", "running") else f"its container is {self._handle.status}"

    async def said(self) -> str:
        """Return what it has added to its log since it was last asked; the last line may be incomplete."""
        words, self._last_words = self._last_words, ""
        if self._handle is not None:
            told: bytes = await asyncio.to_thread(self._handle.logs)
            words += told[self._read :].decode("utf-8", "replace")
            self._read = len(told)
        return words

    def _start(self) -> None:
        try:
            import docker
        except ImportError:
            raise Absent("the image takes the Docker SDK: pip install 'docker>=7.1'") from None
        store = {str(self._folder / FOLDER): {"bind": f"{INSIDE}/{FOLDER}", "mode": "rw"}}
        try:
            self._handle = docker.from_env(timeout=30).containers.run(
                self._image,
                detach=True,
                tty=True,
                network_mode="host",
                stop_signal="SIGINT",
                volumes=store,
                labels={"plugfest": "microocpp"},
            )
        except docker.errors.DockerException as error:
            raise Absent(f"{self._image} cannot be run with Docker: {error}") from None

    def _remove(self, handle: Handle) -> None:
        handle.stop(timeout=int(STOP_LIMIT))
        handle.remove(force=True)
