"""UpdateFirmware: OCPP 1.6 section 5.19."""

from dataclasses import replace
from datetime import timedelta

from harness.csms import OutcomeReader
from harness.csms.console import Csms
from harness.csms.v16 import GetConfiguration, UpdateFirmware
from harness.judgement import iso8601, seconds_off
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import passed_on, reported
from scenarios.v16.service import all_reported, back_in_service
from simulators.v16 import ChargePoint, timestamp

REQUEST = "OCPP 1.6 6.55"
STATUS = "OCPP 1.6 6.20"
LOCATION = "ftp://downloads.example/firmware/Station-2.0.bin"
MINUTE = 60.0
"""Seconds by which a time may differ from what was asked for: some consoles take whole minutes only."""


def _order(station: ChargePoint, csms: Csms, location: str = LOCATION) -> UpdateFirmware:
    return UpdateFirmware(station=station.id, location=location, retrieve_date=timestamp(csms.retrieval))


async def _reported(station: ChargePoint, check: Checks, *statuses: str) -> None:
    """Report statuses of an update, and check that each is confirmed."""
    for status in statuses:
        check.equal((await station.firmware_status(status)).payload, {}, clause=STATUS)


async def _rebooted(station: ChargePoint, check: Checks) -> None:
    """Leave service, install, and come back after a reboot, available with all connectors."""
    await all_reported(station, check, "Unavailable")
    await _reported(station, check, "Installing")
    await station.reboot()
    await back_in_service(station, check)


@scenario(
    "v16.firmware.update-firmware.request",
    spec=["OCPP 1.6 5.19", REQUEST],
    requirements=["FW-5.19-a"],
    needs=[UpdateFirmware],
    mutants=["file-location-mangled", "file-times-shifted"],
)
async def test_location_and_time_reach_the_station(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The order to update names where the firmware lies, and when to fetch it."""
    await station.ready()

    when = csms.retrieval + timedelta(hours=3)
    await csms.perform(UpdateFirmware(station=station.id, location=LOCATION, retrieve_date=timestamp(when)))
    request = await station.next_call("UpdateFirmware")
    check.equal(request.payload.get("location"), LOCATION, clause=REQUEST)
    check.close(seconds_off(request.payload.get("retrieveDate"), when), 0, within=MINUTE, clause=REQUEST)
    await request.answer()


@scenario(
    "v16.firmware.update-firmware.options",
    spec=["OCPP 1.6 5.19", REQUEST],
    requirements=["FW-5.19-a"],
    needs=[UpdateFirmware],
    mutants=["file-options-lost", "file-retries-as-text"],
)
async def test_options_reach_the_station(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The order to update carries the retries and their interval as the whole numbers that the operator chose."""
    await station.ready()

    order = replace(_order(station, csms), retries=3, retry_interval=60)
    await csms.perform(order)
    request = await station.next_call("UpdateFirmware")
    sent = [request.payload.get(name) for name in ("retries", "retryInterval")]
    check.equal(sent, [3, 60], clause=REQUEST)
    await request.answer()


@scenario(
    "v16.firmware.update-firmware.impossible-time",
    spec=["OCPP 1.6 5.19", REQUEST],
    requirements=["FW-5.19-a"],
    needs=[UpdateFirmware],
    mutants=["operator-input-unchecked"],
)
async def test_time_can_be_read(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A time that no station can read is not sent as the time to fetch the firmware."""
    await station.ready()

    order = UpdateFirmware(station=station.id, location=LOCATION, retrieve_date="tomorrow at nine")
    for request in await passed_on(station, csms, order, control=_order(station, csms)):
        when = str(request.payload.get("retrieveDate"))
        check.that(iso8601(when) is not None, "an ISO 8601 time", observed=when, clause=REQUEST)


@scenario(
    "v16.firmware.update-firmware.installed",
    spec=["OCPP 1.6 5.19", "OCPP 1.6 4.5"],
    octt=["TC_044_1_CSMS"],
    requirements=["FW-5.19-a", "FW-4.5-a"],
    needs=[UpdateFirmware],
    mutants=[
        "file-location-mangled",
        "firmware-statuses-unserved",
        "firmware-status-after-boot-refused",
        "status-connector-zero-refused",
    ],
)
async def test_update_is_followed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A firmware update is ordered, and its progress is confirmed through the reboot to the end."""
    await station.ready()

    await csms.perform(_order(station, csms))
    request = await station.next_call("UpdateFirmware")
    check.equal(request.payload.get("location"), LOCATION, clause=REQUEST)
    await request.answer()

    await _reported(station, check, "Downloading", "Downloaded")
    await _rebooted(station, check)
    await _reported(station, check, "Installed")


@scenario(
    "v16.firmware.update-firmware.download-failed",
    spec=["OCPP 1.6 5.19", "OCPP 1.6 7.25"],
    octt=["TC_044_2_CSMS"],
    requirements=["FW-5.19-a", "FW-4.5-a"],
    needs=[UpdateFirmware],
    mutants=["firmware-statuses-unserved", "firmware-failure-refused"],
)
async def test_failed_download_is_confirmed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A firmware update is ordered, and it is confirmed that the download failed."""
    await station.ready()

    await csms.perform(_order(station, csms))
    await (await station.next_call("UpdateFirmware")).answer()
    await _reported(station, check, "Downloading", "DownloadFailed")


@scenario(
    "v16.firmware.update-firmware.installation-failed",
    spec=["OCPP 1.6 5.19", "OCPP 1.6 7.25"],
    octt=["TC_044_3_CSMS"],
    requirements=["FW-5.19-a", "FW-4.5-a"],
    needs=[UpdateFirmware],
    mutants=[
        "firmware-statuses-unserved",
        "firmware-failure-refused",
        "firmware-status-after-boot-refused",
        "status-connector-zero-refused",
    ],
)
async def test_failed_installation_is_confirmed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A firmware update is ordered, and it is confirmed after the reboot that the installation failed."""
    await station.ready()

    await csms.perform(_order(station, csms))
    await (await station.next_call("UpdateFirmware")).answer()
    await _reported(station, check, "Downloading", "Downloaded")
    await _rebooted(station, check)
    await _reported(station, check, "InstallationFailed")


@scenario(
    "v16.firmware.update-firmware.transfer-protocol",
    spec=["OCPP 1.6 8", "OCPP 1.6 errata 3.88"],
    requirements=["FW-8-a"],
    needs=[GetConfiguration, UpdateFirmware, OutcomeReader],
)
async def test_protocol_is_one_of_the_station(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that lists HTTPS as its only transfer protocol is not told to use another one."""
    await reported(station, csms, SupportedFileTransferProtocols="HTTPS")

    where = "://downloads.example/firmware.bin"
    order, control = (_order(station, csms, scheme + where) for scheme in ("ftp", "https"))
    for request in await passed_on(station, csms, order, control=control):
        used = str(request.payload.get("location")).partition(":")[0].lower()
        check.equal(used, "https", clause="OCPP 1.6 errata 3.88", level=SHOULD)
