"""FirmwareStatusNotification: OCPP 1.6 section 4.5."""

from harness.csms.console import Csms
from harness.csms.v16 import UpdateFirmware
from harness.scenario import scenario
from harness.verdict import Checks
from simulators.v16 import ChargePoint, timestamp

CLAUSE = "OCPP 1.6 6.20"
LOCATION = "ftp://downloads.example/firmware.bin"
STATUSES = (
    "Downloading",
    "Downloaded",
    "Installing",
    "Installed",
    "DownloadFailed",
    "InstallationFailed",
    "Idle",
)


@scenario(
    "v16.firmware.firmware-status.unsolicited",
    spec=["OCPP 1.6 4.5", CLAUSE],
    requirements=["FW-4.5-a"],
    mutants=["firmware-statuses-unserved", "unsolicited-firmware-refused", "firmware-failure-refused"],
    smoke=True,
)
async def test_unsolicited_statuses_are_confirmed(station: ChargePoint, check: Checks) -> None:
    """Every firmware status is confirmed, though nobody has asked for an update."""
    await station.ready()

    for status in STATUSES:
        check.equal((await station.firmware_status(status)).payload, {}, clause=CLAUSE)


@scenario(
    "v16.firmware.firmware-status.out-of-order",
    spec=["OCPP 1.6 4.5", CLAUSE],
    requirements=["FW-4.5-a"],
    needs=[UpdateFirmware],
    mutants=["firmware-statuses-unserved", "firmware-status-order-enforced"],
)
async def test_order_of_statuses_does_not_matter(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The statuses of a firmware update are confirmed even if they come in an order that makes no sense."""
    await station.ready()

    await csms.perform(UpdateFirmware(station=station.id, location=LOCATION, retrieve_date=timestamp(csms.retrieval)))
    await (await station.next_call("UpdateFirmware")).answer()
    for status in reversed(STATUSES):
        check.equal((await station.firmware_status(status)).payload, {}, clause=CLAUSE)


@scenario(
    "v16.firmware.firmware-status.after-reboot",
    spec=["OCPP 1.6 4.5", CLAUSE],
    requirements=["FW-4.5-a"],
    mutants=["firmware-statuses-unserved", "firmware-status-after-boot-refused"],
)
async def test_status_after_reboot_is_confirmed(station: ChargePoint, check: Checks) -> None:
    """The end of an installation is confirmed after the reboot that it took."""
    await station.ready()
    check.equal((await station.firmware_status("Installing")).payload, {}, clause=CLAUSE)

    await station.reboot()
    await station.ready(firmwareVersion="2.0")
    check.equal((await station.firmware_status("Installed")).payload, {}, clause=CLAUSE)
