"""How a whole charge point comes into service: OCPP 1.6 sections 4.2, 4.6, 4.9."""

from harness.csms import Registration, RegistrationControl
from harness.csms.console import Csms
from harness.csms.v16 import ChangeConfiguration
from harness.verdict import Checks
from scenarios.real_station.pair import on_both
from scenarios.stage.devices import Device

BOOT = "OCPP 1.6 4.2"
STATUS = "OCPP 1.6 6.48"

USUAL, LATE = 60.0, 5.0
"""Seconds after which a charge point boots again that was told no interval, and that it may be late."""


@on_both("boot.accepted", spec=[BOOT, "OCPP 1.6 4.9"], mutants=["boot-pending", "status-connector-zero-refused"])
async def test_boot_is_accepted(device: Device, check: Checks) -> None:
    """A charge point that is switched on is accepted, and the status of each of its connectors is taken."""
    await device.switch_on()

    boot = await device.dialogue.told("BootNotification")
    check.equal(boot.answer.get("status"), "Accepted", clause=BOOT)
    for connector in (0, 1, 2):
        status = await device.dialogue.told("StatusNotification", connectorId=connector)
        check.equal(status.answer, {}, clause=STATUS)


@on_both("boot.pending-first", spec=[BOOT], needs=[RegistrationControl], mutants=["boot-decision-kept"])
async def test_pending_charge_point_is_accepted_later(device: Device, csms: Csms, check: Checks) -> None:
    """A charge point that is told Pending boots again after the interval, and is accepted in the end."""
    await _kept_out_at_first(device, csms, Registration.PENDING, check)


@on_both("boot.rejected-first", spec=[BOOT], needs=[RegistrationControl], mutants=["boot-decision-kept"])
async def test_rejected_charge_point_is_accepted_later(device: Device, csms: Csms, check: Checks) -> None:
    """A charge point that is told Rejected boots again after the interval, and is accepted in the end."""
    await _kept_out_at_first(device, csms, Registration.REJECTED, check)


@on_both("boot.again", spec=[BOOT], mutants=["repeated-boot-pending"])
async def test_charge_point_boots_again(device: Device, check: Checks) -> None:
    """A charge point that loses its power and gets it back is accepted again."""
    await device.switch_on()
    await device.dialogue.told("StatusNotification", connectorId=2)

    await device.restart()

    boot = await device.dialogue.told("BootNotification")
    check.equal(boot.answer.get("status"), "Accepted", clause=BOOT)


@on_both("heartbeat.sent", spec=["OCPP 1.6 4.6"], needs=[ChangeConfiguration], mutants=["clock-stands-still"])
async def test_heartbeats_are_answered(device: Device, csms: Csms, check: Checks) -> None:
    """A charge point that is told to beat every second does, and each time is told a later time."""
    await device.switch_on()
    await device.dialogue.told("StatusNotification", connectorId=2)
    await csms.perform(ChangeConfiguration(station=device.id, key="HeartbeatInterval", value="1"))
    await device.dialogue.ordered("ChangeConfiguration", key="HeartbeatInterval", value="1")

    first, second = [await device.dialogue.told("Heartbeat") for _ in range(2)]

    check.equal(sorted(first.answer), ["currentTime"], clause="OCPP 1.6 6.30")
    told = f"{first.answer.get('currentTime')}, then {second.answer.get('currentTime')}"
    later = str(second.answer.get("currentTime")) > str(first.answer.get("currentTime"))
    check.that(later, "a later time each time", observed=told, clause="OCPP 1.6 4.6")


async def _kept_out_at_first(device: Device, csms: Csms, registration: Registration, check: Checks) -> None:
    await csms.set_registration(device.id, registration)
    await device.switch_on()
    boot = await device.dialogue.told("BootNotification")
    check.equal(boot.answer.get("status"), registration.value, clause=BOOT)

    await csms.set_registration(device.id, Registration.ACCEPTED)

    interval = float(str(boot.answer.get("interval") or USUAL))
    again = await device.dialogue.told("BootNotification", within=interval + LATE)
    check.equal(again.answer.get("status"), "Accepted", clause=BOOT)
