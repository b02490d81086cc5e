"""The reference central system as a process of its own, for as long as load is put on it."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from plugfest.proof import end_with_parent
from server.core.settings import ServerSettings, SettingsError
from server.core.store import StoreError
from server.registry import UnknownName
from server.serving import Ready, serve

START_LIMIT = 30.0
"""Seconds until it must listen."""

STOP_LIMIT = 10.0
"""Seconds that it has for its end before it is killed."""


class NotServed(Exception):
    """The reference central system does not start; the text says why."""


@dataclass(frozen=True, slots=True)
class Bundled:
    """Where it listens, and the process that it is."""

    endpoint: str
    operator: str
    process: psutil.Process

    def memory(self) -> int | None:
        """Return the bytes that it has in memory, None if it has ended."""
        try:
            return int(self.process.memory_info().rss)
        except psutil.Error:
            return None


@contextmanager
def bundled(mutant: str | None = None, *, port: int = 0) -> Iterator[Bundled]:
    """Serve the reference, on any port unless one is given, to stations and idTags it has never heard of.

    Raises NotServed.
    """
    spawn = multiprocessing.get_context("spawn")
    with TemporaryDirectory(prefix="plugfest-", ignore_cleanup_errors=True) as folder:
        ours, theirs = spawn.Pipe(duplex=False)
        flags = {
            "port": str(port),
            "operator_port": "0",
            "database": f"{folder}/reference.sqlite3",
            "log": "off",
            "accept_unknown": "true",
            "accept_unknown_tags": "true",
            **({"mutant": mutant} if mutant else {}),
        }
        process = spawn.Process(target=_serve, args=(theirs, flags), name="reference central system", daemon=True)
        process.start()
        theirs.close()
        try:
            yield _ready(ours, process.pid)
        finally:
            process.terminate()
            process.join(STOP_LIMIT)
            if process.is_alive():
                process.kill()
            process.join()


def _ready(pipe: Connection, pid: int | None) -> Bundled:
    """Wait until it listens."""
    try:
        told: Ready | str = pipe.recv() if pipe.poll(START_LIMIT) else f"nothing within {START_LIMIT:g} s"
    except EOFError:
        told = "it has ended"
    if isinstance(told, str):
        raise NotServed(f"the reference central system does not start: {told}")
    return Bundled(told.endpoint, told.operator, psutil.Process(pid))


def _serve(pipe: Connection, flags: dict[str, Any]) -> None:
    """Serve in this process until it is terminated; Ctrl-C is for the one that has spawned it."""
    os.setsid()
    end_with_parent()
    try:
        asyncio.run(serve(ServerSettings.load({}, **flags), pipe.send))
    except (SettingsError, UnknownName, StoreError, OSError) as error:
        pipe.send(str(error))
