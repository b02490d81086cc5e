"""A central system on a free port of the loopback for every test."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from server.central_system import CentralSystem
from server.core.settings import ServerSettings

Make = Callable[..., Any]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a context manager that runs a central system with some settings of its own."""

    @asynccontextmanager
    async def running(**settings: Any) -> AsyncIterator[CentralSystem]:
        defaults: dict[str, Any] = {"port": 0, "log": "off", "database": tmp_path / "server.sqlite3"}
        async with CentralSystem(ServerSettings(**(defaults | settings))) as system:
            yield system

    return running


@pytest.fixture
async def system(make: Make) -> AsyncIterator[CentralSystem]:
    """Run a central system with the usual settings."""
    async with make() as running:
        yield running


async def lock(path: Path) -> Any:
    """Return a connection that holds a lock on the database."""

    def take() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute("BEGIN IMMEDIATE")
        return connection

    return await asyncio.to_thread(take)
