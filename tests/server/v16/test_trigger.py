"""Remote Trigger: what a station may be asked for, and that it may then send it."""

from __future__ import annotations

from typing import Any

import pytest

from server.central_system import CentralSystem
from server.core.operator import Conflict, Impossible
from tests.server.charger import charger
from tests.server.v16.desk import Desk

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
SIGNED = {"status": "Idle"}


async def pending(system: CentralSystem, station: Any) -> Desk:
    """Have the station be told Pending."""
    await system.operator.set_registration(station.id, "Pending")
    assert await station.boot() == "Pending"
    return Desk(system, station)


async def test_trigger_goes_out(desk: Desk) -> None:
    """A trigger goes out as it was entered."""
    asked = {"requestedMessage": "MeterValues", "connectorId": 1}
    sent, outcome = await desk.ask("TriggerMessage", asked, {"status": "Rejected"})
    assert (sent, outcome.status) == (asked, "Rejected")


async def test_accepted_station_is_not_asked_to_boot(desk: Desk) -> None:
    """A BootNotification is not triggered once the station is accepted."""
    await desk.refused("TriggerMessage", {"requestedMessage": "BootNotification"}, Conflict)
    await desk.refused("ExtendedTriggerMessage", {"requestedMessage": "BootNotification"}, Conflict)


async def test_pending_station_is_asked_to_boot(system: CentralSystem) -> None:
    """A BootNotification may be triggered while the station is pending."""
    async with charger(system, boot=False) as station:
        desk = await pending(system, station)
        await desk.ask("TriggerMessage", {"requestedMessage": "BootNotification"}, {"status": "Accepted"})


async def test_triggered_message_of_a_pending_station(system: CentralSystem) -> None:
    """What was triggered is served once; what was not is refused."""
    async with charger(system, boot=False) as station:
        desk = await pending(system, station)
        asked = {"requestedMessage": "StatusNotification", "connectorId": 1}
        await desk.ask("TriggerMessage", asked, {"status": "Accepted"})
        assert await station.result("StatusNotification", STATUS) == {}
        assert await station.error("StatusNotification", STATUS) == "SecurityError"


async def test_trigger_without_a_connector(system: CentralSystem) -> None:
    """Without a connector a message may come for each of them."""
    async with charger(system, boot=False) as station:
        desk = await pending(system, station)
        await desk.ask("TriggerMessage", {"requestedMessage": "StatusNotification"}, {"status": "Accepted"})
        for _ in range(3):
            assert await station.result("StatusNotification", STATUS) == {}


async def test_trigger_that_is_not_accepted(system: CentralSystem) -> None:
    """What the station will not send is not expected of it."""
    async with charger(system, boot=False) as station:
        desk = await pending(system, station)
        asked = {"requestedMessage": "StatusNotification", "connectorId": 1}
        await desk.ask("TriggerMessage", asked, {"status": "NotImplemented"})
        assert await station.error("StatusNotification", STATUS) == "SecurityError"


@pytest.mark.parametrize("wanted", ["Heartbeat", "DiagnosticsStatusNotification", "FirmwareStatusNotification"])
async def test_connector_of_a_message_that_has_none(desk: Desk, wanted: str) -> None:
    """A connector goes with StatusNotification and MeterValues only."""
    await desk.refused("TriggerMessage", {"requestedMessage": wanted, "connectorId": 1}, Impossible)


async def test_connector_zero(desk: Desk) -> None:
    """Connector 0 is the station as a whole."""
    asked = {"requestedMessage": "StatusNotification", "connectorId": 0}
    assert (await desk.ask("TriggerMessage", asked, {"status": "Accepted"}))[0] == asked


async def test_connector_that_the_station_does_not_have(desk: Desk) -> None:
    """A station that has told how many connectors it has is not asked about another."""
    await desk.report(NumberOfConnectors="2")
    asked = {"requestedMessage": "StatusNotification", "connectorId": 3}
    await desk.refused("TriggerMessage", asked, Conflict)
    await desk.ask("TriggerMessage", asked | {"connectorId": 2}, {"status": "Accepted"})
