"""What an operator does to a whole charge point: OCPP 1.6 section 5."""

from datetime import UTC, datetime, timedelta

from harness.csms.console import Csms
from harness.csms.v16 import (
    CancelReservation,
    ChangeAvailability,
    ChangeConfiguration,
    ClearCache,
    ClearChargingProfile,
    DataTransfer,
    GetCompositeSchedule,
    GetConfiguration,
    GetLocalListVersion,
    RemoteStartTransaction,
    ReserveNow,
    Reset,
    SendLocalList,
    SetChargingProfile,
    TriggerMessage,
    UnlockConnector,
)
from harness.verdict import Checks
from scenarios.real_station.charging import ended_with, in_service, running
from scenarios.real_station.pair import on_both
from scenarios.stage.devices import Device
from scenarios.stage.population import Tags

BACK = 20.0
"""Seconds in which a charge point that was told to reset is back; MicroOCPP takes 10."""

LIMIT = 5000.0
"""W that a charging profile allows."""


@on_both("reset.soft", spec=["OCPP 1.6 5.14"], needs=[Reset], mutants=["reset-type-swapped"])
async def test_soft_reset(device: Device, csms: Csms, check: Checks) -> None:
    """A charge point that is told to reset softly boots again and is accepted."""
    await in_service(device)

    await csms.perform(Reset(station=device.id, type="Soft"))

    order = await device.dialogue.ordered("Reset")
    check.equal(order.payload, {"type": "Soft"}, clause="OCPP 1.6 6.39")
    boot = await device.dialogue.told("BootNotification", within=BACK)
    check.equal(boot.answer.get("status"), "Accepted", clause="OCPP 1.6 4.2")


@on_both("reset.hard", spec=["OCPP 1.6 5.14"], needs=[Reset], mutants=["reset-type-swapped"])
async def test_hard_reset(device: Device, csms: Csms, check: Checks) -> None:
    """A charge point that is told to reset hard boots again and is accepted."""
    await in_service(device)

    await csms.perform(Reset(station=device.id, type="Hard"))

    order = await device.dialogue.ordered("Reset")
    check.equal(order.payload, {"type": "Hard"}, clause="OCPP 1.6 6.39")
    boot = await device.dialogue.told("BootNotification", within=BACK)
    check.equal(boot.answer.get("status"), "Accepted", clause="OCPP 1.6 4.2")


@on_both("reset.in-transaction", spec=["OCPP 1.6 5.14"], needs=[Reset], mutants=["stop-by-reset-refused"])
async def test_reset_ends_a_transaction(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reset ends a running transaction, and the central system takes its end."""
    await in_service(device)
    await device.plug()
    await running(device, await tags.accepted(), check)

    await csms.perform(Reset(station=device.id, type="Soft"))

    await ended_with(device, "SoftReset", check)


@on_both("configuration.asked", spec=["OCPP 1.6 5.8"], needs=[GetConfiguration], mutants=["configuration-keys-lost"])
async def test_configuration_is_asked_for(device: Device, csms: Csms, check: Checks) -> None:
    """The operator asks for two keys, of which the charge point knows one."""
    await in_service(device)

    await csms.perform(GetConfiguration(station=device.id, key=("HeartbeatInterval", "NoSuchKey")))

    order = await device.dialogue.ordered("GetConfiguration", key=["HeartbeatInterval", "NoSuchKey"])
    check.equal(order.answer.get("unknownKey"), ["NoSuchKey"], clause="OCPP 1.6 5.8")


@on_both(
    "configuration.changed", spec=["OCPP 1.6 5.3"], needs=[ChangeConfiguration], mutants=["configuration-value-typed"]
)
async def test_configuration_is_changed(device: Device, csms: Csms, check: Checks) -> None:
    """The operator changes a key."""
    await in_service(device)

    await csms.perform(ChangeConfiguration(station=device.id, key="MeterValueSampleInterval", value="2"))

    order = await device.dialogue.ordered("ChangeConfiguration", key="MeterValueSampleInterval")
    check.equal(order.payload.get("value"), "2", clause="OCPP 1.6 6.9")


@on_both(
    "availability.changed", spec=["OCPP 1.6 5.2"], needs=[ChangeAvailability], mutants=["availability-type-swapped"]
)
async def test_connector_is_taken_out_of_service(device: Device, csms: Csms, check: Checks) -> None:
    """The operator takes a connector out of service, which the charge point reports."""
    await in_service(device)

    await csms.perform(ChangeAvailability(station=device.id, connector_id=1, type="Inoperative"))

    order = await device.dialogue.ordered("ChangeAvailability", connectorId=1)
    check.equal(order.payload, {"connectorId": 1, "type": "Inoperative"}, clause="OCPP 1.6 6.7")
    status = await device.dialogue.told("StatusNotification", connectorId=1, status="Unavailable")
    check.equal(status.answer, {}, clause="OCPP 1.6 6.48")


@on_both("cache.cleared", spec=["OCPP 1.6 5.4"], needs=[ClearCache], mutants=["clear-cache-with-payload"])
async def test_cache_is_cleared(device: Device, csms: Csms, check: Checks) -> None:
    """The operator has the charge point forget the cards that it has seen."""
    await in_service(device)

    await csms.perform(ClearCache(station=device.id))

    check.equal((await device.dialogue.ordered("ClearCache")).payload, {}, clause="OCPP 1.6 6.11")


@on_both("connector.unlocked", spec=["OCPP 1.6 5.18"], needs=[UnlockConnector], mutants=["unlock-connector-zero"])
async def test_connector_is_unlocked(device: Device, csms: Csms, check: Checks) -> None:
    """The operator has a connector unlocked, whatever the charge point can do about it."""
    await in_service(device)

    await csms.perform(UnlockConnector(station=device.id, connector_id=2))

    check.equal((await device.dialogue.ordered("UnlockConnector")).payload, {"connectorId": 2}, clause="OCPP 1.6 6.53")


@on_both("data.transferred", spec=["OCPP 1.6 5.6"], needs=[DataTransfer], mutants=["vendor-data-lost"])
async def test_data_is_transferred(device: Device, csms: Csms, check: Checks) -> None:
    """The operator sends data of a vendor that the charge point does not know."""
    await in_service(device)

    await csms.perform(DataTransfer(station=device.id, vendor_id="org.example", data="abc"))

    order = await device.dialogue.ordered("DataTransfer", vendorId="org.example")
    check.equal(order.payload.get("data"), "abc", clause="OCPP 1.6 6.15")


@on_both(
    "local-list.sent",
    spec=["OCPP 1.6 5.10", "OCPP 1.6 5.15"],
    profile="local-list",
    needs=[SendLocalList, GetLocalListVersion],
    mutants=["list-info-lost", "list-version-with-payload"],
)
async def test_local_list_is_sent(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """A list that the operator sends has the version that the charge point then tells."""
    await in_service(device)
    entry = {"idTag": await tags.accepted(), "idTagInfo": {"status": "Accepted"}}

    await csms.perform(SendLocalList(station=device.id, update_type="Full", local_authorization_list=(entry,)))
    sent = await device.dialogue.ordered("SendLocalList")
    check.equal(sent.payload.get("localAuthorizationList"), [entry], clause="OCPP 1.6 6.41")

    await csms.perform(GetLocalListVersion(station=device.id))
    asked = await device.dialogue.ordered("GetLocalListVersion")
    check.equal(asked.payload, {}, clause="OCPP 1.6 6.27")
    check.equal(asked.answer.get("listVersion"), sent.payload.get("listVersion"), clause="OCPP 1.6 5.10")


@on_both(
    "reservation.used",
    spec=["OCPP 1.6 5.13"],
    needs=[ReserveNow],
    mutants=["reservation-tag-mangled", "reserved-start-refused"],
)
async def test_reservation_is_used(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """The driver for whom the operator has reserved a connector charges under the reservation."""
    await in_service(device)
    tag = await tags.accepted()
    await csms.perform(ReserveNow(station=device.id, connector_id=1, expiry_date=_soon(), id_tag=tag))
    order = await device.dialogue.ordered("ReserveNow")
    check.equal(order.payload.get("idTag"), tag, clause="OCPP 1.6 6.35")
    await device.dialogue.told("StatusNotification", connectorId=1, status="Reserved")

    await device.plug()
    await device.present(tag)

    start = await device.dialogue.told("StartTransaction", idTag=tag, reservationId=order.payload["reservationId"])
    check.equal(start.answer["idTagInfo"]["status"], "Accepted", clause="OCPP 1.6 4.8")


@on_both(
    "reservation.cancelled",
    spec=["OCPP 1.6 5.1"],
    needs=[ReserveNow, CancelReservation],
    mutants=["cancelled-reservation-mistaken"],
)
async def test_reservation_is_cancelled(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """The operator cancels the reservation that he has made."""
    await in_service(device)
    tag = await tags.accepted()
    await csms.perform(ReserveNow(station=device.id, connector_id=1, expiry_date=_soon(), id_tag=tag))
    reservation = (await device.dialogue.ordered("ReserveNow")).payload["reservationId"]

    await csms.perform(CancelReservation(station=device.id, reservation_id=reservation))

    order = await device.dialogue.ordered("CancelReservation")
    check.equal(order.payload, {"reservationId": reservation}, clause="OCPP 1.6 6.5")
    check.equal(order.answer.get("status"), "Accepted", clause="OCPP 1.6 5.1")


@on_both("smart-charging.obeyed", spec=["OCPP 1.6 5.16"], needs=[SetChargingProfile], mutants=["profile-unit-fixed"])
async def test_limit_is_obeyed(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """A limit that the operator sets for a running transaction is what the charge point delivers at most."""
    await in_service(device)
    await device.plug()
    await running(device, await tags.accepted(), check)

    await csms.perform(SetChargingProfile(station=device.id, connector_id=1, cs_charging_profiles=_limited()))

    order = await device.dialogue.ordered("SetChargingProfile", connectorId=1)
    sent = order.payload["csChargingProfiles"]["chargingSchedule"]
    check.equal(sent["chargingRateUnit"], "W", clause="OCPP 1.6 7.13")
    check.equal(sent["chargingSchedulePeriod"][0]["limit"], LIMIT, clause="OCPP 1.6 7.14")
    await device.obeys(LIMIT)


@on_both(
    "smart-charging.shown",
    spec=["OCPP 1.6 5.7"],
    needs=[GetCompositeSchedule],
    mutants=["composite-schedule-unit-lost"],
)
async def test_schedule_is_asked_for(device: Device, csms: Csms, check: Checks) -> None:
    """The operator asks for the schedule of a connector in the unit that he has chosen."""
    await in_service(device)

    await csms.perform(GetCompositeSchedule(station=device.id, connector_id=1, duration=60, charging_rate_unit="W"))

    order = await device.dialogue.ordered("GetCompositeSchedule")
    wanted = {"connectorId": 1, "duration": 60, "chargingRateUnit": "W"}
    check.equal(order.payload, wanted, clause="OCPP 1.6 6.21")


@on_both(
    "smart-charging.cleared", spec=["OCPP 1.6 5.5"], needs=[ClearChargingProfile], mutants=["clear-profile-zero-lost"]
)
async def test_limits_are_cleared(device: Device, csms: Csms, check: Checks) -> None:
    """The operator clears the profiles of the whole charge point."""
    await in_service(device)

    await csms.perform(ClearChargingProfile(station=device.id, connector_id=0))

    order = await device.dialogue.ordered("ClearChargingProfile")
    check.equal(order.payload, {"connectorId": 0}, clause="OCPP 1.6 6.13")


@on_both("trigger.heartbeat", spec=["OCPP 1.6 5.17"], needs=[TriggerMessage], mutants=["trigger-connector-invented"])
async def test_heartbeat_is_triggered(device: Device, csms: Csms, check: Checks) -> None:
    """A Heartbeat that the operator asks for is answered."""
    await in_service(device)

    await csms.perform(TriggerMessage(station=device.id, requested_message="Heartbeat"))

    order = await device.dialogue.ordered("TriggerMessage", requestedMessage="Heartbeat")
    check.equal(order.payload, {"requestedMessage": "Heartbeat"}, clause="OCPP 1.6 6.51")
    check.equal(sorted((await device.dialogue.told("Heartbeat")).answer), ["currentTime"], clause="OCPP 1.6 6.30")


@on_both("trigger.status", spec=["OCPP 1.6 5.17"], needs=[TriggerMessage], mutants=["trigger-connector-lost"])
async def test_status_is_triggered(device: Device, csms: Csms, check: Checks) -> None:
    """The status of a connector that the operator asks for is that connector's."""
    await in_service(device)

    await csms.perform(TriggerMessage(station=device.id, requested_message="StatusNotification", connector_id=2))

    order = await device.dialogue.ordered("TriggerMessage", connectorId=2)
    check.equal(order.payload.get("requestedMessage"), "StatusNotification", clause="OCPP 1.6 6.51")
    check.equal((await device.dialogue.told("StatusNotification")).answer, {}, clause="OCPP 1.6 6.48")


@on_both("trigger.meter-values", spec=["OCPP 1.6 5.17"], needs=[TriggerMessage], mutants=["trigger-message-mistaken"])
async def test_meter_values_are_triggered(device: Device, csms: Csms, check: Checks) -> None:
    """Meter values that the operator asks for are taken."""
    await in_service(device)

    await csms.perform(TriggerMessage(station=device.id, requested_message="MeterValues", connector_id=1))

    order = await device.dialogue.ordered("TriggerMessage", connectorId=1)
    check.equal(order.payload.get("requestedMessage"), "MeterValues", clause="OCPP 1.6 6.51")
    check.equal((await device.dialogue.told("MeterValues")).answer, {}, clause="OCPP 1.6 6.32")


@on_both(
    "remote-start.any-connector",
    spec=["OCPP 1.6 5.11"],
    needs=[RemoteStartTransaction],
    mutants=["remote-start-connector-zero"],
)
async def test_remote_start_on_any_connector(device: Device, csms: Csms, tags: Tags, check: Checks) -> None:
    """An operator who leaves the connector open leaves it to the charge point."""
    await in_service(device)
    tag = await tags.accepted()
    await device.plug()

    await csms.perform(RemoteStartTransaction(station=device.id, id_tag=tag))

    order = await device.dialogue.ordered("RemoteStartTransaction")
    check.equal(order.payload, {"idTag": tag}, clause="OCPP 1.6 5.11")
    await device.dialogue.told("StartTransaction", idTag=tag)


def _soon() -> str:
    return (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _limited() -> dict[str, object]:
    period = {"startPeriod": 0, "limit": LIMIT}
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [period]}
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
