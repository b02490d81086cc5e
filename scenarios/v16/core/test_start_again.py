"""Starts that come on top of others: OCPP 1.6 sections 3.7.1 and 4.8."""

from harness.csms import TransactionReader
from harness.csms.console import Csms
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint, now, tag_status, transaction_id

CLAUSE = "OCPP 1.6 4.8"
REPEATED = "OCPP 1.6 3.7.1"


@scenario(
    "v16.core.start-again.after-its-stop",
    spec=[REPEATED, CLAUSE],
    requirements=["CORE-4.8-h"],
    needs=[TransactionReader],
    mutants=["replayed-start-forgotten"],
)
async def test_start_again_after_its_stop(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A start that is sent again after its stop is answered with the id of a transaction that is on record."""
    await station.ready()
    tag, began = await tags.accepted(), now()
    first = transaction_id(await station.start_transaction(tag, meterStart=4711, timestamp=began))
    await station.stop_transaction(first, meterStop=4712)

    again = await station.start_transaction(tag, meterStart=4711, timestamp=began)

    recorded = [view.id for view in await csms.ask(TransactionReader).transactions(station.id)]
    known = again.payload.get("transactionId") in recorded or tag_status(again) != "Accepted"
    check.that(known, f"one of {recorded}", observed=str(again), clause=REPEATED, level=SHOULD)


@scenario(
    "v16.core.start-again.same-connector",
    spec=[CLAUSE],
    requirements=["CORE-4.8-e"],
    needs=[TransactionReader],
    mutants=["connector-started-twice"],
)
async def test_start_again_on_the_same_connector(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """After a second start on a connector, whose first stop was lost, only one transaction is shown as running."""
    transaction = await station.charging(await tags.accepted())
    again = await station.start_transaction(await tags.second())

    running = [view.id for view in await csms.ask(TransactionReader).transactions(station.id) if view.active]
    either = running in ([transaction.id], [again.payload.get("transactionId")])
    check.that(either, "one running transaction", observed=running, clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.core.start-again.lost-stop-arrives",
    spec=[REPEATED, "OCPP 1.6 4.10"],
    requirements=["CORE-4.10-k"],
    needs=[TransactionReader],
)
async def test_lost_stop_arrives(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A stop that arrives after the next start on its connector is still booked."""
    transaction = await station.charging(await tags.accepted())
    await station.start_transaction(await tags.second())

    await station.stop_transaction(transaction.id, meterStop=987_654)

    view = await csms.transaction(station.id, transaction.id)
    check.equal((view.active, view.meter_stop), (False, 987_654), clause="OCPP 1.6 4.10", level=SHOULD)


@scenario(
    "v16.core.start-again.refused-elsewhere",
    spec=[CLAUSE],
    requirements=["CORE-4.8-c"],
    needs=[TransactionReader],
    mutants=["refused-start-ends-others"],
)
async def test_refused_start_ends_no_other(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A start on one connector whose idTag is not accepted leaves the transaction on the other running."""
    transaction = await station.charging(await tags.accepted(), connector=1)

    for tag in (tags.invalid(), await tags.blocked()):
        await station.start_transaction(tag, 2)
        view = await csms.transaction(station.id, transaction.id)
        check.that(view.active, "a transaction that runs on", observed=view, clause=CLAUSE)
