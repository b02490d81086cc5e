"""RemoteStopTransaction: OCPP 1.6 section 5.12."""

from harness.csms import Refused, TransactionReader
from harness.csms.console import Csms
from harness.csms.v16 import RemoteStopTransaction
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import delivered
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.35"


@scenario(
    "v16.core.remote-stop.accepted",
    spec=["OCPP 1.6 5.12", REQUEST],
    octt=["TC_012_CSMS"],
    requirements=["CORE-5.12-a", "OP-a"],
    needs=[RemoteStopTransaction],
    mutants=["remote-stop-foreign-transaction", "stop-by-remote-refused"],
    smoke=True,
)
async def test_transaction_is_stopped_remotely(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A running transaction is stopped under the id that it was given at its start."""
    transaction = await station.charging(await tags.accepted())

    await csms.perform(RemoteStopTransaction(station=station.id, transaction_id=transaction.id))
    stop = await station.next_call("RemoteStopTransaction")
    check.equal(stop.payload, {"transactionId": transaction.id}, clause=REQUEST)
    await stop.answer(status="Accepted")

    await station.stop_transaction(transaction.id, reason="Remote")
    await station.status(1, "Finishing")
    check.equal((await station.status(1, "Available")).payload, {}, clause="OCPP 1.6 6.48")


@scenario(
    "v16.core.remote-stop.one-of-two",
    spec=["OCPP 1.6 5.12", REQUEST],
    requirements=["CORE-5.12-a"],
    needs=[RemoteStopTransaction],
    mutants=["remote-stop-foreign-transaction", "remote-stop-latest-transaction"],
)
async def test_one_of_two_transactions_is_stopped(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """Of two transactions on one station, the remote stop names the one that the operator chose."""
    earlier = await station.charging(await tags.accepted(), connector=1)
    later = await station.charging(await tags.second(), connector=2)

    for transaction in (earlier, later):
        await csms.perform(RemoteStopTransaction(station=station.id, transaction_id=transaction.id))
        stop = await station.next_call("RemoteStopTransaction")
        check.equal(stop.payload, {"transactionId": transaction.id}, clause=REQUEST)
        await stop.answer(status="Accepted")
        await station.stop_transaction(transaction.id, reason="Remote")


@scenario(
    "v16.core.remote-stop.rejected",
    spec=["OCPP 1.6 5.12", "OCPP 1.6 7.40"],
    octt=["TC_028_CSMS"],
    needs=[RemoteStopTransaction],
    mutants=["remote-stop-foreign-transaction", "unsuccessful-answer-closes"],
)
async def test_rejected_stop_is_tolerated(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A station that rejects a remote stop is served on, with its transaction."""
    transaction = await station.charging(await tags.accepted())

    await csms.perform(RemoteStopTransaction(station=station.id, transaction_id=transaction.id))
    stop = await station.next_call("RemoteStopTransaction")
    check.equal(stop.payload, {"transactionId": transaction.id}, clause=REQUEST)
    await stop.answer(status="Rejected")

    await station.meter_values(transaction=transaction.id)
    await station.stop_transaction(transaction.id)


@scenario(
    "v16.core.remote-stop.unknown-transaction",
    spec=["OCPP 1.6 5.12", REQUEST],
    octt=["TC_028_CSMS"],
    needs=[RemoteStopTransaction],
    mutants=["remote-stop-foreign-transaction"],
)
async def test_unknown_transaction_is_not_mistaken(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A remote stop of a transaction that nobody knows is refused or sent as it is, and stops no other one."""
    transaction = await station.charging(await tags.accepted())
    unknown = transaction.id ^ 0x2AAAAAAA
    known, other = (RemoteStopTransaction(station=station.id, transaction_id=id) for id in (transaction.id, unknown))

    stop = await delivered(station, csms, known, status="Rejected")
    check.equal(stop.payload, {"transactionId": transaction.id}, clause=REQUEST)
    if not isinstance(await csms.attempt(other), Refused):
        stop = await station.next_call("RemoteStopTransaction", level=SHOULD)
        check.equal(stop.payload, {"transactionId": unknown}, clause=REQUEST)
        await stop.answer(status="Rejected")
    await station.stop_transaction(transaction.id)


@scenario(
    "v16.core.remote-stop.only-stop-transaction-closes",
    spec=["OCPP 1.6 5.12", "OCPP 1.6 errata 3.33"],
    requirements=["CORE-5.12-b"],
    needs=[RemoteStopTransaction, TransactionReader],
)
async def test_answer_closes_nothing(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A transaction is shown as running, whatever the station answers to a remote stop, until it is stopped."""
    transaction = await station.charging(await tags.accepted())

    for status in ("Rejected", "Accepted"):
        await csms.perform(RemoteStopTransaction(station=station.id, transaction_id=transaction.id))
        await (await station.next_call("RemoteStopTransaction")).answer(status=status)
        await station.heartbeat()
        running = (await csms.transaction(station.id, transaction.id)).active
        check.equal(running, True, clause="OCPP 1.6 5.12", level=SHOULD)

    await station.stop_transaction(transaction.id, reason="Remote")
    running = (await csms.transaction(station.id, transaction.id)).active
    check.equal(running, False, clause="OCPP 1.6 4.10", level=SHOULD)
