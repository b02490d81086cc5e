"""Serving: the process as a user starts and stops it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from server import __main__ as program
from server.core.settings import ServerSettings
from server.serving import Ready, running, serve
from tests.server.charger import PATIENCE

PROGRAM_PATIENCE = 30.0


@asynccontextmanager
async def started(folder: Path, *options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    """Run ``python -m server`` and yield the process with what it said when it was ready."""
    command = (sys.executable, "-m", "server", "--port", "0", "--operator-port", "0", "--log", "off")
    process = await asyncio.create_subprocess_exec(
        *command, "--database", str(folder / "server.sqlite3"), *options, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), PROGRAM_PATIENCE)
        yield process, json.loads(line)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_program_serves_until_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    """It tells where it listens, serves both sides, and ends cleanly."""
    async with started(tmp_path, "--accept-unknown") as (process, ready):
        assert ready["ready"] is True
        async with connect(f"{ready['endpoint']}/CS-1", subprotocols=[Subprotocol("ocpp1.6")]) as station:
            async with httpx.AsyncClient() as api:
                assert (await api.get(f"{ready['operator']}/stations")).json()["CS-1"]["online"]
            process.send_signal(number)
            await asyncio.wait_for(station.wait_closed(), PATIENCE)
        assert await asyncio.wait_for(process.wait(), PROGRAM_PATIENCE) == 0


async def test_serving_in_this_process(tmp_path: Path) -> None:
    """A signal ends serving, and the handlers of signals are given back."""
    found: list[Ready] = []

    def ready(one: Ready) -> None:
        found.append(one)
        os.kill(os.getpid(), signal.SIGTERM)

    await asyncio.wait_for(serve(settings(tmp_path), ready), PROGRAM_PATIENCE)
    assert found[0].endpoint.startswith("ws://127.0.0.1:")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def settings(folder: Path, **more: str | int) -> ServerSettings:
    """Return settings for free ports."""
    values = {"port": 0, "operator_port": 0, "log": "off", "database": folder / "server.sqlite3", **more}
    return ServerSettings.load({}, **values)


async def test_request_that_is_held_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """Whoever waits for an outcome is cut off when the service stops."""
    async with httpx.AsyncClient() as api:
        async with running(settings(tmp_path)) as ready:
            await api.put(f"{ready.operator}/stations/CS-1")
            id = (await api.post(f"{ready.operator}/stations/CS-1/operations/ClearCache")).json()["id"]
            waiting = asyncio.create_task(api.get(f"{ready.operator}/operations/{id}", params={"wait": 300}))
            await api.get(f"{ready.operator}/health")
        [result] = await asyncio.wait_for(asyncio.gather(waiting, return_exceptions=True), PATIENCE)
    assert not isinstance(result, httpx.Response) or result.status_code >= 500


def run(*options: str) -> tuple[int, str]:
    """Run the program in this process; return its exit code and what it printed."""
    result = CliRunner().invoke(program.main, options)
    return result.exit_code, result.output


def test_open_operator_api_is_wrong_usage(tmp_path: Path) -> None:
    """Beyond loopback without a token is exit 2 with the remedy."""
    code, output = run("--operator-host", "0.0.0.0", "--database", str(tmp_path / "x"))
    assert code == 2
    assert "set a token" in output


def test_unusable_setting_is_wrong_usage() -> None:
    """A value that cannot be read is exit 2."""
    assert run("--port", "http")[0] == 2


def test_unknown_mutant_is_wrong_usage(tmp_path: Path) -> None:
    """A mutant that does not exist is exit 2 with those that are near."""
    code, output = run("--mutant", "boot-interval-negativ", "--database", str(tmp_path / "x"))
    assert code == 2
    assert "boot-interval-negative" in output


def test_taken_port_is_a_failure(tmp_path: Path) -> None:
    """A port that somebody else has is exit 3."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, output = run("--port", port, "--operator-port", "0", "--log", "off", "--database", str(tmp_path / "x"))
    assert code == 3
    assert "does not start" in output
    assert "--port" in output


def test_mutants_are_listed() -> None:
    """All mutants can be shown with what they do."""
    code, output = run("--mutant", "list")
    assert code == 0
    assert "boot-interval-negative: BootNotification.conf carries a negative interval." in output
