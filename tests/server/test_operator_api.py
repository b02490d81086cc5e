"""The operator API: everything an operator can do, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from server.central_system import CentralSystem
from server.operator_api import application
from server.store import StoreError
from tests.server.charger import charger
from tests.server.conftest import Make

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
    tag = system.context.tags.find("DOT.dash-_*/x")
    assert tag is not None
    assert (tag.status, tag.parent, tag.expires) == ("Blocked", "GROUP", datetime(2030, 1, 1, tzinfo=UTC))


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
    for what in ("connectors/1", "transactions", "configuration", "operations"):
        assert (await api.get(f"/stations/NOBODY/{what}")).status_code == 404


async def test_health_and_metrics(system: CentralSystem, api: httpx.AsyncClient) -> None:
    """The service tells that it is well, and how much it does."""
    async with charger(system):
        assert (await api.get("/health")).json()["status"] == "ok"
        assert "plugfest_connected_stations 1.0" in (await api.get("/metrics")).text


async def test_failing_store_shows(
    system: CentralSystem, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that does not answer makes the service unavailable."""

    async def fail() -> None:
        raise StoreError("database is locked")

    monkeypatch.setattr(system.operator, "ping", fail)
    answer = await api.get("/health")
    assert (answer.status_code, answer.json()["detail"]) == (503, "the store failed: database is locked")


async def test_health_is_that_of_a_store_that_can_be_written(system: CentralSystem, api: httpx.AsyncClient) -> None:
    """A store that can only be read still answers, but the service is not well."""
    await system.context.store.read(lambda tx: tx.execute(text("PRAGMA query_only = ON")) and None)
    answer = await api.get("/health")
    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "the store failed: attempt to write a readonly database",
    )
    assert (await api.get("/stations")).status_code == 200


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
