"""Connections that are lost while a station is busy with a file or a report: firmware, diagnostics, logs, variables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.csms import Operation, TaskReader
from harness.csms.console import Csms
from harness.csms.v16 import GetDiagnostics, GetLog, UpdateFirmware
from harness.csms.v201 import GetBaseReport
from harness.ocppj import Payload
from harness.scenario import PROXY, Member, family, scenario
from harness.verdict import SHOULD, Checks
from scenarios.resilience.comeback import served_again
from scenarios.stage.orders import delivered
from scenarios.v16.security.admission import PAPER
from scenarios.v201.ordered import confirmed
from simulators.network.network import Network
from simulators.network.toxics import LimitData, Stream
from simulators.station import Station
from simulators.v16 import ChargePoint, timestamp
from simulators.v201 import ChargingStation, messages

PLACE = "ftp://files.example/file"
REPORTED = "OCPP 2.0.1 B07.FR.04"

PART = 5
"""Variables in one part of a report."""

LOSING_ANSWERS = LimitData(bytes=10, streams=(Stream.DOWNSTREAM,))


@dataclass(frozen=True, slots=True)
class Transfer:
    """What is ordered, how a station answers, and what it reports by which message before and after a loss."""

    kind: str
    clause: str
    order: Callable[[str, Csms], Operation]
    answer: Mapping[str, str]
    message: str
    before: str
    after: str


FIRMWARE = Transfer(
    "firmware",
    "OCPP 1.6 4.5",
    lambda station, csms: UpdateFirmware(station=station, location=PLACE, retrieve_date=timestamp(csms.retrieval)),
    {},
    "FirmwareStatusNotification",
    "Downloading",
    "Installed",
)
DIAGNOSTICS = Transfer(
    "diagnostics",
    "OCPP 1.6 4.4",
    lambda station, csms: GetDiagnostics(station=station, location=PLACE),
    {"fileName": "diagnostics.zip"},
    "DiagnosticsStatusNotification",
    "Uploading",
    "Uploaded",
)
LOG = Transfer(
    "log",
    f"{PAPER} 5.14",
    lambda station, csms: GetLog(station=station, log_type="DiagnosticsLog", log={"remoteLocation": PLACE}),
    {"status": "Accepted", "filename": "log.zip"},
    "LogStatusNotification",
    "Uploading",
    "Uploaded",
)
NEEDS = {"firmware": UpdateFirmware, "diagnostics": GetDiagnostics, "log": GetLog}


async def _ordered(case: Transfer, station: ChargePoint, csms: Csms) -> Mapping[str, object]:
    """Have a transfer ordered that the station accepts, and return what its reports have to say which it is."""
    order = case.order(station.id, csms)
    await csms.perform(order)
    call = await station.next_call(order.action())
    await call.answer(case.answer)
    return {"requestId": call.payload["requestId"]} if "requestId" in call.payload else {}


async def _reported(
    case: Transfer, station: ChargePoint, status: str, which: Mapping[str, object], check: Checks
) -> None:
    """Report a status, and check that it is confirmed."""
    answer = await station.call(case.message, {"status": status, **which})
    check.equal(answer.payload, {}, clause=case.clause)


async def _shown(csms: Csms, station: Station, kind: str, state: str, check: Checks, clause: str) -> None:
    """Check how the latest task of a kind is shown, where the driver shows any."""
    if csms.offers(TaskReader):
        states = [task.state for task in await csms.ask(TaskReader).tasks(station.id) if task.kind == kind]
        check.equal(states[-1:], [state], clause=clause, level=SHOULD)


def _members(outcome: str, title: str, *mutants: str) -> list[Member]:
    return [
        Member(
            id=f"v16.resilience.transfer.{case.kind}-{outcome}",
            title=title.format(case.kind),
            case=case,
            spec=[case.clause],
            needs=[NEEDS[case.kind], PROXY],
            mutants=mutants,
        )
        for case in (FIRMWARE, DIAGNOSTICS, LOG)
    ]


@family(
    _members(
        "resumed",
        "What is reported of a transfer ({}) goes on after its connection was lost, without a boot, to the end.",
        "transfer-bound-to-its-connection",
        "task-fails-with-its-connection",
    )
)
async def test_transfer_is_resumed(
    case: Transfer, station: ChargePoint, csms: Csms, network: Network, check: Checks
) -> None:
    """A transfer whose status is reported on two connections is confirmed, and shown as done."""
    await station.ready()
    which = await _ordered(case, station, csms)
    await _reported(case, station, case.before, which, check)

    await network.cut()
    await served_again(station, check)
    await _shown(csms, station, case.kind, "running", check, case.clause)
    await _reported(case, station, case.after, which, check)
    await _shown(csms, station, case.kind, "done", check, case.clause)


@family(
    _members(
        "repeated",
        "A status of a transfer ({}) whose answer was lost is sent again on the next connection, and confirmed.",
        "repeated-status-refused",
    )
)
async def test_status_is_repeated(
    case: Transfer, station: ChargePoint, csms: Csms, network: Network, check: Checks
) -> None:
    """A status whose answer was lost is sent again on the next connection, and confirmed."""
    await station.ready()
    which = await _ordered(case, station, csms)

    async with network.toxic(LOSING_ANSWERS):
        await station.attempt(case.message, {"status": case.before, **which})
    await served_again(station, check)
    for status in (case.before, case.after):
        await _reported(case, station, status, which, check)


@scenario(
    "v201.resilience.transfer.report-resumed",
    spec=[REPORTED],
    needs=[GetBaseReport, PROXY],
    mutants=["transfer-bound-to-its-connection", "task-fails-with-its-connection"],
)
async def test_report_is_resumed(station: ChargingStation, csms: Csms, network: Network, check: Checks) -> None:
    """A report whose parts come on two connections is confirmed to the end, and shown as done."""
    await station.ready()
    report = await _report(station, csms)

    await _told(station, report[0], check)
    await network.cut()
    await served_again(station, check)
    await _shown(csms, station, "report", "running", check, REPORTED)
    for part in report[1:]:
        await _told(station, part, check)
    await _shown(csms, station, "report", "done", check, REPORTED)


@scenario(
    "v201.resilience.transfer.report-part-repeated",
    spec=[REPORTED],
    needs=[GetBaseReport, PROXY],
    mutants=["repeated-status-refused"],
)
async def test_part_of_a_report_is_repeated(
    station: ChargingStation, csms: Csms, network: Network, check: Checks
) -> None:
    """A part of a report whose answer was lost is sent again on the next connection, and confirmed."""
    await station.ready()
    report = await _report(station, csms)

    async with network.toxic(LOSING_ANSWERS):
        await station.attempt("NotifyReport", report[0])
    await served_again(station, check)
    for part in report:
        await _told(station, part, check)


async def _report(station: ChargingStation, csms: Csms) -> Sequence[Payload]:
    """Have a report asked for, and return its parts, each a NotifyReportRequest."""
    order = GetBaseReport(station=station.id, report_base="ConfigurationInventory")
    request_id = (await delivered(station, csms, order)).payload["requestId"]
    data = station.device_model.base_report("ConfigurationInventory")
    parts = [data[start : start + PART] for start in range(0, len(data), PART)]
    last = len(parts) - 1
    return [messages.notify_report(request_id, seq, part, more=seq < last) for seq, part in enumerate(parts)]


async def _told(station: ChargingStation, part: Payload, check: Checks) -> None:
    """Send a part of a report, and check that it is confirmed."""
    confirmed(await station.call("NotifyReport", part), check, clause=REPORTED)
