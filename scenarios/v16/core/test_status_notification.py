"""StatusNotification: OCPP 1.6 section 4.9."""

import asyncio
from datetime import UTC, datetime, timedelta

from harness.corpus import Rule
from harness.csms import ConnectorReader
from harness.csms.console import Csms, shown
from harness.judgement import judge_refusal
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from harness.versions import V16
from scenarios.stage.population import Stations
from simulators.aftermath import sign_of_life
from simulators.observation import gist
from simulators.v16 import ChargePoint, timestamp

CLAUSE = "OCPP 1.6 4.9"
CONF = "OCPP 1.6 6.48"
STATUSES = (
    "Available", "Preparing", "Charging", "SuspendedEVSE", "SuspendedEV", "Finishing", "Reserved", "Unavailable",
    "Faulted",
)  # fmt: skip
ERROR_CODES = (
    "ConnectorLockFailure", "EVCommunicationError", "GroundFailure", "HighTemperature", "InternalError",
    "LocalListConflict", "NoError", "OtherError", "OverCurrentFailure", "OverVoltage", "PowerMeterFailure",
    "PowerSwitchFailure", "ReaderFailure", "ResetFailure", "UnderVoltage", "WeakSignal",
)  # fmt: skip


@scenario(
    "v16.core.status-notification.answer",
    spec=[CLAUSE, CONF],
    requirements=["CORE-4.9-a"],
    mutants=["status-connector-zero-refused", "status-with-time"],
    smoke=True,
)
async def test_status_of_every_connector(station: ChargePoint, check: Checks) -> None:
    """StatusNotification of the station itself and of each connector is answered with an empty payload."""
    await station.ready()

    for connector in (0, *station.connectors):
        check.equal((await station.status(connector, "Unavailable")).payload, {}, clause=CONF)


@scenario(
    "v16.core.status-notification.every-status",
    spec=["OCPP 1.6 7.7"],
    requirements=["CORE-4.9-b"],
    mutants=["status-suspended-refused"],
)
async def test_every_status_is_taken(station: ChargePoint, check: Checks) -> None:
    """StatusNotification with each of the nine statuses is confirmed."""
    await station.ready()

    for status in STATUSES:
        check.equal((await station.status(1, status)).payload, {}, clause="OCPP 1.6 7.7")


@scenario(
    "v16.core.status-notification.every-error-code",
    spec=["OCPP 1.6 7.6"],
    requirements=["CORE-4.9-b"],
    mutants=["status-fault-refused"],
)
async def test_every_error_code_is_taken(station: ChargePoint, check: Checks) -> None:
    """StatusNotification with each of the sixteen error codes is confirmed, with the longest texts too."""
    await station.ready()
    texts = {"info": "i" * 50, "vendorId": "v" * 255, "vendorErrorCode": "e" * 50}

    for code in ERROR_CODES:
        status = "Available" if code == "NoError" else "Faulted"
        check.equal((await station.status(1, status, code, **texts)).payload, {}, clause="OCPP 1.6 7.6")


@scenario(
    "v16.core.status-notification.values-of-1-5",
    spec=["OCPP 1.6 7.6", "OCPP 1.6 7.7"],
    requirements=["CORE-4.9-b"],
    mutants=["status-unchecked"],
)
async def test_values_of_the_past_are_refused(station: ChargePoint, check: Checks) -> None:
    """A status and an error code that only OCPP 1.5 knows are refused."""
    await station.ready()

    for status, code in (("Occupied", "NoError"), ("Faulted", "Mode3Error")):
        payload = {"connectorId": 1, "status": status, "errorCode": code}
        outcome = await station.attempt("StatusNotification", payload)
        judge_refusal(gist(outcome), V16.fair(Rule.ENUM, required=True), check, clause="OCPP 1.6 7.7")


@scenario(
    "v16.core.status-notification.latest-wins",
    spec=[CLAUSE],
    requirements=["CORE-4.9-c"],
    needs=[ConnectorReader],
)
async def test_latest_status_wins(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Unusual changes of status in quick succession are all confirmed, and the last is shown."""
    await station.ready()

    for status in ("Charging", "Reserved", "Finishing", "Preparing", "SuspendedEV", "Unavailable"):
        await station.status(1, status)

    view = await csms.ask(ConnectorReader).connector(station.id, 1)
    check.equal(shown(view.status, "the status of a connector"), "Unavailable", clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.core.status-notification.timestamp",
    spec=["OCPP 1.6 6.47"],
    requirements=["CORE-4.9-d"],
    needs=[ConnectorReader],
)
async def test_time_of_a_status(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A status without a time is shown as of its receipt, an old one as of the time that it names or of its receipt."""
    await station.ready()
    clause = "OCPP 1.6 6.47"

    await station.status(1, "Preparing", timestamp=None)
    told = shown((await csms.ask(ConnectorReader).connector(station.id, 1)).timestamp, "the time of a status")
    check.close((told - datetime.now(UTC)).total_seconds(), 0, within=60, clause=clause, level=SHOULD)

    old = datetime.now(UTC) - timedelta(hours=1)
    await station.status(1, "Faulted", "GroundFailure", timestamp=timestamp(old))
    told = shown((await csms.ask(ConnectorReader).connector(station.id, 1)).timestamp, "the time of a status")
    off = min(abs((told - moment).total_seconds()) for moment in (old, datetime.now(UTC)))
    check.close(off, 0, within=60, clause=clause, level=SHOULD)


@scenario(
    "v16.core.status-notification.warning",
    spec=[CLAUSE],
    requirements=["CORE-4.9-e"],
    needs=[ConnectorReader],
)
async def test_warning_is_no_fault(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """An error code beside a status other than Faulted is a warning: the connector keeps that status."""
    await station.ready()

    for code in ("EVCommunicationError", "OtherError"):
        await station.status(1, "Charging", code, vendorId="org.example", vendorErrorCode="W42")
        view = await csms.ask(ConnectorReader).connector(station.id, 1)
        check.equal(shown(view.status, "the status of a connector"), "Charging", clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.core.status-notification.unseen-connector",
    spec=["OCPP 1.6 6.47"],
    requirements=["CORE-4.9-f"],
    mutants=["impossible-connector-closes"],
)
async def test_unseen_connector(station: ChargePoint, check: Checks) -> None:
    """The status of a connector never heard of before is confirmed, that of a negative one refused."""
    await station.ready()

    for connector, kind in ((7, "CALLRESULT"), (-1, "CALLERROR")):
        payload = {"connectorId": connector, "errorCode": "NoError", "status": "Available"}
        outcome = await station.attempt("StatusNotification", payload)
        check.equal(outcome.kind, kind, clause="OCPP 1.6 6.47", level=SHOULD)
        (await sign_of_life(station)).judge(check, clause="OCPP-J 1.6 4.2.3")


@scenario(
    "v16.core.status-notification.first-of-many",
    spec=[CLAUSE],
    requirements=["CORE-4.9-a"],
    mutants=["status-collision"],
)
async def test_first_statuses_of_many_stations(stations: Stations, check: Checks) -> None:
    """The first statuses of several new stations, sent all at once, are all confirmed."""
    made = [await stations.new() for _ in range(6)]
    for one in made:
        await one.connect()
        await one.call("BootNotification", one.identity)

    first = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    outcomes = await asyncio.gather(*(one.attempt("StatusNotification", first) for one in made))

    check.equal([outcome.kind for outcome in outcomes], ["CALLRESULT"] * len(made), clause=CLAUSE)
