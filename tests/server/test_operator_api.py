"""The operator API: everything an operator can do, over HTTP."""

from __future__ import annotations

import asyncio
import re
import resource
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.central_system import CentralSystem
from server.core.store import StoreError
from server.operator_api import application
from tests.server.charger import charger
from tests.server.conftest import Make, lock

START = {"connectorId": 1, "idTag": "TAG", "meterStart": 0, "timestamp": "2024-05-01T12:00:00Z"}


def client(system: CentralSystem, **headers: str) -> httpx.AsyncClient:
    """Return a client that calls the application without a network."""
    transport = httpx.ASGITransport(application(system))
    return httpx.AsyncClient(transport=transport, base_url="http://operator", headers=headers)


@pytest.fixture
async def api(system: CentralSystem) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the central system's API."""
    async with client(system) as api:
        yield api


async def test_station_is_provisioned_read_and_removed(api: httpx.AsyncClient) -> None:
    """A station comes and goes; repeating either is no error."""
    for _ in range(2):
        assert (await api.put("/stations/RDAM%20123")).status_code == 204
    record = (await api.get("/stations/RDAM%20123")).json()
    assert (record["online"], record["registration"]) == (False, "Accepted")
    assert list((await api.get("/stations")).json()) == ["RDAM 123"]
    for _ in range(2):
        assert (await api.delete("/stations/RDAM%20123")).status_code == 204
    assert (await api.get("/stations/RDAM%20123")).status_code == 404


async def test_removal_that_cannot_be_stored_changes_nothing(make: Make, tmp_path: Path) -> None:
    """Where the store fails, a station that was to be removed is still known, and can be removed later."""
    async with make(store_timeout=0.05) as system, client(system) as api:
        await api.put("/stations/CS-1")
        other = await lock(tmp_path / "server.sqlite3")
        assert (await api.delete("/stations/CS-1")).status_code == 503
        assert (await api.get("/stations/CS-1")).status_code == 200
        await asyncio.to_thread(other.close)
        assert (await api.delete("/stations/CS-1")).status_code == 204
        assert (await api.get("/stations/CS-1")).status_code == 404


async def test_registration_is_set(api: httpx.AsyncClient) -> None:
    """A registration is one of three words, of a station that is known."""
    await api.put("/stations/CS-1")
    assert (await api.put("/stations/CS-1/registration", json={"registration": "Pending"})).status_code == 204
    assert (await api.get("/stations/CS-1")).json()["registration"] == "Pending"
    assert (await api.put("/stations/CS-1/registration", json={"registration": "Maybe"})).status_code == 422
    assert (await api.put("/stations/CS-2/registration", json={"registration": "Pending"})).status_code == 404


async def test_tag_is_provisioned(system: CentralSystem, api: httpx.AsyncClient) -> None:
    """A tag of any text has a status, a parent and an expiry."""
    body = {"status": "Blocked", "parent": "GROUP", "expires": "2030-01-01T00:00:00+00:00"}
    assert (await api.put("/tags/dot.dash-_*/x", json=body)).status_code == 204
    tag = system.tags.find("DOT.dash-_*/x")
    assert tag is not None
    assert (tag.status, tag.parent, tag.expires) == ("Blocked", "GROUP", datetime(2030, 1, 1, tzinfo=UTC))


async def test_tags_are_listed_and_removed(system: CentralSystem, api: httpx.AsyncClient) -> None:
    """An operator sees which tags there are, one or all of them, and can forget one."""
    await api.put("/tags/A", json={"parent": "GROUP", "expires": "2030-01-01T00:00:00"})
    await api.put("/tags/b/c", json={"status": "Blocked"})
    first = {"id_tag": "A", "status": "Accepted", "parent": "GROUP", "expires": "2030-01-01T00:00:00Z"}
    second = {"id_tag": "b/c", "status": "Blocked", "parent": None, "expires": None}
    assert (await api.get("/tags")).json() == [first, second]
    assert (await api.get("/tags/B/C")).json() == second
    for _ in range(2):
        assert (await api.delete("/tags/B/c")).status_code == 204
    assert (await api.get("/tags/b/c")).status_code == 404
    async with charger(system) as station:
        assert (await station.result("Authorize", {"idTag": "b/c"}))["idTagInfo"] == {"status": "Invalid"}
        assert (await station.result("Authorize", {"idTag": "A"}))["idTagInfo"][
            "expiryDate"
        ] == "2030-01-01T00:00:00.000Z"


@pytest.mark.parametrize("expires", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_expiry_beyond_the_calendar_is_refused(api: httpx.AsyncClient, expires: str) -> None:
    """An expiry that is no instant in UTC is not taken."""
    assert (await api.put("/tags/A", json={"expires": expires})).status_code == 422


@pytest.mark.parametrize(("welcome", "status"), [(False, "Invalid"), (True, "Accepted")])
async def test_unknown_tags_can_be_welcome(make: Make, welcome: bool, status: str) -> None:
    """With the setting for it, a tag that nobody has provisioned is accepted, as long as nobody blocks it."""
    async with make(accept_unknown_tags=welcome) as system, charger(system) as station, client(system) as api:
        assert (await station.result("Authorize", {"idTag": "NEW"}))["idTagInfo"] == {"status": status}
        assert (await station.result("StartTransaction", START))["idTagInfo"] == {"status": status}
        await api.put("/tags/NEW", json={"status": "Blocked"})
        assert (await station.result("Authorize", {"idTag": "NEW"}))["idTagInfo"] == {"status": "Blocked"}


@pytest.mark.parametrize(
    ("id_tag", "body"),
    [
        ("x" * 21, {}),
        ("A", {"parent": "x" * 21}),
        ("A", {"parent": ""}),
        ("A", {"status": "ConcurrentTx"}),
        ("A", {"colour": "red"}),
        ("A", {"expires": "soon"}),
    ],
)
async def test_impossible_tag_is_refused(api: httpx.AsyncClient, id_tag: str, body: dict[str, Any]) -> None:
    """A tag that OCPP cannot carry is not taken."""
    assert (await api.put(f"/tags/{id_tag}", json=body)).status_code == 422


async def test_operation_is_taken_and_its_outcome_told(system: CentralSystem, api: httpx.AsyncClient) -> None:
    """An operation is taken at once, and whoever waits learns what the station said."""
    async with charger(system) as station:
        taken = (await api.post("/stations/CS-1/operations/Reset", json={"type": "Hard"})).json()
        assert taken["state"] == "pending"
        path = f"/operations/{taken['id']}"
        assert (await api.get(path)).json()["state"] == "pending"
        call = await station.receive()
        await station.send([3, call[1], {"status": "Rejected"}])
        outcome = (await api.get(path, params={"wait": 5})).json()
    assert outcome == {
        "id": taken["id"],
        "state": "answered",
        "status": "Rejected",
        "payload": {"status": "Rejected"},
        "reason": None,
        "waits_for": None,
    }


async def test_operation_without_payload_needs_no_body(api: httpx.AsyncClient) -> None:
    """An empty body is an empty payload."""
    await api.put("/stations/CS-1")
    taken = await api.post("/stations/CS-1/operations/ClearCache")
    assert taken.status_code == 202
    pending = (await api.get("/stations/CS-1/operations", params={"pending": True})).json()
    assert [(one["id"], one["action"], one["payload"]) for one in pending] == [(taken.json()["id"], "ClearCache", {})]


async def test_operations_that_are_over_stay_listed(system: CentralSystem, api: httpx.AsyncClient) -> None:
    """The list has every operation unless only those without an outcome are wanted."""
    async with charger(system) as station:
        id = (await api.post("/stations/CS-1/operations/ClearCache")).json()["id"]
        call = await station.receive()
        await station.send([4, call[1], "NotSupported", "", {}])
        await api.get(f"/operations/{id}", params={"wait": 5})
    [listed] = (await api.get("/stations/CS-1/operations")).json()
    assert (listed["state"], listed["reason"]) == ("failed", "CALLERROR NotSupported: ")
    assert (await api.get("/stations/CS-1/operations", params={"pending": True})).json() == []


async def test_pending_operation_tells_what_it_waits_for(system: CentralSystem, api: httpx.AsyncClient) -> None:
    """An operator learns why nothing happens: the station is away, not accepted, or busy."""
    await api.put("/stations/CS-1")
    first, second, third = [await take(api, "ClearCache") for _ in range(3)]
    assert await waits_for(api, first) == "the station to connect"
    async with charger(system, boot=False) as station:
        assert await waits_for(api, first) == "a BootNotification of the station"
        await system.operator.set_registration("CS-1", "Rejected")
        assert await station.boot() == "Rejected"
        assert await waits_for(api, first) == "the station to be accepted: its latest boot was answered Rejected"
        await system.operator.set_registration("CS-1", "Accepted")
        assert await station.boot() == "Accepted"
        call = await station.receive()
        assert await waits_for(api, first) == "the answer of the station"
        assert await waits_for(api, third) == "its turn: 2 before it"
        await station.send([3, call[1], {"status": "Accepted"}])
        await station.receive()
        assert await waits_for(api, first) is None
        assert [one["waits_for"] for one in (await api.get("/stations/CS-1/operations")).json()] == [
            None,
            "the answer of the station",
            "its turn: 1 before it",
        ]
        assert await waits_for(api, second) == "the answer of the station"


async def take(api: httpx.AsyncClient, action: str) -> str:
    """Have an operation taken, and return its path."""
    return f"/operations/{(await api.post(f'/stations/CS-1/operations/{action}')).json()['id']}"


async def waits_for(api: httpx.AsyncClient, path: str) -> Any:
    """Return what an operation is said to wait for."""
    return (await api.get(path)).json()["waits_for"]


async def test_waiting_operation_is_withdrawn(system: CentralSystem, api: httpx.AsyncClient) -> None:
    """What has not been sent can be withdrawn, and is sent no more; what has been sent or is over cannot."""
    async with charger(system) as station:
        sent, waiting, last = [await take(api, "ClearCache") for _ in range(3)]
        call = await station.receive()
        assert (await api.delete(waiting)).status_code == 204
        outcome = (await api.get(waiting)).json()
        assert (outcome["state"], outcome["reason"]) == ("failed", "withdrawn by the operator")
        refusal = await api.delete(sent)
        assert (refusal.status_code, "has been sent" in refusal.json()["detail"]) == (409, True)
        await station.send([3, call[1], {"status": "Accepted"}])
        call = await station.receive()
        assert await waits_for(api, last) == "the answer of the station"
        for over in (sent, waiting):
            refusal = await api.delete(over)
            assert (refusal.status_code, "is over" in refusal.json()["detail"]) == (409, True)
    assert (await api.delete("/operations/nonsense")).status_code == 404


async def test_operation_that_cannot_be_withdrawn_keeps_its_place(make: Make, tmp_path: Path) -> None:
    """Where the store fails, a withdrawal changes nothing."""
    async with make(store_timeout=0.05) as system, client(system) as api:
        await api.put("/stations/CS-1")
        first, second = [await take(api, action) for action in ("ClearCache", "GetLocalListVersion")]
        other = await lock(tmp_path / "server.sqlite3")
        assert (await api.delete(first)).status_code == 503
        await asyncio.to_thread(other.close)
        assert await waits_for(api, second) == "the station to connect"
        async with charger(system) as station:
            assert (await station.receive())[2] == "ClearCache"


async def test_station_of_which_no_boot_is_known_can_be_asked_for_one(
    system: CentralSystem, api: httpx.AsyncClient
) -> None:
    """A station that met a fresh database is refused until it boots, which the operator sees and can ask for."""
    await api.put("/stations/CS-1")
    async with charger(system, boot=False) as station:
        record = (await api.get("/stations/CS-1")).json()
        assert (record["registration"], record["latest_boot"]) == ("Accepted", None)
        assert await station.error("Heartbeat") == "SecurityError"
        await take(api, "ClearCache")
        for action in ("TriggerMessage", "ExtendedTriggerMessage"):
            await api.post(f"/stations/CS-1/operations/{action}", json={"requestedMessage": "BootNotification"})
            call = await station.receive()
            assert call[2:] == [action, {"requestedMessage": "BootNotification"}]
            await station.send([3, call[1], {"status": "Accepted"}])
        assert await station.boot() == "Accepted"
        assert (await station.receive())[2] == "ClearCache"
        assert (await api.get("/stations/CS-1")).json()["latest_boot"] == "Accepted"


async def test_refusals_have_their_codes(api: httpx.AsyncClient) -> None:
    """404 is not known, 422 is wrong in itself, 409 is wrong for this station."""
    await api.put("/stations/CS-1")
    await api.put("/stations/CS-1/registration", json={"registration": "Rejected"})
    assert (await api.post("/stations/NOBODY/operations/ClearCache")).status_code == 404
    assert (await api.post("/stations/CS-1/operations/Explode")).status_code == 422
    assert (await api.post("/stations/CS-1/operations/Reset", json={"type": "Warm"})).status_code == 422
    refusal = await api.post("/stations/CS-1/operations/ClearCache")
    assert refusal.status_code == 409
    assert "rejected" in refusal.json()["detail"]
    assert (await api.get("/operations/nonsense")).status_code == 404


async def test_records_can_be_read(system: CentralSystem, api: httpx.AsyncClient) -> None:
    """Connectors, transactions and configuration are told under the names of the driver's views."""
    async with charger(system) as station:
        id = (await station.result("StartTransaction", START))["transactionId"]
        await station.result(
            "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Charging", "info": "é"}
        )
        connector = (await api.get("/stations/CS-1/connectors/1")).json()
        assert (connector["status"], connector["error_code"], connector["info"]) == ("Charging", "NoError", "é")
        assert (await api.get("/stations/CS-1/connectors/9")).status_code == 404
        [transaction] = (await api.get("/stations/CS-1/transactions")).json()
        assert (transaction["id"], transaction["active"], transaction["started"]) == (id, True, "2024-05-01T12:00:00Z")
        assert (await api.get("/stations/CS-1/configuration")).json() == {}
    for what in ("connectors/1", "connectors", "transactions", "configuration", "operations", "meter-values"):
        assert (await api.get(f"/stations/NOBODY/{what}")).status_code == 404


async def test_connectors_are_listed(system: CentralSystem, api: httpx.AsyncClient) -> None:
    """All connectors that a station has spoken of are told at once."""
    async with charger(system) as station:
        for number, status in ((2, "Charging"), (0, "Available")):
            await station.result(
                "StatusNotification", {"connectorId": number, "errorCode": "NoError", "status": status}
            )
    connectors = (await api.get("/stations/CS-1/connectors")).json()
    assert {number: one["status"] for number, one in connectors.items()} == {"0": "Available", "2": "Charging"}
    assert connectors["2"] == (await api.get("/stations/CS-1/connectors/2")).json()


async def test_meter_values_have_times(system: CentralSystem, api: httpx.AsyncClient) -> None:
    """Sampled values are told with their times, those of a transaction and those of none, the latest of them."""
    at = ["2024-05-01T12:00:00+02:00", "2024-05-01T12:00:00", "0000-01-01T00:00:00Z"]
    values = [{"timestamp": one, "sampledValue": [{"value": f"{number}"}]} for number, one in enumerate(at)]
    async with charger(system) as station:
        id = (await station.result("StartTransaction", START))["transactionId"]
        await station.result("MeterValues", {"connectorId": 1, "transactionId": id, "meterValue": values})
        await station.result("MeterValues", {"connectorId": 0, "meterValue": values[:1]})
    [transaction] = (await api.get("/stations/CS-1/transactions")).json()
    times = ["2024-05-01T10:00:00.000Z", "2024-05-01T12:00:00.000Z", "0000-01-01T00:00:00Z"]
    assert [one["timestamp"] for one in transaction["meter_values"]] == times
    found = (await api.get("/stations/CS-1/meter-values")).json()
    assert [one["timestamp"] for one in found] == [*times, times[0]]
    assert [(one["connector_id"], one["transaction_id"]) for one in found] == [(1, id)] * 3 + [(0, None)]
    assert (await api.get("/stations/CS-1/meter-values", params={"latest": 2})).json() == found[-2:]


async def test_health_and_metrics(system: CentralSystem, api: httpx.AsyncClient) -> None:
    """The service tells that it is well, and how much it does."""
    async with charger(system):
        assert (await api.get("/health")).json()["status"] == "ok"
        assert "plugfest_connected_stations 1.0" in (await api.get("/metrics")).text
        assert (await api.get("/memory")).json()["bytes"] > 1_000_000


async def test_failing_store_shows(
    system: CentralSystem, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that does not answer makes the service unavailable."""

    async def fail() -> None:
        raise StoreError("database is locked")

    monkeypatch.setattr(system.operator, "ping", fail)
    answer = await api.get("/health")
    assert (answer.status_code, answer.json()["detail"]) == (503, "the store failed: database is locked")


async def test_health_is_that_of_a_store_that_can_be_written(
    system: CentralSystem, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    """Where files cannot grow the store can still be read, but the service is not well."""
    await api.put("/stations/CS-1")
    size = (tmp_path / "server.sqlite3-wal").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        answer = await api.get("/health")
        connectors = await api.get("/stations/CS-1/connectors")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (answer.status_code, answer.json()["detail"]) == (503, "the store failed: disk I/O error")
    assert connectors.status_code == 200
    assert (await api.get("/health")).status_code == 200


async def test_documentation_needs_no_other_host(api: httpx.AsyncClient) -> None:
    """The page at /docs loads from the service itself, also where there is no way to the internet."""
    page = (await api.get("/docs")).text
    assert "https://" not in page
    parts = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert any(part.endswith(".js") for part in parts)
    for part in parts:
        assert (await api.get(part)).status_code == 200


async def test_api_describes_itself(api: httpx.AsyncClient) -> None:
    """There is an OpenAPI description and a page that shows it."""
    assert (await api.get("/docs")).status_code == 200
    assert "/stations/{station}/operations/{action}" in (await api.get("/openapi.json")).json()["paths"]


@pytest.mark.parametrize(("header", "status"), [({}, 401), ({"Authorization": "Bearer x"}, 401)])
async def test_wrong_token_is_refused(make: Make, header: dict[str, str], status: int) -> None:
    """With a token set, nothing is told or done without it."""
    async with make(token="s3cret") as system, client(system, **header) as api:
        answer = await api.get("/stations")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (status, "Bearer")
        assert (await api.put("/stations/CS-1")).status_code == status
        assert (await api.get("/health")).status_code == 200


async def test_right_token_is_taken(make: Make) -> None:
    """Whoever has the token is served."""
    async with make(token="s3cret") as system, client(system, Authorization="Bearer s3cret") as api:
        assert (await api.get("/stations")).status_code == 200
