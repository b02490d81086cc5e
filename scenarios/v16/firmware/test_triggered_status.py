"""Statuses of updates and uploads that a station is triggered to send: OCPP 1.6 sections 4.4, 4.5 and 5.17."""

from harness.csms import TaskReader
from harness.csms.console import Csms
from harness.csms.v16 import TriggerMessage
from harness.ocppj import Payload
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.51"
CLAUSE = "OCPP 1.6 5.17"
DIAGNOSTICS, FIRMWARE = "DiagnosticsStatusNotification", "FirmwareStatusNotification"


async def _triggered(station: ChargePoint, csms: Csms, message: str) -> Payload:
    """Have a message triggered, which the station accepts, and return what it was asked."""
    await csms.perform(TriggerMessage(station=station.id, requested_message=message))
    trigger = await station.next_call("TriggerMessage")
    await trigger.answer(status="Accepted")
    return trigger.payload


@scenario(
    "v16.firmware.triggered-status.each-kind",
    spec=[CLAUSE, REQUEST, "OCPP 1.6 7.32"],
    octt=["TC_054_CSMS"],
    requirements=["RT-6.51-a", "RT-5.17-a", "OP-a"],
    needs=[TriggerMessage],
    mutants=["unsolicited-firmware-refused", "unsolicited-diagnostics-refused"],
)
async def test_each_kind_of_status_is_triggered(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The status of an upload, and that of an update, is triggered by its name, and is taken when it comes."""
    await station.ready()

    for message, report in ((DIAGNOSTICS, station.diagnostics_status), (FIRMWARE, station.firmware_status)):
        asked = await _triggered(station, csms, message)
        check.equal(asked, {"requestedMessage": message}, clause=REQUEST)
        check.equal((await report("Idle")).payload, {}, clause=CLAUSE)


@scenario(
    "v16.firmware.triggered-status.idle",
    spec=[CLAUSE, "OCPP 1.6 4.4", "OCPP 1.6 4.5"],
    requirements=["RT-5.17-a"],
    needs=[TriggerMessage, TaskReader],
)
async def test_idle_is_no_task(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The status Idle of updates and uploads, when triggered, is taken and is no task that would be running."""
    await station.ready()

    await _triggered(station, csms, FIRMWARE)
    await station.firmware_status("Idle")
    await _triggered(station, csms, DIAGNOSTICS)
    await station.diagnostics_status("Idle")
    running = [task.kind for task in await csms.ask(TaskReader).tasks(station.id) if task.state == "running"]
    check.equal(running, [], clause=CLAUSE, level=SHOULD)
