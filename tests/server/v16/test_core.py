"""The Core profile: what a charge point is answered, and what is recorded of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.central_system import CentralSystem
from server.core import instants
from server.core.tags import Tag
from tests.server.charger import Charger, charger
from tests.server.conftest import Make

START = {"connectorId": 1, "idTag": "TAG", "meterStart": 100, "timestamp": "2024-05-01T12:00:00Z"}
STOP = {"meterStop": 200, "timestamp": "2024-05-01T13:00:00Z"}
STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
SAMPLE = {"value": "5"}
FILLED = {
    "timestamp": "2024-05-01T12:30:00.000Z",
    "value": "5",
    "context": "Sample.Periodic",
    "format": "Raw",
    "measurand": "Energy.Active.Import.Register",
    "location": "Outlet",
    "unit": "Wh",
}


def values(*samples: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a MeterValues payload."""
    meter_value = [{"timestamp": "2024-05-01T12:30:00Z", "sampledValue": list(samples)}]
    return {"connectorId": 1, "meterValue": meter_value, **more}


async def start(station: Charger, **changes: Any) -> int:
    """Start a transaction and return its id."""
    return int((await station.result("StartTransaction", START | changes))["transactionId"])


async def recorded(system: CentralSystem, id: str = "CS-1") -> list[Any]:
    """Return the transactions of a station."""
    return list(await system.operator.transactions(id))


async def test_boot_tells_time_and_interval(make: Make) -> None:
    """An accepted station learns the time and its heartbeat period."""
    async with make(interval=77) as system, charger(system) as station:
        conf = await station.result("BootNotification", {"chargePointVendor": "A", "chargePointModel": "B"})
    assert abs(instants.parse(conf.pop("currentTime")) - instants.now()) < timedelta(seconds=5)
    assert conf == {"status": "Accepted", "interval": 77}


@pytest.mark.parametrize("registration", ["Pending", "Rejected"])
async def test_boot_tells_when_to_come_again(make: Make, registration: str) -> None:
    """A station that is not accepted learns when to boot again."""
    async with make(retry_interval=7) as system, charger(system) as station:
        await system.operator.set_registration("CS-1", registration)
        conf = await station.result("BootNotification", {"chargePointVendor": "A", "chargePointModel": "B"})
    assert (conf["status"], conf["interval"]) == (registration, 7)


async def test_boot_is_recorded(system: CentralSystem) -> None:
    """The latest boot says what a station is."""
    async with charger(system) as station:
        boot = {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "1.2", "iccid": "x" * 20}
        await station.result("BootNotification", boot)
        record = system.operator.station("CS-1")
        assert (record["vendor"], record["model"], record["firmware_version"]) == ("V", "M", "1.2")
        assert (record["online"], record["registration"]) == (True, "Accepted")


async def test_any_message_is_a_sign_of_life(system: CentralSystem) -> None:
    """A station was last seen when its latest message came."""
    async with charger(system) as station:
        earlier = system.operator.station("CS-1")["last_seen"]
        await station.result("StatusNotification", STATUS)
        assert system.operator.station("CS-1")["last_seen"] > earlier


async def test_last_sign_of_life_outlives_the_central_system(make: Make) -> None:
    """What was known of a station is known after a restart."""
    async with make() as system:
        async with charger(system):
            pass
        seen = system.operator.station("CS-1")["last_seen"]
    async with make() as system:
        record = system.operator.station("CS-1")
        assert (record["last_seen"], record["vendor"], record["online"]) == (seen, "Acme", False)


async def test_tags_are_worth_what_was_provisioned(system: CentralSystem) -> None:
    """Every state of a tag has its status."""
    soon = instants.now() + timedelta(hours=1)
    for tag in (
        Tag(id_tag="GOOD"),
        Tag(id_tag="GROUPED", parent="GROUP", expires=soon),
        Tag(id_tag="BLOCKED", status="Blocked", parent="GROUP"),
        Tag(id_tag="EXPIRED", status="Expired"),
        Tag(id_tag="OVER", expires=datetime(2020, 1, 1, tzinfo=UTC)),
    ):
        await system.operator.provision_tag(tag)
    async with charger(system) as station:
        found = {
            id_tag: (await station.result("Authorize", {"idTag": id_tag}))["idTagInfo"]
            for id_tag in ("GOOD", "good", "GROUPED", "BLOCKED", "EXPIRED", "OVER", "NOBODY", "")
        }
    assert found == {
        "GOOD": {"status": "Accepted"},
        "good": {"status": "Accepted"},
        "GROUPED": {"status": "Accepted", "parentIdTag": "GROUP", "expiryDate": instants.to_wire(soon)},
        "BLOCKED": {"status": "Blocked", "parentIdTag": "GROUP"},
        "EXPIRED": {"status": "Expired"},
        "OVER": {"status": "Expired"},
        "NOBODY": {"status": "Invalid"},
        "": {"status": "Invalid"},
    }


async def test_tags_outlive_the_central_system(make: Make) -> None:
    """A tag that was provisioned is known after a restart, the way it was changed last."""
    until = instants.now() + timedelta(days=1)
    async with make() as system:
        await system.operator.provision_tag(Tag(id_tag="TAG"))
        await system.operator.provision_tag(Tag(id_tag="tag", parent="GROUP", expires=until))
    async with make() as system:
        assert system.tags.find("TAG") == Tag(id_tag="tag", parent="GROUP", expires=until)


async def test_transaction_is_recorded(system: CentralSystem) -> None:
    """Start, meter values and stop of a transaction can be read."""
    await system.operator.provision_tag(Tag(id_tag="TAG"))
    async with charger(system) as station:
        conf = await station.result("StartTransaction", START | {"timestamp": "2024-05-01T14:00:00.5+02:00"})
        id = conf.pop("transactionId")
        assert conf == {"idTagInfo": {"status": "Accepted"}}
        assert await station.result("MeterValues", values(SAMPLE, transactionId=id)) == {}
        data = values({"value": "20", "measurand": "Temperature"})["meterValue"]
        assert await station.result("StopTransaction", STOP | {"transactionId": id, "transactionData": data}) == {}
        assert await recorded(system) == [
            {
                "id": id,
                "active": False,
                "connector_id": 1,
                "id_tag": "TAG",
                "meter_start": 100,
                "meter_stop": 200,
                "started": datetime(2024, 5, 1, 12, 0, 0, 500_000, UTC),
                "stopped": datetime(2024, 5, 1, 13, tzinfo=UTC),
                "reason": "Local",
                "meter_values": [
                    FILLED,
                    {
                        "timestamp": "2024-05-01T12:30:00.000Z",
                        "value": "20",
                        "context": "Sample.Periodic",
                        "format": "Raw",
                        "measurand": "Temperature",
                        "location": "Outlet",
                    },
                ],
            }
        ]


async def test_ids_are_positive_and_differ(system: CentralSystem) -> None:
    """Transactions of all stations have ids of their own."""
    async with charger(system, "CS-1") as one, charger(system, "CS-2") as other:
        ids = [await start(station, connectorId=number) for station in (one, other) for number in range(1, 11)]
    assert len(set(ids)) == 20
    assert all(0 < id < 2**31 for id in ids)


@pytest.mark.parametrize(("id_tag", "status"), [("NOBODY", "Invalid"), ("BLOCKED", "Blocked")])
async def test_refused_tag_still_gets_a_transaction(system: CentralSystem, id_tag: str, status: str) -> None:
    """A start is recorded whatever its tag is worth."""
    await system.operator.provision_tag(Tag(id_tag="BLOCKED", status="Blocked"))
    async with charger(system) as station:
        conf = await station.result("StartTransaction", START | {"idTag": id_tag})
        assert conf["idTagInfo"]["status"] == status
        assert [(one["id"], one["active"]) for one in await recorded(system)] == [(conf["transactionId"], True)]


async def test_start_that_comes_again_changes_nothing(make: Make) -> None:
    """The same start gets the same answer, and is not in its own way."""
    async with make(parallel_tag_use=False) as system:
        await system.operator.provision_tag(Tag(id_tag="TAG"))
        async with charger(system) as station:
            first = await station.result("StartTransaction", START)
        async with charger(system, boot=False) as station:
            await station.send([2, "again", "StartTransaction", START | {"idTag": "tag"}])
            assert (await station.receive())[2] == first
        assert len(await recorded(system)) == 1


async def test_parallel_use_of_a_tag_can_be_forbidden(make: Make) -> None:
    """With the setting for it a tag runs one transaction at a time; a refused one does not count."""
    async with make(parallel_tag_use=False) as system, charger(system) as station:
        await system.operator.provision_tag(Tag(id_tag="TAG"))
        first = await start(station)
        for connector in (2, 3):
            conf = await station.result("StartTransaction", START | {"connectorId": connector, "idTag": "tag"})
            assert conf["idTagInfo"]["status"] == "ConcurrentTx"
        await station.result("StopTransaction", STOP | {"transactionId": first})
        conf = await station.result("StartTransaction", START | {"connectorId": 4})
        assert conf["idTagInfo"]["status"] == "Accepted"


async def test_parallel_use_of_a_tag_is_allowed(system: CentralSystem) -> None:
    """Usually a tag runs as many transactions as it likes."""
    await system.operator.provision_tag(Tag(id_tag="TAG"))
    async with charger(system) as station:
        for connector in (1, 2):
            conf = await station.result("StartTransaction", START | {"connectorId": connector})
            assert conf["idTagInfo"]["status"] == "Accepted"
        assert (await station.result("Authorize", {"idTag": "TAG"}))["idTagInfo"]["status"] == "Accepted"


async def test_refused_start_on_a_connector_is_recorded_too(system: CentralSystem) -> None:
    """A start that is not accepted does not end what is running on the connector."""
    async with charger(system) as station:
        first, second = await start(station), await start(station, meterStart=150)
        assert [(one["id"], one["active"]) for one in await recorded(system)] == [(first, True), (second, True)]


async def test_second_start_on_a_connector_ends_the_first(system: CentralSystem) -> None:
    """Of two starts on a connector the later one is running; a stop of the earlier one is still booked."""
    await system.operator.provision_tag(Tag(id_tag="TAG"))
    async with charger(system) as station:
        first, second = await start(station), await start(station, meterStart=150)
        other = await start(station, connectorId=2)
        running = [(one["id"], one["active"]) for one in await recorded(system)]
        assert running == [(first, False), (second, True), (other, True)]
        await station.result("StopTransaction", {**STOP, "transactionId": first})
        assert [one["meter_stop"] for one in await recorded(system)] == [200, None, None]


@pytest.mark.parametrize(
    "implausible",
    [
        {"meterStart": -5},
        {"meterStart": 2**31 - 1},
        {"timestamp": "1970-01-01T00:00:00Z"},
        {"timestamp": "2099-01-01T00:00:00Z"},
        {"timestamp": "2016-12-31T23:59:60Z"},
        {"connectorId": 99},
        {"reservationId": 12345},
    ],
)
async def test_implausible_start_is_answered(system: CentralSystem, implausible: dict[str, Any]) -> None:
    """What is odd but valid is recorded."""
    async with charger(system) as station:
        assert await start(station, **implausible) > 0


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("StartTransaction", START | {"connectorId": 0}),
        ("StartTransaction", START | {"connectorId": -1}),
        ("StartTransaction", START | {"meterStart": 2**63}),
        ("StartTransaction", START | {"timestamp": "0000-01-01T00:00:00Z"}),
        ("StopTransaction", STOP | {"transactionId": 1, "meterStop": 2**63}),
        ("StopTransaction", STOP | {"transactionId": 1, "timestamp": "9999-12-31T23:59:59-01:00"}),
        ("MeterValues", values(SAMPLE, connectorId=-1)),
        ("MeterValues", values(SAMPLE, transactionId=2**63)),
        ("StatusNotification", STATUS | {"connectorId": -1}),
        ("StatusNotification", STATUS | {"timestamp": "0000-01-01T00:00:00Z"}),
    ],
)
async def test_values_out_of_range_are_refused(system: CentralSystem, action: str, payload: dict[str, Any]) -> None:
    """What the schemas let through but the text or the calendar does not has its code."""
    async with charger(system) as station:
        assert await station.error(action, payload) == "PropertyConstraintViolation"


@pytest.mark.parametrize("id", [-1, 0, 7, 2**31, 2**64 - 1])
async def test_stop_of_an_unknown_transaction_is_confirmed(system: CentralSystem, id: int) -> None:
    """A stop that means nothing is confirmed and touches nothing."""
    async with charger(system) as station:
        running = await start(station)
        assert await station.result("StopTransaction", STOP | {"transactionId": id}) == {}
        assert [(one["id"], one["active"]) for one in await recorded(system)] == [(running, True)]


async def test_stop_of_another_station_changes_nothing(system: CentralSystem) -> None:
    """A station cannot stop a transaction that is not its own."""
    async with charger(system, "CS-1") as one, charger(system, "CS-2") as other:
        id = await start(one)
        assert await other.result("StopTransaction", STOP | {"transactionId": id}) == {}
        assert (await recorded(system))[0]["active"]


async def test_stop_that_comes_again_is_not_booked_twice(system: CentralSystem) -> None:
    """The second stop is confirmed, and the record stays as it is."""
    async with charger(system) as station:
        stop = STOP | {"transactionId": await start(station), "transactionData": values(SAMPLE)["meterValue"]}
        await station.result("StopTransaction", stop)
        before = await recorded(system)
        assert await station.result("StopTransaction", stop | {"meterStop": 999, "reason": "Remote"}) == {}
        assert await recorded(system) == before


async def test_stopped_transaction_is_not_started_again(system: CentralSystem) -> None:
    """A start that comes again after the stop gets the id that it had."""
    async with charger(system) as station:
        id = await start(station)
        await station.result("StopTransaction", STOP | {"transactionId": id})
        assert await start(station) == id
        assert len(await recorded(system)) == 1


@pytest.mark.parametrize(("id_tag", "status"), [("MATE", "Accepted"), ("NOBODY", "Invalid"), ("BLOCKED", "Blocked")])
async def test_stop_with_any_tag_closes(system: CentralSystem, id_tag: str, status: str) -> None:
    """A stop tells what its tag is worth, and closes the transaction anyway."""
    for tag in (Tag(id_tag="TAG", parent="G"), Tag(id_tag="MATE", parent="G"), Tag(id_tag="BLOCKED", status="Blocked")):
        await system.operator.provision_tag(tag)
    async with charger(system) as station:
        stop = STOP | {"transactionId": await start(station), "idTag": id_tag, "reason": "EVDisconnected"}
        assert (await station.result("StopTransaction", stop))["idTagInfo"]["status"] == status
        record = (await recorded(system))[0]
        assert (record["active"], record["reason"]) == (False, "EVDisconnected")


async def test_empty_transaction_data_is_nothing(system: CentralSystem) -> None:
    """A stop may come with an empty list of meter values."""
    async with charger(system) as station:
        await station.result("StopTransaction", STOP | {"transactionId": await start(station), "transactionData": []})
        assert (await recorded(system))[0]["meter_values"] == []


@pytest.mark.parametrize("more", [{}, {"connectorId": 0}, {"transactionId": -1}, {"transactionId": 12345}])
async def test_meter_values_are_always_confirmed(system: CentralSystem, more: dict[str, Any]) -> None:
    """Whatever transaction meter values name, they are stored."""
    async with charger(system) as station:
        assert await station.result("MeterValues", values(SAMPLE | {"value": "abc"}, **more)) == {}


async def test_meter_values_after_the_stop_belong_to_the_transaction(system: CentralSystem) -> None:
    """Late meter values find their transaction."""
    async with charger(system) as station:
        id = await start(station)
        await station.result("StopTransaction", STOP | {"transactionId": id})
        await station.result("MeterValues", values(SAMPLE, transactionId=id))
        assert (await recorded(system))[0]["meter_values"] == [FILLED]


async def test_meter_values_of_another_station_do_not_count(system: CentralSystem) -> None:
    """Naming somebody else's transaction adds nothing to it."""
    async with charger(system, "CS-1") as one, charger(system, "CS-2") as other:
        id = await start(one)
        await other.result("MeterValues", values(SAMPLE, transactionId=id))
        assert (await recorded(system))[0]["meter_values"] == []


async def test_latest_status_wins(system: CentralSystem) -> None:
    """The state of a connector is the one that came last, whatever its timestamp."""
    async with charger(system) as station:
        await station.result("StatusNotification", STATUS | {"timestamp": "2099-01-01T00:00:00Z"})
        fault = {"errorCode": "OtherError", "status": "Charging", "info": "Grüße 充電", "vendorErrorCode": "7"}
        await station.result("StatusNotification", STATUS | fault | {"timestamp": "2024-05-01T14:00:00+02:00"})
        assert await system.operator.connector("CS-1", 1) == {
            "status": "Charging",
            "error_code": "OtherError",
            "info": "Grüße 充電",
            "timestamp": datetime(2024, 5, 1, 12, tzinfo=UTC),
            "availability": None,
        }


async def test_status_without_timestamp_holds_from_its_receipt(system: CentralSystem) -> None:
    """A missing timestamp is the time of receipt."""
    async with charger(system) as station:
        await station.result("StatusNotification", STATUS | {"connectorId": 0})
        record = await system.operator.connector("CS-1", 0)
        assert record is not None
        assert abs(record["timestamp"] - instants.now()) < timedelta(seconds=5)


async def test_connector_of_which_nothing_is_known(system: CentralSystem) -> None:
    """A connector that was never spoken of has no record."""
    async with charger(system):
        assert await system.operator.connector("CS-1", 9) is None


async def test_status_burst_of_fresh_stations(system: CentralSystem) -> None:
    """First statuses of many stations at once are all confirmed."""
    ids = [f"CS-{number}" for number in range(10)]

    async def burst(id: str) -> list[Any]:
        async with charger(system, id) as station:
            for connector in range(5):
                await station.send([2, f"c{connector}", "StatusNotification", STATUS | {"connectorId": connector}])
            return [await station.receive() for _ in range(5)]

    answers = await asyncio.gather(*map(burst, ids))
    assert all(answer[0] == 3 for some in answers for answer in some)


@pytest.mark.parametrize(
    ("payload", "conf"),
    [
        ({"vendorId": "org.example"}, {"status": "UnknownVendorId"}),
        ({"vendorId": "org.plugfest"}, {"status": "UnknownMessageId"}),
        ({"vendorId": "org.plugfest", "messageId": "other"}, {"status": "UnknownMessageId"}),
        ({"vendorId": "org.plugfest", "messageId": "echo"}, {"status": "Accepted"}),
        ({"vendorId": "org.plugfest", "messageId": "echo", "data": ""}, {"status": "Accepted", "data": ""}),
    ],
)
async def test_vendor_data(system: CentralSystem, payload: dict[str, Any], conf: dict[str, Any]) -> None:
    """Data of the one known vendor is echoed."""
    async with charger(system) as station:
        assert await station.result("DataTransfer", payload) == conf
