"""Tests of the HTTP driver: operations."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from harness.csms import DriverError, Receipt, Refused, Unsupported
from harness.csms.v16 import OPERATIONS, ClearCache, GetConfiguration, RemoteStartTransaction, Reset
from harness.drivers.http import HttpDriver, from_settings
from harness.settings import Settings
from tests.harness.drivers.http.conftest import Console, Stall

RESET = Reset(station="CP 1", type="Hard")
GENERIC = {"*": {"path": "/stations/{station}/operations/{action}", "taken": [202], "receipt": "/id"}}


@asynccontextmanager
async def driving(url: str, operations: Mapping[str, Any], **members: Any) -> AsyncIterator[HttpDriver]:
    """Enter a driver that performs operations through a console."""
    table = {"base_url": url, "operations": operations, **members}
    async with from_settings(Settings(driver={"http": table}), {"TOKEN": "secret"}) as driver:
        yield driver


async def test_one_entry_performs_every_operation(console: Console) -> None:
    """A generic endpoint needs one entry; it gets the payload in wire spelling."""
    console.answers = [(202, {"id": "op-1"})]
    async with driving(console.url, GENERIC) as driver:
        assert driver.operations == frozenset(OPERATIONS.values())
        assert await driver.perform(RESET) == Receipt("op-1")
        await driver.perform(RemoteStartTransaction(station="CP1", id_tag="T", connector_id=1))
        await driver.perform(ClearCache(station="CP1"))
    reset, start, clear = console.asked
    assert (reset.method, reset.path, reset.body) == ("POST", "/stations/CP%201/operations/Reset", {"type": "Hard"})
    assert start.body == {"idTag": "T", "connectorId": 1}
    assert clear.body == {}


async def test_entry_of_an_operation_comes_before_the_fallback(console: Console) -> None:
    """An operation with an entry of its own uses nothing of the fallback."""
    own = {"method": "PUT", "path": "/reset", "body": {"how": "{type}", "now": True}}
    async with driving(console.url, {**GENERIC, "Reset": own}) as driver:
        assert await driver.perform(RESET) is None
    assert (console.asked[0].method, console.asked[0].path) == ("PUT", "/reset")
    assert console.asked[0].body == {"how": "Hard", "now": True}


async def test_members_without_value_are_dropped(console: Console) -> None:
    """A member that is left to the central system is left out of body and query."""
    request = {
        "path": "/start?v=1",
        "query": {"connector": "{connectorId}", "tag": "{idTag}"},
        "body": {"connector": "{connectorId}", "all": "{payload}"},
    }
    async with driving(console.url, {"RemoteStartTransaction": request}) as driver:
        await driver.perform(RemoteStartTransaction(station="CP1", id_tag="T"))
    assert console.asked[0].path == "/start?v=1&tag=T"
    assert console.asked[0].body == {"all": {"idTag": "T"}}


async def test_body_can_be_nothing(console: Console) -> None:
    """A body that is one placeholder without a value is not sent; a path keeps its own query."""
    request = {"method": "GET", "path": "/configuration?raw=1", "body": "{key}"}
    async with driving(console.url, {"GetConfiguration": request}) as driver:
        await driver.perform(GetConfiguration(station="CP1"))
    assert (console.asked[0].path, console.asked[0].body) == ("/configuration?raw=1", None)


async def test_headers_are_sent(console: Console) -> None:
    """Headers go with every request; a secret comes from the environment."""
    async with driving(console.url, GENERIC, headers={"Authorization": "Bearer ${TOKEN}"}) as driver:
        console.answers = [(202, {"id": 5})]
        assert await driver.perform(RESET) == Receipt("5")
    assert console.asked[0].headers["authorization"] == "Bearer secret"


async def test_operation_without_entry() -> None:
    """An operation that the table does not give is unsupported, and nothing is sent."""
    async with driving("http://127.0.0.1:1", {"Reset": {"path": "/reset"}}) as driver:
        assert driver.operations == frozenset({Reset})
        with pytest.raises(Unsupported, match="no request for ClearCache"):
            await driver.perform(ClearCache(station="CP1"))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (409, Refused),
        (500, Refused),
        (502, Refused),
        (404, Unsupported),
        (501, Unsupported),
        (302, DriverError),
        (401, DriverError),
        (403, DriverError),
    ],
)
async def test_refusals(console: Console, status: int, error: type[Exception]) -> None:
    """A refusal of whatever code is one of the product, unless the code says that it is none; the answer is told."""
    console.answers = [(status, {"detail": "no\n  such"})]
    async with driving(console.url, {"Reset": {"path": "/reset", "unsupported": [404, 501]}}) as driver:
        with pytest.raises(error) as caught:
            await driver.perform(RESET)
    assert type(caught.value) is error
    assert str(caught.value).endswith(f'POST {console.url}/reset: {status} {{"detail": "no\\n such"}}')


async def test_long_refusal_is_cut(console: Console) -> None:
    """Of a long answer only an excerpt is told."""
    console.answers = [(500, b"x" * 10_000)]
    async with driving(console.url, GENERIC) as driver:
        with pytest.raises(Refused) as caught:
            await driver.perform(RESET)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"<html>", "not JSON"), (b"[" * 100_000, "not JSON"), ({}, "no receipt at '/id'"), ({"id": {}}, "no receipt")],
)
async def test_answer_without_receipt(console: Console, content: Any, message: str) -> None:
    """An answer without the receipt it should hold is a fault of the driver's table."""
    console.answers = [(202, content)]
    async with driving(console.url, GENERIC) as driver:
        with pytest.raises(DriverError, match=message):
            await driver.perform(RESET)


async def test_path_without_value() -> None:
    """A path that needs a member which the operation leaves out cannot be asked for."""
    async with driving("http://127.0.0.1:1", {"GetConfiguration": {"path": "/keys/{key}"}}) as driver:
        with pytest.raises(DriverError, match=r"POST /keys/\{key\}: there is no value for 'key'"):
            await driver.perform(GetConfiguration(station="CP1"))


async def test_console_that_hangs_up(console: Console) -> None:
    """A connection that ends without an answer is a driver error that names the URL."""
    console.answers = [(0, None)]
    async with driving(console.url, GENERIC) as driver:
        with pytest.raises(DriverError, match=f"POST {console.url}/stations/CP%201/operations/Reset: "):
            await driver.perform(RESET)


async def test_console_that_refuses_connections() -> None:
    """A console that is not there is a driver error that names the URL."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        async with driving(url, GENERIC) as driver:
            with pytest.raises(DriverError, match=f"POST {url}/stations/CP%201/operations/Reset: ConnectError"):
                await driver.perform(RESET)


async def test_console_that_never_answers(console: Console, stall: Stall) -> None:
    """Every request is bounded in time."""
    stall()
    async with driving(console.url, GENERIC, timeout=0.05) as driver:
        with pytest.raises(DriverError, match=r"no answer within 0\.05 s"):
            await driver.perform(RESET)


async def test_loopback_needs_no_proxy(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment is not asked for what only this machine can reach."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    console.answers = [(202, {"id": "op-1"})]
    async with driving(console.url, GENERIC) as driver:
        assert await driver.perform(RESET) == Receipt("op-1")
