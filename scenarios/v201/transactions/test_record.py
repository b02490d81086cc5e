"""What is on record of a transaction: OCPP 2.0.1 E01, E06."""

from datetime import UTC, datetime, timedelta

from harness.csms import TransactionReader
from harness.csms.console import Csms, shown
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.v201 import ChargingStation, meter_value, sampled, timestamp


@scenario(
    "v201.transactions.record.two-evses",
    spec=["OCPP 2.0.1 E01.FR.16"],
    needs=[TransactionReader],
    mutants=["connector-of-the-station"],
)
async def test_evses_are_told_apart(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """Transactions on the connectors 1 of two EVSEs are shown as running side by side, each with its EVSE."""
    holders = await tags.accepted(), await tags.second()
    running = [await station.charging(tag, evse=evse) for evse, tag in enumerate(holders, 1)]

    for one in running:
        view = await csms.transaction(station.id, one.id)
        place = view.active, shown(view.evse_id, "the EVSE of a transaction")
        check.equal(place, (True, one.evse), clause="OCPP 2.0.1 E01.FR.16", level=SHOULD)


@scenario(
    "v201.transactions.record.reason",
    spec=["OCPP 2.0.1 E06"],
    needs=[TransactionReader],
    mutants=["stopped-reason-lost"],
)
async def test_reason_is_recorded(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """The reason of a stop is shown with the transaction: Local where the last event names none."""
    tag = await tags.accepted()

    for reason in (None, "EVDisconnected", "EnergyLimitReached"):
        transaction = await station.charging(tag)
        await transaction.ended("StopAuthorized" if reason is None else "AbnormalCondition", reason)
        view = await csms.transaction(station.id, transaction.id)
        recorded = shown(view.reason, "the reason of a stop")
        check.equal(recorded, reason or "Local", clause="OCPP 2.0.1 E06", level=SHOULD)


@scenario(
    "v201.transactions.record.meter",
    spec=["OCPP 2.0.1 E01.FR.09", "OCPP 2.0.1 E06"],
    needs=[TransactionReader],
    mutants=["last-reading-mistaken"],
)
async def test_meter_is_recorded(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """The register at the beginning and at the end of a transaction is shown with it, and when it ended."""
    tag = await tags.accepted()
    ended = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    begin = meter_value(sampled(1000, context="Transaction.Begin"))
    end = meter_value(sampled(4711, context="Transaction.End"))

    transaction = await station.charging(tag, meterValue=[begin])
    await transaction.ended(meterValue=[end], timestamp=timestamp(ended))

    view = await csms.transaction(station.id, transaction.id)
    check.equal(shown(view.meter_start, "the meter at a start"), 1000, clause="OCPP 2.0.1 E01.FR.09", level=SHOULD)
    check.equal(shown(view.meter_stop, "the meter at a stop"), 4711, clause="OCPP 2.0.1 E06", level=SHOULD)
    check.equal(shown(view.stopped, "the time of a stop"), ended, clause="OCPP 2.0.1 E06", level=SHOULD)


@scenario(
    "v201.transactions.record.charging-state",
    spec=["OCPP 2.0.1 E02"],
    needs=[TransactionReader],
    mutants=["charging-state-of-the-start"],
)
async def test_charging_state_is_recorded(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """The charging state that a transaction was last told to be in is the one that is shown."""
    transaction = await station.charging(await tags.accepted())

    for state in ("SuspendedEV", "Charging", "SuspendedEVSE"):
        await transaction.charging_state(state)
        view = await csms.transaction(station.id, transaction.id)
        check.equal(shown(view.charging_state, "a charging state"), state, clause="OCPP 2.0.1 E02", level=SHOULD)
