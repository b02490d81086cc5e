"""Operations of the Core profile: what the answers of a station change."""

from __future__ import annotations

from typing import Any

import pytest

from server.central_system import CentralSystem
from tests.server.charger import Charger, charger
from tests.server.core.test_call_queue import answer, outcome, perform

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


async def change(system: CentralSystem, station: Charger, status: str, **payload: Any) -> str | None:
    """Change a configuration key, have the station answer, and return what is stored for it."""
    operation = await perform(system, "ChangeConfiguration", **payload)
    await answer(station, "ChangeConfiguration", {"status": status})
    assert await outcome(system, operation) == ("answered", status)
    return (await system.operator.configuration("CS-1")).get(payload["key"])


async def availability(system: CentralSystem, connector: int = 1) -> str | None:
    """Return the availability of a connector."""
    record = await system.operator.connector("CS-1", connector)
    assert record is not None
    return str(record["availability"]) if record["availability"] else None


@pytest.mark.parametrize(
    ("status", "stored"), [("Accepted", "60"), ("RebootRequired", "60"), ("Rejected", None), ("NotSupported", None)]
)
async def test_configuration_is_stored_when_taken(system: CentralSystem, status: str, stored: str | None) -> None:
    """A value that the station has not taken is not stored."""
    async with charger(system) as station:
        assert await change(system, station, status, key="HeartbeatInterval", value="60") == stored


async def test_configuration_told_is_stored(system: CentralSystem) -> None:
    """What a station tells of its configuration can be read, also keys without value."""
    told = [{"key": f"Key{number}", "readonly": False, "value": f"{number}"} for number in range(150)]
    async with charger(system) as station:
        operation = await perform(system, "GetConfiguration")
        assert await answer(
            station, "GetConfiguration",
            {"configurationKey": [*told, {"key": "Empty", "readonly": True}], "unknownKey": ["What"]},
        ) == {}  # fmt: skip
        found = await system.operator.outcome(operation, 5)
        assert found is not None
        assert (found.state, found.status, found.payload and found.payload["unknownKey"]) == (
            "answered",
            None,
            ["What"],
        )
        stored = await system.operator.configuration("CS-1")
    assert (stored["Key149"], stored["Empty"], len(stored)) == ("149", None, 151)


async def test_keys_are_the_same_in_any_case(system: CentralSystem) -> None:
    """A key that is told in another case is the same key."""
    async with charger(system) as station:
        await change(system, station, "Accepted", key="MyKey", value="1")
        assert await change(system, station, "Accepted", key="mykey", value="2") == "2"
        assert await system.operator.configuration("CS-1") == {"mykey": "2"}


async def test_limit_of_keys_is_respected(system: CentralSystem) -> None:
    """A station that answers two keys at once is asked for two at a time."""
    async with charger(system) as station:
        await change(system, station, "Accepted", key="GetConfigurationMaxKeys", value="2")
        operation = await perform(system, "GetConfiguration", key=list("abcde"))
        asked = []
        for _ in range(3):
            call = await station.receive()
            asked.append(call[3]["key"])
            keys = [{"key": key, "readonly": False, "value": key} for key in call[3]["key"]]
            await station.send([3, call[1], {"configurationKey": keys}])
        assert asked == [["a", "b"], ["c", "d"], ["e"]]
        found = await system.operator.outcome(operation, 5)
        assert found is not None
        assert found.payload is not None
        assert [key["key"] for key in found.payload["configurationKey"]] == list("abcde")


@pytest.mark.parametrize("limit", ["0", "many", "5"])
async def test_limit_that_says_nothing_is_ignored(system: CentralSystem, limit: str) -> None:
    """A limit that is none, or is not exceeded, splits nothing."""
    async with charger(system) as station:
        await change(system, station, "Accepted", key="GetConfigurationMaxKeys", value=limit)
        await perform(system, "GetConfiguration", key=list("abcde"))
        assert (await station.receive())[3] == {"key": list("abcde")}


async def set_availability(
    system: CentralSystem, station: Charger, status: str, connector: int = 1, type: str = "Inoperative"
) -> None:
    """Change an availability and have the station answer."""
    operation = await perform(system, "ChangeAvailability", connectorId=connector, type=type)
    await answer(station, "ChangeAvailability", {"status": status})
    assert await outcome(system, operation) == ("answered", status)


async def test_accepted_availability_holds(system: CentralSystem) -> None:
    """An availability that is accepted is reached."""
    async with charger(system) as station:
        await set_availability(system, station, "Accepted")
        assert await availability(system) == "Inoperative"
        await set_availability(system, station, "Accepted", type="Operative")
        assert await availability(system) == "Operative"


async def test_rejected_availability_changes_nothing(system: CentralSystem) -> None:
    """An availability that is rejected leaves the record alone."""
    async with charger(system) as station:
        await set_availability(system, station, "Accepted")
        await set_availability(system, station, "Rejected", type="Operative")
        assert await availability(system) == "Inoperative"


async def test_scheduled_availability_waits_for_the_status(system: CentralSystem) -> None:
    """What is scheduled is reached when a StatusNotification shows it."""
    async with charger(system) as station:
        await station.result("StatusNotification", STATUS | {"status": "Charging"})
        await set_availability(system, station, "Scheduled")
        assert await availability(system) == "Scheduled"
        await station.result("StatusNotification", STATUS | {"status": "Finishing"})
        assert await availability(system) == "Scheduled"
        await station.result("StatusNotification", STATUS | {"status": "Unavailable"})
        assert await availability(system) == "Inoperative"
        await set_availability(system, station, "Scheduled", type="Operative")
        await station.result("StatusNotification", STATUS)
        assert await availability(system) == "Operative"


async def test_availability_follows_what_the_connector_shows(system: CentralSystem) -> None:
    """A station that changes an availability of its own accord is believed; a fault says nothing about it."""
    async with charger(system) as station:
        await station.result("StatusNotification", STATUS)
        assert await availability(system) is None
        await set_availability(system, station, "Accepted")
        shown = []
        for status in ("Unavailable", "Faulted", "Available", "Faulted", "Charging", "Unavailable"):
            await station.result("StatusNotification", STATUS | {"status": status})
            shown.append(await availability(system))
    assert shown == ["Inoperative", "Inoperative", "Operative", "Operative", "Operative", "Inoperative"]


async def test_connector_zero_is_the_whole_station(system: CentralSystem) -> None:
    """A change of the station is a change of all its connectors."""
    async with charger(system) as station:
        await station.result("StatusNotification", STATUS)
        await set_availability(system, station, "Accepted", connector=0)
        assert [await availability(system, connector) for connector in (0, 1)] == ["Inoperative"] * 2


async def test_remote_start_and_stop_record_nothing(system: CentralSystem) -> None:
    """Transactions begin and end with the messages of the station alone."""
    start = {"connectorId": 1, "idTag": "TAG", "meterStart": 0, "timestamp": "2024-05-01T12:00:00Z"}
    async with charger(system) as station:
        operation = await perform(system, "RemoteStartTransaction", idTag="TAG", connectorId=1)
        assert await answer(station, "RemoteStartTransaction", {"status": "Accepted"}) == {
            "idTag": "TAG",
            "connectorId": 1,
        }
        assert await outcome(system, operation) == ("answered", "Accepted")
        assert await system.operator.transactions("CS-1") == []
        id = (await station.result("StartTransaction", start))["transactionId"]
        operation = await perform(system, "RemoteStopTransaction", transactionId=id)
        await answer(station, "RemoteStopTransaction", {"status": "Accepted"})
        assert await outcome(system, operation) == ("answered", "Accepted")
        assert (await system.operator.transactions("CS-1"))[0]["active"]


@pytest.mark.parametrize("status", ["Unlocked", "UnlockFailed", "NotSupported"])
async def test_status_of_an_answer_is_told(system: CentralSystem, status: str) -> None:
    """The operator learns the very word of the station."""
    async with charger(system) as station:
        operation = await perform(system, "UnlockConnector", connectorId=1)
        await answer(station, "UnlockConnector", {"status": status})
        assert await outcome(system, operation) == ("answered", status)
