"""A charge point that acts by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from harness.trace import Trace
from harness.verdict import Inconclusive
from simulators.dialogue import Dialogue
from simulators.v16.acting import ActingChargePoint, Body
from tests.simulators.central import ANSWERS, Central, central_system

LIMIT = 10.0
PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
}


@pytest.fixture
def central() -> Central:
    """A central system that accepts everything."""
    return Central()


@asynccontextmanager
async def _acting(central: Central, trace: Trace, **writable: str) -> AsyncIterator[ActingChargePoint]:
    async with central_system(central.script) as endpoint:
        body = Body("CP1", endpoint, trace, patience=LIMIT)
        body.configuration.writable |= writable
        acting = ActingChargePoint(body, Dialogue("CP1", body.version, trace, patience=LIMIT, slack=LIMIT))
        try:
            yield acting
        finally:
            await acting.leave()
            await body.leave()


@pytest.fixture
async def device(central: Central, trace: Trace) -> AsyncIterator[ActingChargePoint]:
    """One that has booted."""
    async with _acting(central, trace) as acting:
        await acting.switch_on()
        await acting.dialogue.told("StatusNotification", connectorId=2)
        yield acting


async def _charging(device: ActingChargePoint, tag: str = "TAG", connector: int = 1) -> None:
    await device.plug(connector)
    await device.present(tag, connector)
    await device.dialogue.told("StatusNotification", connectorId=connector, status="Charging")


async def test_it_boots_until_it_is_accepted(central: Central, trace: Trace) -> None:
    """One that is told Pending tells nothing, and boots again after the interval."""
    central.answers["BootNotification"] = {**ANSWERS["BootNotification"], "status": "Pending", "interval": 0}
    async with _acting(central, trace) as device:
        await device.switch_on()
        await device.dialogue.told("BootNotification")
        assert device.dialogue.calls("StatusNotification") == []
        central.answers["BootNotification"] = ANSWERS["BootNotification"]
        await device.dialogue.told("StatusNotification", connectorId=0)


async def test_car_then_card(device: ActingChargePoint) -> None:
    """A card that is presented twice to a car that is plugged in makes a transaction."""
    await device.plug()
    await device.dialogue.told("StatusNotification", connectorId=1, status="Preparing")
    await device.present("TAG")
    await device.dialogue.told("StartTransaction", connectorId=1, idTag="TAG")
    await device.dialogue.told("StatusNotification", connectorId=1, status="Charging")
    await device.present("TAG")
    await device.dialogue.told("StopTransaction", transactionId=7, reason="Local", idTag="TAG")
    assert await device.status() == "Preparing"


async def test_card_then_car(device: ActingChargePoint) -> None:
    """A card that is presented first waits for the car."""
    await device.present("TAG")
    await device.dialogue.told("StatusNotification", connectorId=1, status="Preparing")
    await device.plug()
    await device.dialogue.told("StartTransaction", idTag="TAG")


@pytest.mark.parametrize("allowed", [True, False])
async def test_card_without_network(central: Central, trace: Trace, allowed: bool) -> None:
    """Whether a card may charge offline is configured; what it did is told later."""
    async with _acting(central, trace, AllowOfflineTxForUnknownId=str(allowed).lower()) as device:
        await device.switch_on()
        await device.dialogue.told("StatusNotification", connectorId=2)
        await device.lose_network()
        await device.plug()
        await device.present("TAG")
        await device.regain_network()
        await device.dialogue.told("StatusNotification", connectorId=1, status="Preparing")
        if allowed:
            await device.dialogue.told("StartTransaction", idTag="TAG")
        assert bool(device.dialogue.calls("StartTransaction")) is allowed
        assert device.dialogue.calls("Authorize") == []


async def test_what_happens_while_the_line_is_lost_is_told_later(device: ActingChargePoint) -> None:
    """Nothing is sent on a line that is about to be lost, however long its end takes."""
    lost = asyncio.create_task(device.lose_network())
    await asyncio.sleep(0)
    assert not device._post.online
    await lost
    await device.plug()
    await device.regain_network()
    await device.dialogue.told("StatusNotification", connectorId=1, status="Preparing")


async def test_remote_start_for_which_nobody_plugs_in(central: Central, trace: Trace) -> None:
    """The connector is free again after the time that is configured."""
    async with _acting(central, trace, ConnectionTimeOut="0.01") as device:
        await device.switch_on()
        await device.dialogue.told("StatusNotification", connectorId=2)
        device.dialogue.anew()
        await central.order("RemoteStartTransaction", idTag="TAG", connectorId=1)
        await device.dialogue.told("StatusNotification", connectorId=1, status="Preparing")
        await device.dialogue.told("StatusNotification", connectorId=1, status="Available")
        await central.order("RemoteStartTransaction", idTag="TAG", connectorId=1)
        await device.plug()
        await device.dialogue.told("StartTransaction", idTag="TAG")


async def test_card_of_somebody_else_changes_nothing(device: ActingChargePoint) -> None:
    """Who did not start a transaction does not end it."""
    await _charging(device)
    await device.present("OTHER")
    assert await device.status() == "Charging"


@pytest.mark.parametrize("action", ["Authorize", "StartTransaction"])
async def test_card_that_is_refused(central: Central, device: ActingChargePoint, action: str) -> None:
    """A card that is not accepted does not charge, also if only the start tells so."""
    central.answers[action] = {"transactionId": 7, "idTagInfo": {"status": "Blocked"}}
    await device.plug()
    await device.present("TAG")
    if action == "StartTransaction":
        await device.dialogue.told("StopTransaction", reason="DeAuthorized")
    else:
        await device.dialogue.told("Authorize")
    assert await device.status() == "Preparing"


async def test_meter_values_come_while_it_charges(central: Central, trace: Trace) -> None:
    """It tells what it measures as often as it is configured."""
    async with _acting(central, trace, MeterValueSampleInterval="0.01") as device:
        await device.switch_on()
        await device.dialogue.told("StatusNotification", connectorId=2)
        await _charging(device)
        first, second = [await device.dialogue.told("MeterValues", transactionId=7) for _ in range(2)]
        readings = [one.payload["meterValue"][0]["sampledValue"][0]["value"] for one in (first, second)]
        assert float(readings[0]) < float(readings[1])


async def test_what_happens_without_network_is_told_later(device: ActingChargePoint) -> None:
    """The end of a transaction waits for the network, and has its own time."""
    await _charging(device)
    await device.lose_network()
    await device.unplug()
    assert device.dialogue.calls("StopTransaction") == []
    await device.regain_network()
    await device.dialogue.told("StopTransaction", reason="EVDisconnected")
    assert device.dialogue.calls("BootNotification") == []


async def test_power_that_comes_back(device: ActingChargePoint) -> None:
    """One that lost its power boots again, and its transaction goes on."""
    await _charging(device)
    await device.restart()
    await device.dialogue.told("BootNotification")
    await device.dialogue.told("StatusNotification", connectorId=1, status="Charging")


@pytest.mark.parametrize("kind", ["Soft", "Hard"])
async def test_reset(central: Central, device: ActingChargePoint, kind: str) -> None:
    """A reset ends what is running before it boots again."""
    await _charging(device)
    device.dialogue.anew()
    await central.order("Reset", type=kind)
    await device.dialogue.told("StopTransaction", reason=f"{kind}Reset")
    await device.dialogue.told("BootNotification")


async def test_remote_start_and_stop(central: Central, device: ActingChargePoint) -> None:
    """The operator starts on any free connector, and stops what he names."""
    await device.plug(1)
    await central.order("RemoteStartTransaction", idTag="TAG")
    await device.dialogue.told("StartTransaction", connectorId=1, idTag="TAG")
    await device.dialogue.told("StatusNotification", connectorId=1, status="Charging")
    await central.order("RemoteStopTransaction", transactionId=8)
    await central.order("RemoteStopTransaction", transactionId=7)
    answers = [(await device.dialogue.ordered("RemoteStopTransaction")).answer["status"] for _ in range(2)]
    assert answers == ["Rejected", "Accepted"]
    await device.dialogue.told("StopTransaction", reason="Remote")


async def test_remote_start_without_car_or_connector(central: Central, device: ActingChargePoint) -> None:
    """A remote start waits for the car; a connector that is taken, or that there is none of, is refused."""
    await central.order("RemoteStartTransaction", idTag="TAG", connectorId=1)
    await device.dialogue.told("StatusNotification", connectorId=1, status="Preparing")
    await central.order("RemoteStartTransaction", idTag="TAG", connectorId=1)
    await central.order("RemoteStartTransaction", idTag="TAG", connectorId=3)
    answers = [(await device.dialogue.ordered("RemoteStartTransaction")).answer["status"] for _ in range(3)]
    assert answers == ["Accepted", "Rejected", "Rejected"]


async def test_reservation(central: Central, device: ActingChargePoint) -> None:
    """A reservation is used by the card that it names, or cancelled; a connector in use is not reserved."""
    reserve = {"connectorId": 1, "expiryDate": "2030-01-01T00:00:00Z", "idTag": "TAG"}
    await central.order("ReserveNow", **reserve, reservationId=3)
    await device.dialogue.told("StatusNotification", connectorId=1, status="Reserved")
    await central.order("CancelReservation", reservationId=3)
    await device.dialogue.told("StatusNotification", connectorId=1, status="Available")
    await central.order("ReserveNow", **reserve, reservationId=4)
    await device.dialogue.told("StatusNotification", connectorId=1, status="Reserved")
    await device.plug()
    await device.present("TAG")
    await device.dialogue.told("StartTransaction", reservationId=4)
    await central.order("ReserveNow", **reserve, reservationId=5)
    await central.order("ReserveNow", **{**reserve, "connectorId": 9}, reservationId=6)
    await central.order("CancelReservation", reservationId=3)
    answers = [(await device.dialogue.ordered("ReserveNow")).answer["status"] for _ in range(2)]
    assert answers == ["Occupied", "Rejected"]
    assert (await device.dialogue.ordered("CancelReservation")).answer == {"status": "Rejected"}


async def test_limit(central: Central, device: ActingChargePoint) -> None:
    """It delivers what a limit in W allows, and tells so, until the limit is cleared."""
    await _charging(device)
    with pytest.raises(Inconclusive, match="CP1 delivers 11000 W"):
        await device.obeys(5000)
    for unit in "AW":
        schedule = {"chargingRateUnit": unit, "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 5000}]}
        await central.order(
            "SetChargingProfile", connectorId=1, csChargingProfiles=PROFILE | {"chargingSchedule": schedule}
        )
    answers = [(await device.dialogue.ordered("SetChargingProfile")).answer["status"] for _ in range(2)]
    assert answers == ["Rejected", "Accepted"]
    await device.obeys(5000)
    for connector in (1, 9):
        await central.order("GetCompositeSchedule", connectorId=connector, duration=60)
    told, refused = [(await device.dialogue.ordered("GetCompositeSchedule")).answer for _ in range(2)]
    assert told["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 5000}]
    assert refused == {"status": "Rejected"}
    for _ in range(2):
        await central.order("ClearChargingProfile")
    cleared = [(await device.dialogue.ordered("ClearChargingProfile")).answer["status"] for _ in range(2)]
    assert cleared == ["Accepted", "Unknown"]
    await device.suspend()
    with pytest.raises(Inconclusive):
        await device.obeys(11_000)


async def test_heartbeats_follow_the_interval(central: Central, trace: Trace) -> None:
    """It beats as often as it was told at its boot."""
    central.answers["BootNotification"] = {**ANSWERS["BootNotification"], "interval": 0.01}
    async with _acting(central, trace) as device:
        await device.switch_on()
        for _ in range(2):
            await device.dialogue.told("Heartbeat")


async def _break(device: ActingChargePoint) -> None:
    await device.switch_on()
    await device.dialogue.told("StatusNotification", connectorId=2)
    await device.present("TAG")
    async with asyncio.timeout(LIMIT):
        await asyncio.wait(device._post.tasks, return_when=asyncio.FIRST_EXCEPTION)
    await device.leave()


async def test_defect_of_its_own_comes_to_light(
    central: Central, trace: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes wrong while it acts is raised at the end."""
    async with _acting(central, trace) as device:
        monkeypatch.setattr("simulators.v16.acting.messages.authorize", lambda tag: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await _break(device)
        device._post.tasks.clear()
