"""Tests of the HTTP driver: operations."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from harness.csms import DriverError, Operation, Outcome, OutcomeReader, Receipt, Refused, Unknown, Unsupported, v201
from harness.csms.v16 import (
    OPERATIONS,
    ClearCache,
    GetConfiguration,
    GetLog,
    RemoteStartTransaction,
    Reset,
    SendLocalList,
    SetChargingProfile,
)
from harness.drivers.http import HttpDriver, from_settings
from harness.settings import CsmsSection, Settings
from tests.harness.drivers.http.conftest import Console, Stall

RESET = Reset(station="CP 1", type="Hard")
LOG = GetLog(station="CP1", log_type="SecurityLog", log={"remoteLocation": "ftp://h/"}, request_id=7)
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
    """An operation with an entry of its own takes from the fallback only the keys that it does not give itself."""
    own = {"method": "PUT", "path": "/reset", "body": {"how": "{type}", "now": True}}
    console.answers = [(202, {"id": "op-1"})]
    async with driving(console.url, {**GENERIC, "Reset": own}) as driver:
        assert await driver.perform(RESET) == Receipt("op-1")
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


async def test_driver_is_let_in_by_name_and_password(console: Console) -> None:
    """Basic authentication goes with every request."""
    async with driving(
        console.url, {"Reset": {"path": "/r"}}, basic_auth={"username": "me", "password": "x"}
    ) as driver:
        await driver.perform(RESET)
    assert console.asked[0].headers["authorization"] == "Basic bWU6eA=="


async def test_names_in_another_style(console: Console) -> None:
    """All members of the payload, nested ones too, and the action are spelt as the product does."""
    naming = {"members": "snake_case", "actions": "kebab-case"}
    async with driving(console.url, {"*": {"path": "/{station}/{action}"}}, naming=naming) as driver:
        await driver.perform(LOG)
    assert (console.asked[0].path, console.asked[0].body) == (
        "/CP1/get-log",
        {"log_type": "SecurityLog", "log": {"remote_location": "ftp://h/"}, "request_id": 7},
    )


async def test_members_within_members(console: Console) -> None:
    """A placeholder may lead into a member, and make a list of what each item has."""
    operations = {
        "GetLog": {"path": "/log", "body": {"to": "{log.remoteLocation}", "kind": "{logType}", "id": "{requestId}"}},
        "SendLocalList": {"path": "/list", "body": {"tags": "{localAuthorizationList.*.idTag}", "as": "{updateType}"}},
    }
    entries = ({"idTag": "A"}, {"idTag": "B"})
    async with driving(console.url, operations) as driver:
        await driver.perform(LOG)
        await driver.perform(SendLocalList(station="CP1", update_type="Full", local_authorization_list=entries))
        await driver.perform(SendLocalList(station="CP1", update_type="Full", local_authorization_list=()))
    assert [asked.body for asked in console.asked] == [
        {"to": "ftp://h/", "kind": "SecurityLog", "id": 7},
        {"tags": ["A", "B"], "as": "Full"},
        {"tags": [], "as": "Full"},
    ]


@pytest.mark.parametrize(
    ("operation", "body", "dropped"),
    [
        (RemoteStartTransaction(station="CP1", id_tag="T", connector_id=1), {"tag": "{idTag}"}, "connectorId"),
        (
            GetLog(station="CP1", log_type="L", log={"remoteLocation": "r", "oldestTimestamp": "o"}),
            {"to": "{log.remoteLocation}", "kind": "{logType}"},
            "log.oldestTimestamp",
        ),
        (
            SendLocalList(
                station="CP1", update_type="Full", local_authorization_list=({"idTag": "A", "idTagInfo": {}},)
            ),
            {"tags": "{localAuthorizationList.*.idTag}", "as": "{updateType}"},
            "localAuthorizationList.0.idTagInfo",
        ),
    ],
)
async def test_nothing_is_dropped_in_silence(operation: Operation, body: Any, dropped: str) -> None:
    """A member that the scenario gave and the request does not carry makes the operation unsupported."""
    async with driving("http://127.0.0.1:1", {operation.action(): {"path": "/x", "body": body}}) as driver:
        with pytest.raises(Unsupported, match=f"the request in the target file drops {dropped}$"):
            await driver.perform(operation)


async def test_values_have_names_of_their_own(console: Console) -> None:
    """A value becomes what the product calls it, in the whole payload too; one without a name is unsupported."""
    values = {"type": {"Hard": "HARD"}}
    async with driving(console.url, {"Reset": {"path": "/r", "values": values}}) as driver:
        await driver.perform(RESET)
        with pytest.raises(Unsupported, match="no name for type 'Soft'; it has some for Hard"):
            await driver.perform(Reset(station="CP1", type="Soft"))
    assert [asked.body for asked in console.asked] == [{"type": "HARD"}]


async def test_values_within_lists_have_names_of_their_own(console: Console) -> None:
    """A map may lead into the items of a list."""
    values = {"localAuthorizationList.*.idTagInfo.status": {"Accepted": 1}, "listVersion": {"1": "first"}}
    entries = ({"idTag": "A", "idTagInfo": {"status": "Accepted"}}, {"idTag": "B"})
    operation = SendLocalList(station="CP1", update_type="Full", list_version=1, local_authorization_list=entries)
    async with driving(console.url, {"SendLocalList": {"path": "/l", "values": values}}) as driver:
        await driver.perform(operation)
    assert console.asked[0].body == {
        "updateType": "Full",
        "listVersion": "first",
        "localAuthorizationList": [{"idTag": "A", "idTagInfo": {"status": 1}}, {"idTag": "B"}],
    }
    assert entries[0]["idTagInfo"] == {"status": "Accepted"}


async def test_defaults_and_counter(console: Console) -> None:
    """What the scenario leaves out has a default, which may be a number that no other request has."""
    entry = {"path": "/start", "defaults": {"connectorId": 1, "chargingProfile": {}, "retries": 2}}
    body = {"tag": "{idTag}", "connector": "{connectorId}", "request": "{counter}"}
    operations = {"*": entry, "RemoteStartTransaction": {"body": body}}
    async with driving(console.url, operations) as driver:
        await driver.perform(RemoteStartTransaction(station="CP1", id_tag="T"))
        await driver.perform(RemoteStartTransaction(station="CP1", id_tag="T", connector_id=2))
        await driver.perform(ClearCache(station="CP1"))
    first, second, clear = (asked.body for asked in console.asked)
    assert (first["connector"], second["connector"], clear) == (1, 2, {})
    assert second["request"] > first["request"]


async def test_default_can_be_the_counter(console: Console) -> None:
    """A number that the product does not choose is made up."""
    entry = {"path": "/log", "defaults": {"requestId": "{counter}"}}
    async with driving(console.url, {"GetLog": entry}) as driver:
        await driver.perform(GetLog(station="CP1", log_type="L", log={"remoteLocation": "r"}))
        await driver.perform(LOG)
    made_up, given = (asked.body["requestId"] for asked in console.asked)
    assert isinstance(made_up, int)
    assert given == 7


async def test_something_is_created_and_then_referred_to(console: Console) -> None:
    """An operation may take two requests, of which the second names what the first has made."""
    create = {"method": "POST", "path": "/profiles", "body": "{csChargingProfiles}", "keep": {"profile": "/id"}}
    entry = {"path": "/{station}/profile", "body": {"at": "{connectorId}", "use": "{profile}"}, "before": [create]}
    console.answers = [(201, {"id": 5}), (202, {})]
    async with driving(console.url, {"SetChargingProfile": entry}) as driver:
        await driver.perform(SetChargingProfile(station="CP1", connector_id=1, cs_charging_profiles={"stackLevel": 0}))
    assert [(asked.path, asked.body) for asked in console.asked] == [
        ("/profiles", {"stackLevel": 0}),
        ("/CP1/profile", {"at": 1, "use": 5}),
    ]


async def test_success_is_told_by_the_body(console: Console) -> None:
    """An answer with a good code is a refusal where its body does not tell one of the good values."""
    console.answers = [(200, [{"success": True}]), (200, [{"success": False, "why": "offline"}]), (200, [])]
    async with driving(console.url, {"Reset": {"path": "/r", "success": {"/0/success": [True, "yes"]}}}) as driver:
        assert await driver.perform(RESET) is None
        for _ in range(2):
            with pytest.raises(Refused):
                await driver.perform(RESET)


async def test_refusal_may_have_any_code(console: Console) -> None:
    """A code that would mean something else is a refusal where the table says so."""
    console.answers = [(403, {}), (200, {})]
    async with driving(console.url, {"Reset": {"path": "/r", "refused": [200, 403]}}) as driver:
        for _ in range(2):
            with pytest.raises(Refused):
                await driver.perform(RESET)


async def test_outcome_is_told_by_the_answer(console: Console) -> None:
    """A synchronous API tells in one answer what became of the operation."""
    good = {"path": "/r", "outcome": {"at": "/result", "found": {"status": {"at": "/is", "map": {"OK": "Accepted"}}}}}
    console.answers = [(200, {"result": {"is": "OK"}})]
    async with driving(console.url, {"Reset": good}) as driver:
        assert isinstance(driver, OutcomeReader)
        receipt = await driver.perform(RESET)
        assert receipt is not None
        assert await driver.outcome(receipt, 1.0) == Outcome(state="answered", status="Accepted")
        with pytest.raises(Unknown, match="the answer told no outcome"):
            await driver.outcome(Receipt("other"), 1.0)


async def test_outcome_that_is_not_told_yet_is_asked_for(console: Console) -> None:
    """Where the answer says that the outcome is pending, the receipt asks for it later."""
    state = [{"at": "/ok", "map": {"*": "answered"}}, {"at": "/error", "map": {"*": "failed"}}, {"value": "pending"}]
    entry = {"path": "/r", "receipt": "/id", "outcome": {"found": {"state": state, "reason": "/error"}}}
    abilities = {"outcome": {"path": "/{receipt}"}}
    console.answers = [(200, {"id": 1}), (200, {"state": "answered"}), (200, {"id": 2, "error": "timeout"})]
    async with driving(console.url, {"Reset": entry}, abilities=abilities) as driver:
        assert isinstance(driver, OutcomeReader)
        later = await driver.perform(RESET)
        assert later == Receipt("1")
        assert await driver.outcome(Receipt("1"), 1.0) == Outcome(state="answered")
        failed = await driver.perform(RESET)
        assert failed is not None
        assert await driver.outcome(failed, 1.0) == Outcome(state="failed", reason="timeout")
    assert [asked.path for asked in console.asked] == ["/r", "/1", "/r"]


async def test_operations_are_those_of_the_versions_that_are_spoken(console: Console) -> None:
    """The table may describe a version that the system is not asked to speak; an action of two is two operations."""
    table = {"base_url": console.url, "operations": {"Reset": {"path": "/old"}, "2.0.1": {"Reset": {"path": "/new"}}}}
    for versions, operations in ((("1.6",), {Reset}), (("1.6", "2.0.1"), {Reset, v201.Reset})):
        settings = Settings(csms=CsmsSection(versions=versions), driver={"http": table})
        async with from_settings(settings, {}) as driver:
            assert driver.operations == operations
    async with from_settings(settings, {}) as driver:
        await driver.perform(v201.Reset(station="CS1", type="Immediate"))
        await driver.perform(Reset(station="CS1", type="Hard"))
    assert [(asked.path, asked.body) for asked in console.asked] == [
        ("/new", {"type": "Immediate"}),
        ("/old", {"type": "Hard"}),
    ]


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
    """What needs a member that the operation leaves out cannot be asked for."""
    async with driving("http://127.0.0.1:1", {"GetConfiguration": {"path": "/keys/{key}"}}) as driver:
        with pytest.raises(Unsupported, match=r"POST /keys/\{key\} needs a value for 'key', and there is none"):
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
