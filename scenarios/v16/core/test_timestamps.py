"""Timestamps in both directions: OCPP 1.6 sections 3.14 and 3.15."""

from datetime import UTC, datetime, timedelta

from harness import rules
from harness.csms import ConnectorReader, TagProvisioning
from harness.csms.console import Csms, shown
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.evoked import evoked
from scenarios.stage.population import Tags
from simulators.station import Answer
from simulators.v16 import ChargePoint, tag_info, tag_status, transaction_id

CLAUSE = "OCPP 1.6 3.15"
FAR_OFF = (
    "1970-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "2038-01-19T03:14:08.000Z",
    "2028-02-29T12:00:00.000Z",
)
"""The first moments of two clocks, the one after 32 bits, and a day that three years of four have not."""


def _forms(moment: datetime) -> tuple[str, ...]:
    """Return one moment, of whole seconds in UTC, in forms that a station may use."""
    plain = moment.strftime("%Y-%m-%dT%H:%M:%S")
    east, west = moment + timedelta(hours=2), moment - timedelta(hours=5, minutes=30)
    return (
        f"{plain}Z",
        f"{plain}.1Z",
        f"{plain}.123Z",
        f"{plain}.123456789Z",
        f"{plain}+00:00",
        f"{east:%Y-%m-%dT%H:%M:%S}+02:00",
        f"{west:%Y-%m-%dT%H:%M:%S}.500-05:30",
    )


@scenario(
    "v16.core.timestamps.forms",
    spec=[CLAUSE],
    requirements=["CORE-3.15-a"],
    mutants=["timestamp-fraction-refused", "timestamp-offset-refused"],
)
async def test_timestamps_in_every_form(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Timestamps with and without fractions, with Z and with offsets, are taken in statuses and starts."""
    await station.ready()
    tag = await tags.accepted()

    for form in _forms(datetime.now(UTC)):
        check.equal((await station.status(1, "Preparing", timestamp=form)).payload, {}, clause=CLAUSE)
        start = await station.start_transaction(tag, timestamp=form)
        check.equal(tag_status(start), "Accepted", clause=CLAUSE)
        await station.stop_transaction(transaction_id(start), timestamp=form)


@scenario(
    "v16.core.timestamps.far-off",
    spec=[CLAUSE, "OCPP-J 1.6 4.2"],
    requirements=["CORE-3.15-a"],
    mutants=["timestamp-beyond-32-bits", "timestamp-leap-day-refused"],
)
async def test_timestamps_of_any_year(station: ChargePoint, check: Checks) -> None:
    """What a station reports by a clock that was never set, after 2038 or on a leap day is confirmed."""
    await station.ready()

    for moment in FAR_OFF:
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": moment}
        stop = {"transactionId": -1, "meterStop": 1, "timestamp": moment}
        for action, payload in (("StatusNotification", status), ("StopTransaction", stop)):
            outcome = await station.attempt(action, payload)
            observed, expected = f"{outcome} for {moment}", f"a CALLRESULT to {action}"
            check.that(isinstance(outcome, Answer), expected, observed=observed, clause="OCPP-J 1.6 4.2")


@scenario(
    "v16.core.timestamps.same-instant",
    spec=[CLAUSE],
    requirements=["CORE-3.15-a"],
    needs=[ConnectorReader],
    mutants=["timestamp-offset-ignored"],
)
async def test_every_form_names_one_instant(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A timestamp means the same instant in every form: the offset from UTC is reckoned with."""
    await station.ready()
    moment = datetime.now(UTC).replace(microsecond=0)

    for form in _forms(moment):
        await station.status(1, "Preparing", timestamp=form)
        told = shown((await csms.ask(ConnectorReader).connector(station.id, 1)).timestamp, "the time of a status")
        check.close((told - moment).total_seconds(), 0, within=1, clause=CLAUSE)


@scenario(
    "v16.core.timestamps.sent",
    spec=["OCPP 1.6 3.14", CLAUSE],
    requirements=["CORE-3.15-b"],
    mutants=["clock-six-digits", "clock-seven-digits", "clock-unreadable"],
)
async def test_sent_timestamps_are_readable(station: ChargePoint, check: Checks) -> None:
    """The central system's own timestamps are evoked; that every station can read their form is a rule of the wire."""
    await station.ready()
    await station.heartbeat()

    evoked(rules.TIMESTAMP, station, check)


@scenario(
    "v16.core.timestamps.sent-expiry",
    spec=["OCPP 1.6 3.14", CLAUSE, "OCPP 1.6 7.27"],
    requirements=["CORE-3.15-b"],
    needs=[TagProvisioning],
    mutants=["tag-expiry-unreadable"],
)
async def test_sent_expiry_is_readable(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """The expiryDate of an idTag is evoked, where it is told; that every station can read it is a rule of the wire."""
    await station.ready()

    answer = await station.authorize(await tags.accepted(expires=datetime.now(UTC) + timedelta(days=1)))

    check.equal(tag_status(answer), "Accepted", clause="OCPP 1.6 7.2")
    if "expiryDate" in tag_info(answer):
        evoked(rules.TIMESTAMP, station, check)
