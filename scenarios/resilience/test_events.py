"""Events of a transaction that come late, in another order, or never: OCPP 2.0.1 E01, E04, E08."""

from datetime import UTC, datetime, timedelta
from typing import Any

from harness.csms import TransactionReader
from harness.csms.console import Csms, shown
from harness.scenario import PROXY, scenario
from harness.verdict import SHOULD, Checks
from scenarios.resilience.comeback import served_again
from scenarios.resilience.ledger import Ledger
from scenarios.resilience.losing import lose_request
from scenarios.resilience.tales import Moment, tale_of
from scenarios.stage.population import Tags
from simulators.network.network import Network
from simulators.v201 import ChargingStation, meter_value, sampled

NUMBERS = "OCPP 2.0.1 E01.FR.07"
QUEUED = "OCPP 2.0.1 E08"
OFFLINE = "OCPP 2.0.1 E04.FR.03"


def _reading(value: int, **members: Any) -> dict[str, Any]:
    return {"meterValue": [meter_value(sampled(value))], **members}


@scenario(
    "v201.resilience.events.lost-for-good",
    spec=[NUMBERS],
    needs=[PROXY, TransactionReader],
    mutants=["event-after-a-gap-refused", "missing-events-overlooked"],
)
async def test_event_is_lost_for_good(
    station: ChargingStation, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """After an event that never came the following ones are confirmed, and what is missing is shown."""
    transaction = await station.charging(await tags.accepted())
    lost = transaction.event("Updated", "MeterValuePeriodic", **_reading(1500))
    await lose_request(station, network, ("TransactionEvent", lost), check)

    for event in (
        transaction.event("Updated", "MeterValuePeriodic", **_reading(1600)),
        transaction.event("Ended", "StopAuthorized", info={"stoppedReason": "Local"}),
    ):
        outcome = await station.attempt("TransactionEvent", event)
        check.equal(outcome.kind, "CALLRESULT", clause=NUMBERS)

    view = await csms.transaction(station.id, transaction.id)
    check.equal(view.active, False, clause=NUMBERS, level=SHOULD)
    missing = list(shown(view.missing, "which events are missing"))
    check.equal(missing, [lost["seqNo"]], clause=NUMBERS, level=SHOULD)


@scenario(
    "v201.resilience.events.start-comes-last",
    spec=[NUMBERS, QUEUED],
    needs=[PROXY],
    mutants=["event-before-the-start-refused", "late-event-live"],
)
async def test_start_comes_last(
    station: ChargingStation, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """A start that was lost, and comes again after the end, completes a transaction that is over."""
    await station.ready()
    ledger = await Ledger.open(csms, station)
    tale = tale_of(station, await tags.accepted(), began=datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1))
    await lose_request(station, network, tale.says(Moment.START), check)

    for moment in (Moment.VALUES, Moment.STOP, Moment.START):
        outcome = await station.attempt(*tale.says(moment))
        check.graded(outcome.kind, good=["CALLRESULT"], tolerable=["CALLERROR"], clause=NUMBERS)
        tale.confirmed.append(moment)

    await ledger.judge(check, tale)


@scenario(
    "v201.resilience.events.while-offline",
    spec=[OFFLINE, QUEUED],
    needs=[PROXY, TransactionReader],
    mutants=["offline-event-forgotten"],
)
async def test_running_transaction_goes_offline(
    station: ChargingStation, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """What happened in a running transaction during an outage comes afterwards, marked as offline, and is kept."""
    transaction = await station.charging(await tags.accepted())
    async with network.down():
        await station.wait_closed()
        queue = [
            transaction.event("Updated", "MeterValuePeriodic", **_reading(value, offline=True))
            for value in (1501, 1502, 1503)
        ]
        queue.append(transaction.event("Updated", "ChargingStateChanged", info={"chargingState": "SuspendedEV"}))
    await served_again(station, check)

    for event in queue:
        outcome = await station.attempt("TransactionEvent", event)
        check.equal(outcome.kind, "CALLRESULT", clause=OFFLINE)

    view = await csms.transaction(station.id, transaction.id)
    values = [value["value"] for value in shown(view.meter_values, "the meter values of a transaction")]
    kept = [value for value in values if value in (1501, 1502, 1503)]
    check.equal(kept, [1501, 1502, 1503], clause=OFFLINE, level=SHOULD)
    check.equal(view.active, True, clause=OFFLINE, level=SHOULD)


@scenario(
    "v201.resilience.events.retried-among-others",
    spec=[NUMBERS, QUEUED],
    needs=[PROXY, TransactionReader],
    mutants=["charging-state-of-the-latest"],
)
async def test_retried_event_is_an_old_one(
    station: ChargingStation, csms: Csms, tags: Tags, network: Network, check: Checks
) -> None:
    """An event that was lost, and comes again after later ones, does not take the charging state back."""
    transaction = await station.charging(await tags.accepted())
    lost = transaction.event("Updated", "ChargingStateChanged", info={"chargingState": "SuspendedEV"})
    await lose_request(station, network, ("TransactionEvent", lost), check)
    await transaction.charging_state("Charging")

    outcome = await station.attempt("TransactionEvent", lost)

    check.graded(outcome.kind, good=["CALLRESULT"], tolerable=["CALLERROR"], clause=NUMBERS)
    view = await csms.transaction(station.id, transaction.id)
    state = shown(view.charging_state, "a charging state")
    check.equal(state, "Charging", clause=NUMBERS, level=SHOULD)
