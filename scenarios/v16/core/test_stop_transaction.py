"""StopTransaction and its answer: OCPP 1.6 section 4.10."""

from datetime import UTC, datetime, timedelta

from harness.csms import TransactionReader
from harness.csms.console import Csms, shown
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint, meter_value, now, sampled, tag_status, timestamp, transaction_id

CLAUSE = "OCPP 1.6 4.10"
CONF = "OCPP 1.6 6.50"
REASONS = (
    "DeAuthorized", "EmergencyStop", "EVDisconnected", "HardReset", "Local", "Other",
    "PowerLoss", "Reboot", "Remote", "SoftReset", "UnlockCommand",
)  # fmt: skip


@scenario(
    "v16.core.stop-transaction.answer",
    spec=[CLAUSE, CONF],
    requirements=["CORE-4.10-a", "CORE-4.10-b"],
    mutants=["stop-without-tag-fails", "stop-with-cost"],
)
async def test_stop_is_confirmed(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """StopTransaction is confirmed with and without idTag, with nothing but the idTagInfo of the tag it names."""
    tag = await tags.accepted()

    for members in ({"idTag": tag}, {}):
        transaction = await station.charging(tag)
        stop = await station.stop_transaction(transaction.id, **members)
        check.that(set(stop.payload) <= {"idTagInfo"}, "nothing but idTagInfo", observed=str(stop), clause=CONF)
        if members and "idTagInfo" in stop.payload:
            check.equal(tag_status(stop), "Accepted", clause=CONF, level=SHOULD)
        if not members:
            told = "idTagInfo" in stop.payload
            check.that(not told, "no idTagInfo", observed=str(stop), clause=CLAUSE, level=SHOULD, axis=POLICY)


@scenario(
    "v16.core.stop-transaction.every-reason",
    spec=[CLAUSE, "OCPP 1.6 7.36", "OCPP-J 1.6 errata 2.5"],
    requirements=["CORE-4.10-g"],
    mutants=["stop-by-power-loss-refused"],
)
async def test_every_reason_is_taken(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """StopTransaction is confirmed without a reason, and with every reason there is."""
    tag = await tags.accepted()
    await station.ready()

    for reason in (None, *REASONS):
        transaction = await station.charging(tag)
        stop = await station.stop_transaction(transaction.id, reason=reason)
        check.that(set(stop.payload) <= {"idTagInfo"}, "nothing but idTagInfo", observed=str(stop), clause=CONF)


@scenario(
    "v16.core.stop-transaction.reason-recorded",
    spec=[CLAUSE, "OCPP-J 1.6 errata 2.5"],
    requirements=["CORE-4.10-g"],
    needs=[TransactionReader],
    mutants=["stop-reason-lost"],
)
async def test_reason_is_recorded(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """The reason of a stop is shown with the transaction: Local where the stop names none."""
    tag = await tags.accepted()
    await station.ready()

    for reason in (None, "EVDisconnected", "EmergencyStop"):
        transaction = await station.charging(tag)
        await station.stop_transaction(transaction.id, reason=reason)
        recorded = shown((await csms.transaction(station.id, transaction.id)).reason, "the reason of a stop")
        check.equal(recorded, reason or "Local", clause="OCPP-J 1.6 errata 2.5")


@scenario(
    "v16.core.stop-transaction.record",
    spec=[CLAUSE],
    requirements=["CORE-4.10-k"],
    needs=[TransactionReader],
    smoke=True,
)
async def test_stop_is_recorded(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """Meter and time of a stop are shown with the transaction, as the station told them."""
    transaction = await station.charging(await tags.accepted())
    stopped = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)

    await station.stop_transaction(transaction.id, meterStop=987_654, timestamp=timestamp(stopped), reason="Remote")

    view = await csms.transaction(station.id, transaction.id)
    check.equal(view.active, False, clause=CLAUSE, level=SHOULD)
    check.equal(shown(view.meter_stop, "the meter at a stop"), 987_654, clause=CLAUSE, level=SHOULD)
    check.equal(shown(view.stopped, "the time of a stop"), stopped, clause=CLAUSE, level=SHOULD)
    check.equal(shown(view.reason, "the reason of a stop"), "Remote", clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.core.stop-transaction.transaction-data",
    spec=[CLAUSE, "OCPP 1.6 3.16"],
    requirements=["CORE-4.10-h"],
    mutants=["stop-empty-data-refused", "stop-long-data-refused"],
)
async def test_any_number_of_meter_values(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """StopTransaction is confirmed with no meter values, with those of begin and end, and with 500."""
    tag = await tags.accepted()
    both = [meter_value(sampled(0, context="Transaction.Begin")), meter_value(sampled(1, context="Transaction.End"))]

    for data in ([], both, [meter_value(sampled(number)) for number in range(500)]):
        transaction = await station.charging(tag)
        stop = await station.stop_transaction(transaction.id, transactionData=data)
        check.that(set(stop.payload) <= {"idTagInfo"}, "nothing but idTagInfo", observed=str(stop), clause=CONF)


@scenario(
    "v16.core.stop-transaction.repeated",
    spec=[CLAUSE, "OCPP 1.6 3.7.1"],
    requirements=["CORE-4.10-e"],
    needs=[TransactionReader],
    mutants=["repeated-stop-booked-twice", "stop-of-nothing-unanswered"],
)
async def test_repeated_stop_is_booked_once(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A stop that is sent again is confirmed again, and neither it nor its meter values are booked twice."""
    transaction = await station.charging(await tags.accepted())
    stop = {"transactionId": transaction.id, "meterStop": 4711, "timestamp": now()}
    stop["transactionData"] = [meter_value(sampled(4711, context="Transaction.End"))]

    for _ in range(2):
        outcome = await station.attempt("StopTransaction", stop)
        check.graded(outcome.kind, good=["CALLRESULT"], tolerable=["CALLERROR"], clause="OCPP 1.6 3.7.1")

    views = await csms.ask(TransactionReader).transactions(station.id)
    check.equal([view.active for view in views], [False], clause=CLAUSE, level=SHOULD)
    for view in views:
        check.equal(shown(view.meter_stop, "the meter at a stop"), 4711, clause=CLAUSE, level=SHOULD)
        values = shown(view.meter_values, "the meter values of a transaction")
        check.equal(len(values), 1, clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.core.stop-transaction.implausible",
    spec=[CLAUSE],
    requirements=["CORE-4.10-f"],
    mutants=["implausible-stop-unanswered"],
)
async def test_implausible_stop_is_confirmed(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A stop with a falling meter or an implausible time is confirmed, and connector and tag are free again."""
    await station.ready()
    tag = await tags.accepted()
    odd = ({"meterStop": 1}, {"timestamp": "2001-01-01T00:00:00.000Z"}, {"timestamp": "2099-12-31T23:59:59.000Z"})

    for members in odd:
        transaction = await station.charging(tag, meterStart=1000)
        usual = {"transactionId": transaction.id, "meterStop": 2000, "timestamp": now()}
        outcome = await station.attempt("StopTransaction", usual | members)
        check.graded(outcome.kind, good=["CALLRESULT"], tolerable=["CALLERROR"], clause=CLAUSE)
        again = await station.start_transaction(tag)
        check.equal(tag_status(again), "Accepted", clause=CLAUSE, level=SHOULD)
        await station.stop_transaction(transaction_id(again))
