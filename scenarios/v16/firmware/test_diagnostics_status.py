"""DiagnosticsStatusNotification: OCPP 1.6 section 4.4."""

from harness.csms.console import Csms
from harness.csms.v16 import GetDiagnostics
from harness.scenario import scenario
from harness.verdict import Checks
from simulators.v16 import ChargePoint

CLAUSE = "OCPP 1.6 6.18"
LOCATION = "ftp://uploads.example/diagnostics"
STATUSES = ("Uploading", "Uploaded", "UploadFailed", "Idle")


@scenario(
    "v16.firmware.diagnostics-status.unsolicited",
    spec=["OCPP 1.6 4.4", CLAUSE],
    requirements=["FW-4.4-a"],
    mutants=["firmware-statuses-unserved", "unsolicited-diagnostics-refused", "upload-failure-refused"],
)
async def test_unsolicited_statuses_are_confirmed(station: ChargePoint, check: Checks) -> None:
    """Every diagnostics status is confirmed, though nobody has asked for an upload."""
    await station.ready()

    for status in STATUSES:
        check.equal((await station.diagnostics_status(status)).payload, {}, clause=CLAUSE)


@scenario(
    "v16.firmware.diagnostics-status.requested",
    spec=["OCPP 1.6 4.4", CLAUSE],
    requirements=["FW-4.4-a"],
    needs=[GetDiagnostics],
    mutants=["firmware-statuses-unserved", "upload-failure-refused"],
)
async def test_requested_statuses_are_confirmed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Every diagnostics status is confirmed after the upload that it reports on was asked for."""
    await station.ready()

    for status in STATUSES:
        await csms.perform(GetDiagnostics(station=station.id, location=LOCATION))
        await (await station.next_call("GetDiagnostics")).answer(fileName="diagnostics.log")
        check.equal((await station.diagnostics_status(status)).payload, {}, clause=CLAUSE)
