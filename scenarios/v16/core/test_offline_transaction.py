"""Transactions of a time without connection: OCPP 1.6 sections 3.5.4, 3.7 and 4.8."""

from datetime import UTC, datetime, timedelta

from harness.csms import TransactionReader
from harness.csms.console import Csms, shown
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint, meter_value, now, sampled, tag_status, timestamp, transaction_id

START = "OCPP 1.6 4.8"
STOP = "OCPP 1.6 6.50"
STATUS = "OCPP 1.6 6.48"


def _ago(**time: int) -> datetime:
    """Return a moment in the past, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(**time)


@scenario(
    "v16.core.offline-transaction.valid-tag",
    spec=[START, "OCPP 1.6 3.5.4"],
    octt=["TC_037_1_CSMS"],
    requirements=["CORE-4.8-j"],
    mutants=["old-start-invalid", "start-needs-authorize"],
)
async def test_offline_start_with_a_valid_tag(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A start with a valid idTag from the time without connection is accepted afterwards."""
    await station.ready()
    await station.drop()
    await station.connect()

    start = await station.start_transaction(await tags.accepted(), timestamp=timestamp(_ago(hours=4)))
    check.equal(tag_status(start), "Accepted", clause=START)
    check.equal((await station.status(1, "Charging")).payload, {}, clause=STATUS)


@scenario(
    "v16.core.offline-transaction.invalid-tag",
    spec=[START, "OCPP 1.6 3.5.4", "OCPP 1.6 4.10"],
    octt=["TC_037_3_CSMS"],
    requirements=["CORE-4.8-c"],
    mutants=["tag-unknown-accepted", "tag-unknown-blocked", "refused-start-without-id"],
)
async def test_offline_start_with_an_invalid_tag(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A start with an unknown idTag from the time without connection is told Invalid, and can be ended."""
    await station.ready()
    await station.drop()
    await station.connect()

    start = await station.start_transaction(tags.invalid(), timestamp=timestamp(_ago(hours=4)))
    check.equal(tag_status(start), "Invalid", clause="OCPP 1.6 7.2")
    check.equal((await station.status(1, "Charging")).payload, {}, clause=STATUS)
    stop = await station.stop_transaction(transaction_id(start), reason="DeAuthorized")
    check.that(set(stop.payload) <= {"idTagInfo"}, "nothing but idTagInfo", observed=str(stop), clause=STOP)
    check.equal((await station.status(1, "Finishing")).payload, {}, clause=STATUS)


@scenario(
    "v16.core.offline-transaction.begun-and-ended",
    spec=["OCPP 1.6 3.7", START, "OCPP 1.6 4.10"],
    octt=["TC_039_CSMS"],
    requirements=["CORE-3.7-a"],
    mutants=["old-start-invalid", "stop-with-cost"],
)
async def test_whole_transaction_offline(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A transaction that began and ended without connection is accepted and confirmed afterwards."""
    await station.ready()
    await station.drop()
    await station.connect()
    tag = await tags.accepted()

    start = await station.start_transaction(tag, timestamp=timestamp(_ago(hours=4)))
    check.equal(tag_status(start), "Accepted", clause=START)
    ended = timestamp(_ago(hours=1))
    stop = await station.stop_transaction(transaction_id(start), idTag=tag, reason="Local", timestamp=ended)
    check.that(set(stop.payload) <= {"idTagInfo"}, "nothing but idTagInfo", observed=str(stop), clause=STOP)


@scenario(
    "v16.core.offline-transaction.recorded-as-it-was",
    spec=["OCPP 1.6 3.7"],
    requirements=["CORE-3.7-a"],
    needs=[TransactionReader],
)
async def test_queued_messages_keep_their_time(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """Start, meter values and stop that were queued for three days are booked with the times they name."""
    await station.ready()
    began, ended = _ago(days=3), _ago(days=2, hours=22)

    start = await station.start_transaction(await tags.accepted(), timestamp=timestamp(began), meterStart=10)
    id = transaction_id(start)
    await station.meter_values(meter_value(sampled("15"), at=timestamp(began + timedelta(hours=1))), transaction=id)
    await station.stop_transaction(id, timestamp=timestamp(ended), meterStop=20)

    view = await csms.transaction(station.id, id)
    check.equal(shown(view.started, "the time of a start"), began, clause="OCPP 1.6 3.7", level=SHOULD)
    check.equal(shown(view.stopped, "the time of a stop"), ended, clause="OCPP 1.6 3.7", level=SHOULD)
    values = [value["value"] for value in shown(view.meter_values, "the meter values of a transaction")]
    check.equal(values, ["15"], clause="OCPP 1.6 3.7", level=SHOULD)


@scenario(
    "v16.core.offline-transaction.odd-but-valid",
    spec=["OCPP 1.6 3.7.1"],
    requirements=["CORE-3.7.1-a"],
    mutants=["stop-without-charge-refused"],
)
async def test_odd_messages_leave_the_queue(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Valid but odd transaction messages are confirmed, so that the queue of the station moves on."""
    await station.ready()
    instant = now()

    start = await station.start_transaction(await tags.accepted(), meterStart=0, timestamp=instant, reservationId=0)
    id = transaction_id(start)
    check.equal(tag_status(start), "Accepted", clause="OCPP 1.6 3.7.1")
    same = meter_value(sampled("0"), sampled("0"), at=instant)
    for connector in (1, 2):
        answer = await station.meter_values(same, same, connector=connector, transaction=id)
        check.equal(answer.payload, {}, clause="OCPP 1.6 3.7.1")
    stop = await station.stop_transaction(id, meterStop=0, timestamp=instant, transactionData=[same])
    check.that(set(stop.payload) <= {"idTagInfo"}, "nothing but idTagInfo", observed=str(stop), clause=STOP)
