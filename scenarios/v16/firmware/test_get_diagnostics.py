"""GetDiagnostics: OCPP 1.6 section 5.9."""

from datetime import UTC, datetime, timedelta

from harness.csms.console import Csms
from harness.csms.v16 import GetDiagnostics
from harness.judgement import seconds_off
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import passed_on
from simulators.v16 import ChargePoint, timestamp

REQUEST = "OCPP 1.6 6.25"
STATUS = "OCPP 1.6 6.18"
LOCATION = "ftp://uploads.example/diagnostics"
MINUTE = 60.0
"""Seconds by which a time may differ from what was asked for: some consoles take whole minutes only."""


@scenario(
    "v16.firmware.get-diagnostics.location",
    spec=["OCPP 1.6 5.9", REQUEST],
    requirements=["FW-5.9-a"],
    needs=[GetDiagnostics],
    mutants=["file-location-mangled"],
)
async def test_location_reaches_the_station(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The request for diagnostics names the location to which they are to be uploaded."""
    await station.ready()

    await csms.perform(GetDiagnostics(station=station.id, location=LOCATION))
    request = await station.next_call("GetDiagnostics")
    check.equal(request.payload.get("location"), LOCATION, clause=REQUEST)
    await request.answer()


@scenario(
    "v16.firmware.get-diagnostics.options",
    spec=["OCPP 1.6 5.9", REQUEST],
    requirements=["FW-5.9-a"],
    needs=[GetDiagnostics],
    mutants=["file-options-lost", "file-retries-as-text", "file-times-shifted"],
)
async def test_options_reach_the_station(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The request for diagnostics carries retries, their interval and the period that the operator chose."""
    await station.ready()

    stop = datetime.now(UTC)
    start = stop - timedelta(hours=3)
    order = GetDiagnostics(
        station=station.id,
        location=LOCATION,
        retries=3,
        retry_interval=60,
        start_time=timestamp(start),
        stop_time=timestamp(stop),
    )
    await csms.perform(order)
    request = await station.next_call("GetDiagnostics")
    sent = request.payload
    await request.answer()

    check.equal([sent.get("retries"), sent.get("retryInterval")], [3, 60], clause=REQUEST)
    check.close(seconds_off(sent.get("startTime"), start), 0, within=MINUTE, clause=REQUEST)
    check.close(seconds_off(sent.get("stopTime"), stop), 0, within=MINUTE, clause=REQUEST)


@scenario(
    "v16.firmware.get-diagnostics.reversed-period",
    spec=["OCPP 1.6 5.9", REQUEST],
    requirements=["FW-5.9-a"],
    needs=[GetDiagnostics],
)
async def test_reversed_period_is_not_asked_for(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Diagnostics of a period that ends before it begins are not asked for."""
    await station.ready()

    now = datetime.now(UTC)
    early, late = timestamp(now - timedelta(hours=3)), timestamp(now)
    order = GetDiagnostics(station=station.id, location=LOCATION, start_time=late, stop_time=early)
    control = GetDiagnostics(station=station.id, location=LOCATION, start_time=early, stop_time=late)
    for request in await passed_on(station, csms, order, control=control):
        start, stop = request.payload.get("startTime", early), request.payload.get("stopTime", late)
        in_order = seconds_off(start, now) <= seconds_off(stop, now)
        expected = "a period that begins before it ends"
        check.that(in_order, expected, observed=f"{start} to {stop}", clause=REQUEST, level=SHOULD)


@scenario(
    "v16.firmware.get-diagnostics.uploaded",
    spec=["OCPP 1.6 5.9", "OCPP 1.6 4.4"],
    octt=["TC_045_1_CSMS"],
    requirements=["FW-5.9-a", "FW-4.4-a"],
    needs=[GetDiagnostics],
    mutants=["file-location-mangled", "firmware-statuses-unserved"],
    smoke=True,
)
async def test_upload_is_reported(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """An upload of diagnostics is asked for, and its progress is confirmed until it is done."""
    await station.ready()

    await csms.perform(GetDiagnostics(station=station.id, location=LOCATION))
    request = await station.next_call("GetDiagnostics")
    check.equal(request.payload.get("location"), LOCATION, clause=REQUEST)
    await request.answer(fileName="diagnostics.log")

    for status in ("Uploading", "Uploaded"):
        check.equal((await station.diagnostics_status(status)).payload, {}, clause=STATUS)


@scenario(
    "v16.firmware.get-diagnostics.upload-failed",
    spec=["OCPP 1.6 5.9", "OCPP 1.6 4.4"],
    octt=["TC_045_2_CSMS"],
    requirements=["FW-5.9-a", "FW-4.4-a"],
    needs=[GetDiagnostics],
    mutants=["file-location-mangled", "firmware-statuses-unserved", "upload-failure-refused"],
)
async def test_failed_upload_is_reported(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """An upload of diagnostics is asked for, and it is confirmed that the upload failed."""
    await station.ready()

    await csms.perform(GetDiagnostics(station=station.id, location=LOCATION))
    request = await station.next_call("GetDiagnostics")
    check.equal(request.payload.get("location"), LOCATION, clause=REQUEST)
    await request.answer(fileName="diagnostics.log")

    for status in ("Uploading", "UploadFailed"):
        check.equal((await station.diagnostics_status(status)).payload, {}, clause=STATUS)
