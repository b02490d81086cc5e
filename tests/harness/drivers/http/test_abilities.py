"""Tests of the HTTP driver: abilities."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from harness.csms import (
    ChargingProfileReader,
    ChargingProfileView,
    ConfigurationReader,
    ConnectorReader,
    ConnectorView,
    DriverError,
    LocalListReader,
    Outcome,
    OutcomeReader,
    Receipt,
    Refused,
    Registration,
    RegistrationControl,
    ReservationReader,
    ReservationView,
    Restart,
    StationProvisioning,
    StationReader,
    StationView,
    Tag,
    TagProvisioning,
    TagStatus,
    TaskReader,
    TaskView,
    TransactionReader,
    TransactionView,
    Unknown,
    Unsupported,
    VariableView,
)
from harness.csms.signature import functions
from harness.drivers.http import from_settings
from harness.settings import Settings
from tests.harness.drivers.http.conftest import Console

STATION = {"path": "/stations/{station}"}
OUTCOME = {"path": "/operations/{receipt}", "query": {"wait": "{patience}"}, "poll": 0.001}
ASKED = {name: {one: f"{{{one}}}" for one in function.takes} for name, function in functions().items()}
"""Function → a query that tells everything that the function takes."""

ABILITIES: dict[Any, dict[str, Any]] = {
    StationReader: {"station": STATION},
    ConnectorReader: {"connector": {"path": "/stations/{station}/{connector_id}"}},
    TransactionReader: {"transactions": STATION},
    OutcomeReader: {"outcome": OUTCOME},
    ConfigurationReader: {"configuration": STATION},
    LocalListReader: {"local_list_version": STATION},
    ReservationReader: {"reservations": STATION},
    ChargingProfileReader: {"charging_profiles": STATION},
    TaskReader: {"tasks": STATION},
    RegistrationControl: {"set_registration": {**STATION, "body": "{registration}"}},
    TagProvisioning: {"provision_tag": {"path": "/tags/{id_tag}"}},
    StationProvisioning: {"provision_station": STATION, "remove_station": {"method": "DELETE", **STATION}},
}


@asynccontextmanager
async def able(url: str, **abilities: Any) -> AsyncIterator[Any]:
    """Enter a driver with some abilities."""
    table = {"base_url": url, "abilities": abilities}
    async with from_settings(Settings(driver={"http": table}), {}) as driver:
        yield driver


@pytest.mark.parametrize("ability", list(ABILITIES))
async def test_driver_has_the_abilities_of_its_table(ability: Any) -> None:
    """A driver has the abilities that its table has entries for, and no other."""
    async with able("http://localhost", **ABILITIES[ability]) as driver:
        assert [other for other in (*ABILITIES, Restart) if isinstance(driver, other)] == [ability]


async def test_stations_are_provisioned(console: Console) -> None:
    """Provisioning changes the central system by requests without a body."""
    async with able(console.url, **ABILITIES[StationProvisioning]) as driver:
        await driver.provision_station("CP/1")
        await driver.remove_station("CP/1")
    assert [(asked.method, asked.path, asked.body) for asked in console.asked] == [
        ("PUT", "/stations/CP%2F1", None),
        ("DELETE", "/stations/CP%2F1", None),
    ]


@pytest.mark.parametrize("status", [404, 410])
async def test_forgetting_an_unknown_station_is_no_error(console: Console, status: int) -> None:
    """A station that is gone already is forgotten."""
    console.answers = [(status, {})]
    async with able(console.url, **ABILITIES[StationProvisioning]) as driver:
        await driver.remove_station("CP1")
        with pytest.raises(Refused, match=f"PUT .*/stations/CP1: {status}"):
            await driver.provision_station("CP1")


async def test_registration_is_set(console: Console) -> None:
    """The registration goes where its placeholder stands."""
    request = {"path": "/stations/{station}/registration", "body": {"registration": "{registration}"}}
    async with able(console.url, set_registration=request) as driver:
        await driver.set_registration("CP1", Registration.PENDING)
    assert console.asked[0].body == {"registration": "Pending"}


async def test_tags_are_provisioned(console: Console) -> None:
    """A tag goes with what it has; parent and expiry are left out when there are none."""
    request = {"path": "/tags/{id_tag}", "body": {"status": "{status}", "parent": "{parent}", "expires": "{expires}"}}
    async with able(console.url, provision_tag=request) as driver:
        await driver.provision_tag(Tag(id_tag="T1", status=TagStatus.BLOCKED))
        await driver.provision_tag(Tag(id_tag="T2", parent="P", expires=datetime(2026, 1, 1, tzinfo=UTC)))
    assert [(asked.path, asked.body) for asked in console.asked] == [
        ("/tags/T1", {"status": "Blocked"}),
        ("/tags/T2", {"status": "Accepted", "parent": "P", "expires": "2026-01-01T00:00:00+00:00"}),
    ]


async def test_station_is_read(console: Console) -> None:
    """A record is read by field names or by pointers; what the product does not show is None."""
    console.answers = [(200, {"data": {"online": True, "last_seen": "2026-01-01T00:00:00Z", "fw": {"v": "1.2"}}})]
    request = {**STATION, "at": "/data", "found": {"firmware_version": "/fw/v", "vendor": "/fw/vendor"}}
    async with able(console.url, station=request) as driver:
        view = await driver.station("CP1")
    assert view == StationView(online=True, last_seen=datetime(2026, 1, 1, tzinfo=UTC), firmware_version="1.2")


async def test_connector_is_read(console: Console) -> None:
    """A connector is asked for by its number."""
    console.answers = [(200, {"status": "Charging", "error_code": None})]
    async with able(console.url, connector={"path": "/s/{station}/c/{connector_id}"}) as driver:
        assert await driver.connector("CP1", 0) == ConnectorView(status="Charging")
    assert console.asked[0].path == "/s/CP1/c/0"


async def test_transactions_are_read(console: Console) -> None:
    """Transactions keep the order of the answer."""
    records = [{"id": 2, "active": True, "meter_values": [{"value": "1"}]}, {"id": 1, "active": False, "more": 1}]
    console.answers = [(200, records)]
    async with able(console.url, transactions=STATION) as driver:
        assert await driver.transactions("CP1") == [
            TransactionView(id=2, active=True, meter_values=[{"value": "1"}]),
            TransactionView(id=1, active=False),
        ]


@pytest.mark.parametrize(("told", "id"), [(7, 7), ("7", 7), ("a-7", "a-7")])
async def test_ids_of_transactions(console: Console, told: Any, id: int | str) -> None:
    """An id is a number, also where the product shows its digits, or else a text."""
    console.answers = [(200, [{"id": told, "active": True}])]
    async with able(console.url, transactions=STATION) as driver:
        assert [view.id for view in await driver.transactions("CP1")] == [id]


async def test_connector_of_an_evse_is_read(console: Console) -> None:
    """A connector is asked for together with its EVSE, if there is one and the request can say so."""
    console.answers = [(200, {"status": "Occupied"})]
    async with able(console.url, connector={"path": "/s/{station}/e/{evse_id}/c/{connector_id}"}) as driver:
        assert await driver.connector("CS1", 1, evse_id=2) == ConnectorView(status="Occupied")
    async with able(console.url, connector={"path": "/s/{station}/c/{connector_id}"}) as driver:
        with pytest.raises(Unsupported):
            await driver.connector("CS1", 1, evse_id=2)
    assert [asked.path for asked in console.asked] == ["/s/CS1/e/2/c/1"]


@pytest.mark.parametrize("answer", [{"a": "1", "b": None}, [{"key": "a", "value": "1"}, {"key": "b"}]])
async def test_configuration_is_read(console: Console, answer: Any) -> None:
    """A configuration is one object, or a list of keys and values."""
    console.answers = [(200, answer)]
    async with able(console.url, configuration=STATION) as driver:
        assert await driver.configuration("CP1") == {"a": "1", "b": None}


@pytest.mark.parametrize(("answer", "version"), [({"value": 3}, 3), ({"value": None}, None), ({}, None)])
async def test_local_list_version_is_read(console: Console, answer: Any, version: int | None) -> None:
    """A version is a number, or none where none is known."""
    console.answers = [(200, answer)]
    async with able(console.url, local_list_version=STATION) as driver:
        assert await driver.local_list_version("CP1") == version


async def test_local_list_version_is_found(console: Console) -> None:
    """A version may stand anywhere in the answer."""
    console.answers = [(200, {"list": {"number": 3}})]
    request = {**STATION, "at": "/list", "found": {"value": "/number"}}
    async with able(console.url, local_list_version=request) as driver:
        assert await driver.local_list_version("CP1") == 3


@pytest.mark.parametrize(
    ("ability", "view"),
    [
        ("reservations", ReservationView(id=1, status="active", expires=datetime(2026, 1, 1, tzinfo=UTC))),
        ("charging_profiles", ChargingProfileView(id=1, connector_id=0, purpose="ChargePointMaxProfile")),
        ("variables", VariableView(component="EVSE", evse_id=1, variable="AvailabilityState", value="Available")),
        ("tasks", TaskView(kind="firmware", state="running", status="Downloading")),
    ],
)
async def test_lists_are_read(console: Console, ability: str, view: Any) -> None:
    """Reservations, charging profiles, variables and tasks are lists of records."""
    record = TypeAdapter(type(view)).dump_python(view, mode="json")
    console.answers = [(200, [record])]
    async with able(console.url, **{ability: STATION}) as driver:
        assert await getattr(driver, ability)("CP1") == [view]


async def test_tag_of_which_the_product_cannot_be_told_everything(console: Console) -> None:
    """What the request would drop is unsupported, unless it is what nobody has to say."""
    async with able(console.url, provision_tag={"path": "/tags/{id_tag}"}) as driver:
        await driver.provision_tag(Tag(id_tag="T1"))
        with pytest.raises(Unsupported, match="the request in the target file drops status, parent"):
            await driver.provision_tag(Tag(id_tag="T2", status=TagStatus.BLOCKED, parent="P"))
    assert [asked.path for asked in console.asked] == ["/tags/T1"]


async def test_steps_look_up_what_the_request_needs(console: Console) -> None:
    """Steps keep what their answers tell; one is left out where its condition is not met."""
    create = {"method": "POST", "path": "/tags", "body": {"tag": "{id_tag}"}, "unless": "key", "keep": {"key": "/key"}}
    parent = {"method": "POST", "path": "/parents", "body": {"tag": "{parent}"}, "when": "parent", "taken": [409]}
    request = {
        "path": "/tags/{key}",
        "body": {"limit": "{status}", "parent": "{parent}"},
        "values": {"status": {"Accepted": -1, "Blocked": 0}},
        "before": [{"path": "/tags", "query": {"tag": "{id_tag}"}, "keep": {"key": "/0/key"}}, create, parent],
    }
    console.answers = [(200, []), (201, {"key": 7}), (200, {}), (200, [{"key": 8}]), (409, {}), (200, {})]
    async with able(console.url, provision_tag=request) as driver:
        await driver.provision_tag(Tag(id_tag="T1", status=TagStatus.BLOCKED))
        await driver.provision_tag(Tag(id_tag="T2", parent="P"))
        with pytest.raises(Unsupported, match="no name for status 'Expired'; it has some for Accepted, Blocked"):
            await driver.provision_tag(Tag(id_tag="T3", status=TagStatus.EXPIRED))
    assert [(asked.method, asked.path, asked.body) for asked in console.asked] == [
        ("GET", "/tags?tag=T1", None),
        ("POST", "/tags", {"tag": "T1"}),
        ("PUT", "/tags/7", {"limit": 0}),
        ("GET", "/tags?tag=T2", None),
        ("POST", "/parents", {"tag": "P"}),
        ("PUT", "/tags/8", {"limit": -1, "parent": "P"}),
    ]


async def test_step_that_is_refused(console: Console) -> None:
    """Where a step is refused the request is not sent."""
    console.answers = [(409, {})]
    request = {**STATION, "before": [{"path": "/stations"}]}
    async with able(console.url, provision_station=request, remove_station=STATION) as driver:
        with pytest.raises(Refused, match=r"GET .*/stations: 409"):
            await driver.provision_station("CP1")
    assert len(console.asked) == 1


async def test_records_are_chosen_ordered_and_derived(console: Console) -> None:
    """Of a list for everybody the station's records count, in the order asked for; fields follow from others."""
    console.answers = [
        (
            200,
            {
                "groups": [
                    {"items": [{"key": 3, "of": "CP1", "stop": None}, {"key": 2, "of": "CP2"}]},
                    {"items": [{"key": 1, "of": "CP1", "stop": "2026-01-01T00:00:00Z", "why": "EV_GONE"}]},
                ]
            },
        )
    ]
    request = {
        "path": "/sessions",
        "at": "/groups/*/items/*",
        "where": {"/of": "{station}"},
        "order": "/key",
        "found": {
            "id": "/key",
            "active": {"at": "/stop", "map": {"null": True, "*": False}},
            "stopped": "/stop",
            "reason": {"at": "/why", "map": {"EV_GONE": "EVDisconnected"}},
        },
    }
    async with able(console.url, transactions=request) as driver:
        assert await driver.transactions("CP1") == [
            TransactionView(id=1, active=False, stopped=datetime(2026, 1, 1, tzinfo=UTC), reason="EVDisconnected"),
            TransactionView(id=3, active=True),
        ]


async def test_records_are_ordered_by_numbers_or_texts(console: Console) -> None:
    """Numbers go before texts, and what has nothing to be sorted by comes last, in the order of the answer."""
    marks: list[Any] = ["b", None, 10, "a", 9, []]
    console.answers = [(200, [{"id": number, "active": True, "at": mark} for number, mark in enumerate(marks)])]
    async with able(console.url, transactions={**STATION, "order": "/at"}) as driver:
        assert [view.id for view in await driver.transactions("CP1")] == [4, 2, 3, 0, 1, 5]


async def test_one_record_of_a_list(console: Console) -> None:
    """A reader of one record takes it from a list, and knows of none where the list has none."""
    console.answers = [(200, [{"number": 1, "status": "OK"}, {"number": 2, "status": "ODD"}])]
    states = {"at": "/status", "map": {"OK": "Available"}}
    request = {"path": "/s/{station}", "where": {"/number": "{connector_id}"}, "found": {"status": states}}
    async with able(console.url, connector=request) as driver:
        assert await driver.connector("CP1", 1) == ConnectorView(status="Available")
        with pytest.raises(Unknown):
            await driver.connector("CP1", 3)
        with pytest.raises(DriverError, match=r"the map of '/status' has no key 'ODD'"):
            await driver.connector("CP1", 2)


async def test_outcome_is_awaited(console: Console) -> None:
    """An outcome is asked for until it is no longer pending."""
    pending = (200, {"state": "pending"})
    console.answers = [pending, pending, (200, {"state": "answered", "status": "Accepted", "payload": {"a": 1}})]
    async with able(console.url, outcome=OUTCOME) as driver:
        outcome = await driver.outcome(Receipt("op-1"), 10.0)
    assert outcome == Outcome(state="answered", status="Accepted", payload={"a": 1})
    assert console.asked[0].path == "/operations/op-1?wait=10.0"
    assert len(console.asked) == 3


async def test_outcome_that_stays_pending(console: Console) -> None:
    """When patience ends the outcome is pending."""
    console.answers = [(200, {"state": "pending"})]
    async with able(console.url, outcome=OUTCOME) as driver:
        assert await driver.outcome(Receipt("op-1"), 0.01) == Outcome(state="pending")


@pytest.mark.parametrize(
    ("ability", "arguments"),
    [
        ("station", ("CP1",)),
        ("connector", ("CP1", 1)),
        ("transactions", ("CP1",)),
        ("outcome", (Receipt("op-1"), 1.0)),
        ("configuration", ("CP1",)),
        ("local_list_version", ("CP1",)),
        ("reservations", ("CP1",)),
    ],
)
async def test_record_that_the_product_does_not_have(console: Console, ability: str, arguments: Any) -> None:
    """A reader raises Unknown where the product says it has no record, and never invents one."""
    console.answers = [(404, {"detail": "no"})]
    async with able(console.url, **{ability: {"path": "/x", "query": ASKED[ability]}}) as driver:
        with pytest.raises(Unknown, match=rf'^GET {console.url}/x\?[^ ]*: 404 {{"detail": "no"}}$'):
            await getattr(driver, ability)(*arguments)
        console.answers = [(403, {})]
        with pytest.raises(DriverError, match="403"):
            await getattr(driver, ability)(*arguments)


@pytest.mark.parametrize(
    ("ability", "answer", "message"),
    [
        ("station", [], "no record at ''"),
        ("station", {"online": "perhaps"}, "online: Input should be a valid boolean"),
        ("station", {"last_seen": "2026-01-01T00:00:00"}, "last_seen is a time without an offset"),
        ("transactions", {}, "no list at ''"),
        ("transactions", [{"id": 1}], "active: Field required"),
        ("transactions", ["x"], "no record"),
        ("tasks", {}, "no list at ''"),
        ("local_list_version", {"value": "x"}, "answer: Input should be a valid integer"),
        ("configuration", {"a": 1}, r"a: Input should be a valid string"),
        ("configuration", [{"key": {}}], "0.0: Input should be a valid string"),
        ("configuration", ["x"], "0.0: Input should be a valid string"),
        ("configuration", "x", "answer: Input should be a valid dictionary"),
        ("outcome", {"state": "done"}, "state: Input should be 'pending', 'answered' or 'failed'"),
    ],
)
async def test_answer_of_the_wrong_shape(console: Console, ability: str, answer: Any, message: str) -> None:
    """An answer that does not fit the table is a driver error that shows it."""
    console.answers = [(200, answer)]
    arguments = (Receipt("op-1"), 1.0) if ability == "outcome" else ("CP1",)
    async with able(console.url, **{ability: {"path": "/x", "query": ASKED[ability]}}) as driver:
        with pytest.raises(DriverError, match=message) as caught:
            await getattr(driver, ability)(*arguments)
    assert str(caught.value).startswith(f"GET {console.url}/x?")
