"""Events of transactions that come late, a station having been offline: OCPP 2.0.1 E04, E08."""

from datetime import UTC, datetime, timedelta
from typing import Any

from harness.csms import TransactionReader
from harness.csms.console import Csms, shown
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from scenarios.v201.answers import accepted
from simulators.v201 import ChargingStation, timestamp

QUEUED = "OCPP 2.0.1 E08"


@scenario(
    "v201.transactions.offline.queued",
    spec=["OCPP 2.0.1 E04.FR.03", QUEUED],
    needs=[TransactionReader],
    mutants=["queued-end-dropped"],
)
async def test_queued_transaction_is_booked(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """A transaction that began and ended an hour ago, offline, is shown as over, with the times that it had."""
    tag = await tags.accepted()
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    ended = began + timedelta(minutes=30)
    await station.ready()

    transaction = station.transaction(tag)
    late: dict[str, Any] = {"offline": True, "idToken": transaction.id_token}
    answer = await transaction.started("Authorized", timestamp=timestamp(began), **late)
    accepted(check, answer, clause="OCPP 2.0.1 E01.FR.12")
    await transaction.ended(timestamp=timestamp(ended), **late)

    view = await csms.transaction(station.id, transaction.id)
    check.equal(view.active, False, clause=QUEUED, level=SHOULD)
    check.equal(shown(view.started, "the time of a start"), began, clause=QUEUED, level=SHOULD)
    check.equal(shown(view.stopped, "the time of a stop"), ended, clause=QUEUED, level=SHOULD)


@scenario(
    "v201.transactions.offline.end-of-an-earlier-one",
    spec=[QUEUED],
    needs=[TransactionReader],
    mutants=["late-end-taken-for-the-latest"],
)
async def test_late_end_is_that_of_its_transaction(
    station: ChargingStation, csms: Csms, tags: Tags, check: Checks
) -> None:
    """The end of a transaction that comes while the next one runs on its EVSE ends the one that it names."""
    first = await station.charging(await tags.accepted())
    second = await station.charging(await tags.second())

    await first.ended("EVCommunicationLost", "EVDisconnected", offline=True)

    views = [await csms.transaction(station.id, one.id) for one in (first, second)]
    check.equal([view.active for view in views], [False, True], clause=QUEUED, level=SHOULD)
    check.equal(shown(views[0].reason, "the reason of a stop"), "EVDisconnected", clause=QUEUED, level=SHOULD)


@scenario(
    "v201.transactions.offline.out-of-order",
    spec=["OCPP 2.0.1 E01.FR.07", QUEUED],
    needs=[TransactionReader],
    mutants=["late-event-live"],
)
async def test_order_is_that_of_the_numbers(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """An event that comes after the last one of its transaction, with a lower number, does not bring it back."""
    transaction = await station.charging(await tags.accepted())
    info = {"chargingState": "SuspendedEV"}
    late = transaction.event("Updated", "ChargingStateChanged", info=info, offline=True)

    await transaction.ended(idToken=transaction.id_token)
    answer = await station.call("TransactionEvent", late)

    check.equal(answer.kind, "CALLRESULT", clause="OCPP 2.0.1 E01.FR.07")
    view = await csms.transaction(station.id, transaction.id)
    check.equal(view.active, False, clause="OCPP 2.0.1 E01.FR.07", level=SHOULD)


@scenario(
    "v201.transactions.offline.missing",
    spec=["OCPP 2.0.1 E01.FR.07"],
    needs=[TransactionReader],
    mutants=["missing-events-overlooked"],
)
async def test_missing_events_are_noticed(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """The numbers of events that have not come are shown with the transaction, until they come."""
    transaction = await station.charging(await tags.accepted())
    late = transaction.event("Updated", "ChargingStateChanged", info={"chargingState": "SuspendedEV"}, offline=True)
    await transaction.charging_state("Charging")

    before = await csms.transaction(station.id, transaction.id)
    await station.call("TransactionEvent", late)
    after = await csms.transaction(station.id, transaction.id)
    missing = [list(shown(view.missing, "which events are missing")) for view in (before, after)]
    check.equal(missing, [[late["seqNo"]], []], clause="OCPP 2.0.1 E01.FR.07", level=SHOULD)
