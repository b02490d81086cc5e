"""Block B: boots, resets and network profiles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.central_system import CentralSystem
from server.core import instants
from server.core.operator import Conflict, Impossible
from tests.server.charger import charger
from tests.server.conftest import Make
from tests.server.v201.desk import AT, THRESHOLD, Desk, desk_of

PROFILE = {
    "ocppVersion": "OCPP20",
    "ocppTransport": "JSON",
    "ocppCsmsUrl": "wss://csms.example/ocpp",
    "messageTimeout": 30,
    "securityProfile": 2,
    "ocppInterface": "Wired0",
}


async def test_boot_tells_time_and_interval(make: Make) -> None:
    """An accepted station learns the time and its heartbeat period (B01.FR.02)."""
    async with make(interval=77) as system, desk_of(system) as desk:
        answer = await desk.boot()
        heartbeat = await desk.tell("Heartbeat")
    for told in (answer.pop("currentTime"), heartbeat.pop("currentTime")):
        assert abs(instants.parse(told) - instants.now()) < timedelta(seconds=5)
    assert (answer, heartbeat) == ({"status": "Accepted", "interval": 77}, {})


async def test_boot_is_recorded(make: Make) -> None:
    """What the latest boot tells of a station outlives the central system."""
    told = {"vendorName": "V", "model": "M", "firmwareVersion": "1.2", "serialNumber": "S-1"}
    async with make() as system, desk_of(system) as desk:
        await desk.boot(chargingStation=told)
        assert system.stations.get("CS-1").serial == "S-1"
    async with make() as system:
        record = system.operator.station("CS-1")
        assert (record["vendor"], record["model"], record["firmware_version"]) == ("V", "M", "1.2")
        assert (record["version"], record["latest_boot"]) == ("2.0.1", "Accepted")
        assert system.stations.get("CS-1").serial == "S-1"


@pytest.mark.parametrize("registration", ["Pending", "Rejected"])
async def test_nothing_else_is_taken_before_a_station_is_accepted(make: Make, registration: str) -> None:
    """Until it is accepted, whatever else a station sends is a SecurityError (B01.FR.10, B02.FR.09, B03.FR.07)."""
    async with make(retry_interval=7) as system, desk_of(system) as desk:
        await desk.operator.set_registration("CS-1", registration)
        answer = await desk.boot()
        assert (answer["status"], answer["interval"]) == (registration, 7)
        assert await desk.error("Heartbeat") == "SecurityError"
        await desk.operator.set_registration("CS-1", "Accepted")
        assert (await desk.boot())["status"] == "Accepted"
        assert "currentTime" in await desk.tell("Heartbeat")


async def test_pending_station_is_looked_at_and_prepared(desk: Desk) -> None:
    """A pending station is asked for variables and reports, and may send what it was asked for (B02.FR.01)."""
    await desk.operator.set_registration("CS-1", "Pending")
    await desk.boot()
    variable = {"attributeStatus": "Accepted", **THRESHOLD}
    await desk.ask("GetVariables", {"getVariableData": [THRESHOLD]}, {"getVariableResult": [variable]})
    part = {"requestId": 5, "generatedAt": AT, "seqNo": 0}
    assert await desk.error("NotifyReport", part) == "SecurityError"
    await desk.ask("GetBaseReport", {"reportBase": "FullInventory", "requestId": 5}, {"status": "Accepted"})
    assert await desk.tell("NotifyReport", part) == {}
    assert "pending" in await desk.refused("Reset", {"type": "OnIdle"}, Conflict)


async def test_rejected_station_is_asked_for_a_boot_alone(desk: Desk) -> None:
    """A rejected station is sent nothing but a trigger of its boot (B03.FR.08)."""
    await desk.operator.set_registration("CS-1", "Rejected")
    await desk.boot()
    assert "rejected" in await desk.refused("GetVariables", {"getVariableData": [THRESHOLD]}, Conflict)
    sent, _ = await desk.ask("TriggerMessage", {"requestedMessage": "BootNotification"}, {"status": "Accepted"})
    assert sent == {"requestedMessage": "BootNotification"}


async def test_operation_waits_for_the_station_to_be_accepted(system: CentralSystem) -> None:
    """What was ordered of a station that boots again, and is kept out, waits until it is accepted."""
    async with desk_of(system, boot=False) as desk:
        receipt = await desk.operator.perform("CS-1", "ClearCache", {})
        assert desk.operator.waits_for(receipt) == "a BootNotification of the station"
        await desk.operator.set_registration("CS-1", "Pending")
        await desk.boot()
        assert "answered Pending" in (desk.operator.waits_for(receipt) or "")
        await desk.operator.set_registration("CS-1", "Accepted")
        await desk.boot()
        assert await desk.take("ClearCache", {"status": "Accepted"}) == {}


async def test_resets_reach_the_station(desk: Desk) -> None:
    """A reset is passed on as it was ordered, with an EVSE or without."""
    for order in ({"type": "OnIdle"}, {"type": "Immediate", "evseId": 2}):
        sent, outcome = await desk.ask("Reset", order, {"status": "Scheduled"})
        assert (sent, outcome.status) == (order, "Scheduled")
    assert "evseId" in await desk.refused("Reset", {"type": "OnIdle", "evseId": 0}, Impossible)
    assert "enum" in await desk.refused("Reset", {"type": "Hard"}, Impossible)


async def test_network_profiles_reach_the_station(desk: Desk) -> None:
    """A network profile is passed on, whatever the station makes of it; one for SOAP is none (B09.FR.01, B09.FR.03)."""
    order = {"configurationSlot": 1, "connectionData": PROFILE}
    sent, outcome = await desk.ask("SetNetworkProfile", order, {"status": "Failed"})
    assert (sent, outcome.state, outcome.status) == (order, "answered", "Failed")
    order = {"configurationSlot": 1, "connectionData": {**PROFILE, "ocppTransport": "SOAP"}}
    assert "JSON" in await desk.refused("SetNetworkProfile", order, Impossible)


async def test_what_is_not_of_the_slice_is_not_supported(desk: Desk) -> None:
    """Other actions of the version are not supported, and what is none is not implemented."""
    assert await desk.error("SignCertificate", {"csr": "x"}) == "NotSupported"
    assert await desk.error("Reset", {"type": "OnIdle"}) == "NotSupported"
    assert await desk.error("StartTransaction") == "NotImplemented"
    assert await desk.error("BootNotification") == "OccurrenceConstraintViolation"


async def test_station_changes_its_version(system: CentralSystem) -> None:
    """A station may speak another version with its next connection, and stays accepted and known."""
    async with charger(system) as station:
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        await station.result("StatusNotification", status)
    async with desk_of(system, boot=False) as desk:
        assert "currentTime" in await desk.tell("Heartbeat")
        told = {"timestamp": AT, "connectorStatus": "Occupied", "evseId": 1, "connectorId": 1}
        assert await desk.tell("StatusNotification", told) == {}
        assert desk.operator.station("CS-1")["version"] == "2.0.1"
    first, second = [await system.operator.connector("CS-1", 1, evse) for evse in (None, 1)]
    assert first is not None
    assert second is not None
    assert (first["status"], second["status"]) == ("Available", "Occupied")
    await system.operator.remove_station("CS-1")
    await system.operator.provision_station("CS-1")
    assert await system.operator.evses("CS-1") == {}
