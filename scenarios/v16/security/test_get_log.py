"""Logs that stations upload: security white paper N01, 5.9 and 5.14."""

from datetime import datetime

from harness.csms import TaskReader
from harness.csms.console import Csms
from harness.csms.v16 import GetLog
from harness.judgement import seconds_off
from harness.ocppj import Payload
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks
from scenarios.stage.orders import delivered
from scenarios.v16.security.admission import PAPER
from simulators.v16 import ChargePoint

REQUEST = f"{PAPER} N01, 5.9"
STATUS = f"{PAPER} N01.FR.12, 5.14"
LOCATION = "ftp://uploads.example/logs"
TIMES = {"oldestTimestamp", "latestTimestamp"}
MINUTE = 60.0
"""Seconds by which a time may differ from what was asked for: some consoles take whole minutes only."""
STATUSES = ("Uploading", "Uploaded", "UploadFailure", "BadMessage", "NotSupportedOperation", "PermissionDenied", "Idle")


async def _asked(
    station: ChargePoint, csms: Csms, check: Checks, kind: str, log: dict[str, str] | None = None, **answer: str
) -> Payload:
    """Have a log asked for, check the CALL, answer it, and return its payload."""
    log = log or {"remoteLocation": LOCATION}
    payload = (await delivered(station, csms, GetLog(station=station.id, log_type=kind, log=log), **answer)).payload
    check.equal(payload.get("logType"), kind, clause=REQUEST)
    sent = payload.get("log", {})
    check.equal(sent.get("remoteLocation"), log["remoteLocation"], clause=REQUEST)
    check.equal(sorted(sent), sorted(log), clause=REQUEST)
    for name in TIMES & log.keys():
        check.close(seconds_off(sent.get(name), datetime.fromisoformat(log[name])), 0, within=MINUTE, clause=REQUEST)
    check.equal(type(payload.get("requestId")), int, clause=REQUEST)
    return payload


async def _report(station: ChargePoint, check: Checks, status: str, **members: object) -> None:
    """Report the status of an upload, and check that it is confirmed with nothing in it."""
    answer = await station.call("LogStatusNotification", {"status": status, **members})
    check.equal(answer.payload, {}, clause=STATUS, at=answer.entry.index)


@scenario(
    "v16.security.get-log.security-log",
    spec=[REQUEST, STATUS],
    octt=["TC_079_CSMS"],
    requirements=["SEC-N01", "SEC-N01.12"],
    needs=[GetLog],
    mutants=["log-type-swapped", "log-location-lost", "log-status-answer-filled"],
)
async def test_security_log_is_uploaded(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The security log is asked for with a place to upload it to, and each status of the upload is confirmed."""
    await station.ready()

    request = await _asked(station, csms, check, "SecurityLog", status="Accepted", filename="security.log")
    for status in ("Uploading", "Uploaded"):
        await _report(station, check, status, requestId=request.get("requestId"))


@scenario(
    "v16.security.get-log.both-types",
    spec=[REQUEST],
    requirements=["SEC-N01"],
    needs=[GetLog],
    mutants=["log-type-swapped", "request-ids-constant", "log-times-lost"],
)
async def test_request_has_all_it_needs(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Each type of log is asked for with the times that the operator gave, and with a requestId of its own."""
    await station.ready()
    log = {
        "remoteLocation": f"{LOCATION}/{'x' * (512 - len(LOCATION) - 1)}",
        "oldestTimestamp": "2026-01-01T00:00:00.000Z",
        "latestTimestamp": "2026-01-31T12:30:00.000Z",
    }

    found = []
    for kind in ("DiagnosticsLog", "SecurityLog", "DiagnosticsLog"):
        request = await _asked(station, csms, check, kind, log, status="Accepted", filename="a.log")
        found.append(request.get("requestId"))
        await _report(station, check, "Uploaded", requestId=found[-1])
    check.equal(len(set(found)), len(found), clause=REQUEST)


@scenario(
    "v16.security.get-log.answers",
    spec=[REQUEST, f"{PAPER} 6.12"],
    requirements=["SEC-N01"],
    needs=[GetLog],
    mutants=["unsuccessful-answer-closes", "unsuccessful-answer-blocks", "log-location-lost"],
)
async def test_every_answer_is_taken(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that rejects an upload, or gives up another one for it, is served on."""
    await station.ready()

    for status in ("Rejected", "Accepted", "AcceptedCanceled", "Rejected"):
        await _asked(station, csms, check, "SecurityLog", status=status)
        await station.heartbeat()


@scenario(
    "v16.security.get-log.statuses",
    spec=[STATUS],
    requirements=["SEC-N01.12"],
    needs=[GetLog],
    mutants=["log-status-answer-filled", "log-status-needs-request", "log-request-must-be-known"],
)
async def test_every_status_is_confirmed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Each status of an upload is confirmed, under the requestId that was given, another one, or none."""
    await station.ready()
    request = await _asked(station, csms, check, "SecurityLog", status="Accepted", filename="security.log")

    for status in STATUSES:
        for number in (request.get("requestId"), 2_000_000_001, 0, -1):
            await _report(station, check, status, requestId=number)
        await _report(station, check, status)


@scenario(
    "v16.security.get-log.unasked-status",
    spec=[STATUS],
    requirements=["SEC-N01.12"],
    mutants=["log-status-needs-request", "log-request-must-be-known"],
)
async def test_unasked_status_is_confirmed(station: ChargePoint, check: Checks) -> None:
    """A station of which no log was asked for may say so: each status is confirmed."""
    await station.ready()
    for status in STATUSES:
        await _report(station, check, status)
    await _report(station, check, "Uploaded", requestId=7)


@scenario(
    "v16.security.get-log.followed",
    spec=[STATUS],
    requirements=["SEC-N01.12"],
    needs=[GetLog, TaskReader],
)
async def test_upload_is_followed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """What the station reports of an upload is shown to the operator."""
    await station.ready()
    for status, state in (("Uploaded", "done"), ("UploadFailure", "failed"), ("PermissionDenied", "failed")):
        request = await _asked(station, csms, check, "SecurityLog", status="Accepted", filename="security.log")
        await _report(station, check, "Uploading", requestId=request.get("requestId"))
        await _report(station, check, status, requestId=request.get("requestId"))
        states = [task.state for task in await csms.ask(TaskReader).tasks(station.id) if task.kind == "log"]
        check.equal(states[-1:], [state], clause=STATUS, level=SHOULD, axis=POLICY)
