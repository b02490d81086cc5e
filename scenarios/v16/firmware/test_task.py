"""How the central system keeps track of updates and uploads: OCPP 1.6 sections 5.9 and 5.19."""

from collections.abc import Mapping

from harness.csms import OutcomeReader, TaskReader
from harness.csms.console import Csms
from harness.csms.v16 import GetDiagnostics, UpdateFirmware
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from simulators.v16 import ChargePoint, timestamp

DIAGNOSTICS = "OCPP 1.6 5.9"
FIRMWARE = "OCPP 1.6 5.19"
LOCATION = "ftp://downloads.example/firmware.bin"
FEW = 3
"""Repeats of a CALL that the station does not support which are still tolerable."""


async def _state(station: ChargePoint, csms: Csms, kind: str) -> str:
    """Return how the latest task of a kind stands, "none" where there is none."""
    tasks = [task for task in await csms.ask(TaskReader).tasks(station.id) if task.kind == kind]
    return tasks[-1].state if tasks else "none"


async def _update(station: ChargePoint, csms: Csms) -> None:
    """Have an update ordered that the station is going to carry out."""
    order = UpdateFirmware(station=station.id, location=LOCATION, retrieve_date=timestamp(csms.retrieval))
    request = await csms.perform(order)
    await (await station.next_call("UpdateFirmware")).answer()
    await csms.outcome(request)


async def _upload(station: ChargePoint, csms: Csms, answer: Mapping[str, str]) -> None:
    """Have diagnostics asked for, and answer."""
    request = await csms.perform(GetDiagnostics(station=station.id, location="ftp://uploads.example/diagnostics"))
    await (await station.next_call("GetDiagnostics")).answer(answer)
    await csms.outcome(request)


@scenario(
    "v16.firmware.task.installed",
    spec=[FIRMWARE],
    requirements=["FW-5.19-b"],
    needs=[UpdateFirmware, TaskReader, OutcomeReader],
)
async def test_update_is_followed_through_the_reboot(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A firmware update is shown as running until the station, rebooted, reports that it is installed."""
    await station.ready()
    await _update(station, csms)

    for status in ("Downloading", "Downloaded", "Installing"):
        await station.firmware_status(status)
        check.equal(await _state(station, csms, "firmware"), "running", clause=FIRMWARE, level=SHOULD)
    await station.reboot()
    await station.ready()
    check.equal(await _state(station, csms, "firmware"), "running", clause=FIRMWARE, level=SHOULD)
    await station.firmware_status("Installed")
    check.equal(await _state(station, csms, "firmware"), "done", clause=FIRMWARE, level=SHOULD)


@scenario(
    "v16.firmware.task.download-failed",
    spec=[FIRMWARE, "OCPP 1.6 7.25"],
    requirements=["FW-5.19-c"],
    needs=[UpdateFirmware, TaskReader, OutcomeReader],
)
async def test_failed_download_ends_the_update(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A firmware update is shown as failed once its download has failed."""
    await station.ready()
    await _update(station, csms)

    for status in ("Downloading", "DownloadFailed"):
        await station.firmware_status(status)
    check.equal(await _state(station, csms, "firmware"), "failed", clause="OCPP 1.6 7.25", level=SHOULD)


@scenario(
    "v16.firmware.task.installation-failed",
    spec=[FIRMWARE, "OCPP 1.6 7.25"],
    requirements=["FW-5.19-c"],
    needs=[UpdateFirmware, TaskReader, OutcomeReader],
)
async def test_failed_installation_ends_the_update(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A firmware update is shown as failed once the station, rebooted, reports that the installation failed."""
    await station.ready()
    await _update(station, csms)

    for status in ("Downloading", "Downloaded", "Installing"):
        await station.firmware_status(status)
    await station.reboot()
    await station.ready()
    await station.firmware_status("InstallationFailed")
    check.equal(await _state(station, csms, "firmware"), "failed", clause="OCPP 1.6 7.25", level=SHOULD)


@scenario(
    "v16.firmware.task.unsupported",
    spec=[FIRMWARE, "OCPP 1.6 security white paper L01.FR.20"],
    requirements=["FW-5.19-d"],
    needs=[UpdateFirmware, TaskReader, OutcomeReader],
)
async def test_unsupported_update_has_failed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """An update that the station refuses, because it takes signed firmware only, fails and is not repeated for ever."""
    clause = "OCPP 1.6 security white paper L01.FR.20"
    await station.ready()
    order = UpdateFirmware(station=station.id, location=LOCATION, retrieve_date=timestamp(csms.retrieval))

    request = await csms.perform(order)
    update = await station.next_call("UpdateFirmware")
    for _ in range(FEW + 1):
        repeated = station.expect("UpdateFirmware")
        await update.refuse("NotSupported", "signed firmware only")
        await station.heartbeat()
        if not repeated.is_set():
            break
        update = await station.next_call("UpdateFirmware")
    check.that(not repeated.is_set(), f"up to {FEW} repeats", observed="more", clause=clause, level=SHOULD)
    check.equal((await csms.outcome(request)).state, "failed", clause=clause, level=SHOULD)
    state = await _state(station, csms, "firmware")
    check.graded(state, good=("failed", "none"), clause=clause, level=SHOULD)


@scenario(
    "v16.firmware.task.uploaded",
    spec=[DIAGNOSTICS, "OCPP 1.6 6.26"],
    requirements=["FW-5.9-b"],
    needs=[GetDiagnostics, TaskReader, OutcomeReader],
)
async def test_named_file_is_to_come(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """An upload for which the station names a file is shown as running until it is reported as done."""
    await station.ready()
    await _upload(station, csms, {"fileName": "diagnostics.log"})

    check.equal(await _state(station, csms, "diagnostics"), "running", clause="OCPP 1.6 6.26", level=SHOULD)
    await station.diagnostics_status("Uploading")
    check.equal(await _state(station, csms, "diagnostics"), "running", clause=DIAGNOSTICS, level=SHOULD)
    await station.diagnostics_status("Uploaded")
    check.equal(await _state(station, csms, "diagnostics"), "done", clause=DIAGNOSTICS, level=SHOULD)


@scenario(
    "v16.firmware.task.upload-failed",
    spec=[DIAGNOSTICS, "OCPP 1.6 7.24"],
    requirements=["FW-5.9-b"],
    needs=[GetDiagnostics, TaskReader, OutcomeReader],
)
async def test_failed_upload_has_failed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """An upload is shown as failed once the station reports so."""
    await station.ready()
    await _upload(station, csms, {"fileName": "diagnostics.log"})

    for status in ("Uploading", "UploadFailed"):
        await station.diagnostics_status(status)
    check.equal(await _state(station, csms, "diagnostics"), "failed", clause=DIAGNOSTICS, level=SHOULD)


@scenario(
    "v16.firmware.task.nothing-to-upload",
    spec=[DIAGNOSTICS, "OCPP 1.6 6.26"],
    requirements=["FW-5.9-b"],
    needs=[GetDiagnostics, TaskReader, OutcomeReader],
)
async def test_no_file_is_nothing_to_wait_for(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """No upload is shown as running when the station names no file."""
    await station.ready()
    await _upload(station, csms, {})

    state = await _state(station, csms, "diagnostics")
    check.graded(state, good=("done", "failed", "none"), clause="OCPP 1.6 6.26", level=SHOULD)
