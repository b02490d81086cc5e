"""What the operator is told of an operation: OCPP 1.6 section 5."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from harness.csms import Operation, OutcomeReader
from harness.csms.console import Csms
from harness.csms.v16 import (
    ChangeAvailability,
    ChangeConfiguration,
    ClearCache,
    DataTransfer,
    RemoteStartTransaction,
    RemoteStopTransaction,
    ReserveNow,
    Reset,
    UnlockConnector,
)
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint, timestamp

CLAUSE = "OCPP 1.6 5"
FEW = 3
"""Repeats of a CALL that the station does not implement which are still tolerable."""


async def _told(station: ChargePoint, csms: Csms, check: Checks, order: Operation, answers: Iterable[str]) -> None:
    """Have an operation performed once per answer, and check that the operator is told that answer."""
    for status in answers:
        request = await csms.perform(order)
        await (await station.next_call(order.action())).answer(status=status)
        outcome = await csms.outcome(request)
        check.equal((outcome.state, outcome.status), ("answered", status), clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.core.operation-outcome.open-until-answered",
    spec=[CLAUSE],
    requirements=["OP-c"],
    needs=[Reset, OutcomeReader],
)
async def test_outcome_is_open_until_answered(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """No outcome is shown for an operation before the station has answered it."""
    await station.ready()

    request = await csms.perform(Reset(station=station.id, type="Soft"))
    reset = await station.next_call("Reset")
    outcome = await csms.outcome(request, patience=0)
    check.equal((outcome.state, outcome.status), ("pending", None), clause=CLAUSE, level=SHOULD)

    await reset.answer(status="Rejected")
    outcome = await csms.outcome(request)
    check.equal((outcome.state, outcome.status), ("answered", "Rejected"), clause=CLAUSE, level=SHOULD)


@scenario("v16.core.operation-outcome.reset", spec=[CLAUSE], requirements=["OP-c"], needs=[Reset, OutcomeReader])
async def test_outcome_of_reset(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The operator is told whether the station accepted a reset."""
    await station.ready()
    await _told(station, csms, check, Reset(station=station.id, type="Soft"), ("Rejected", "Accepted"))


@scenario(
    "v16.core.operation-outcome.change-availability",
    spec=[CLAUSE, "OCPP 1.6 7.3"],
    requirements=["OP-c", "CORE-5.2-b"],
    needs=[ChangeAvailability, OutcomeReader],
)
async def test_outcome_of_change_availability(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The operator is told whether a change of availability is done, waits or was refused."""
    await station.ready()
    order = ChangeAvailability(station=station.id, connector_id=1, type="Inoperative")
    await _told(station, csms, check, order, ("Rejected", "Scheduled", "Accepted"))


@scenario(
    "v16.core.operation-outcome.change-configuration",
    spec=[CLAUSE, "OCPP 1.6 7.22"],
    requirements=["OP-c", "CORE-5.3-b"],
    needs=[ChangeConfiguration, OutcomeReader],
)
async def test_outcome_of_change_configuration(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The operator is told which of the four answers a change of configuration was given."""
    await station.ready()
    order = ChangeConfiguration(station=station.id, key="MeterValueSampleInterval", value="60")
    await _told(station, csms, check, order, ("Rejected", "NotSupported", "RebootRequired", "Accepted"))


@scenario(
    "v16.core.operation-outcome.clear-cache",
    spec=[CLAUSE, "OCPP 1.6 5.4"],
    requirements=["OP-c", "CORE-5.4-a"],
    needs=[ClearCache, OutcomeReader],
)
async def test_outcome_of_clear_cache(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The operator is told whether the station cleared its authorization cache."""
    await station.ready()
    await _told(station, csms, check, ClearCache(station=station.id), ("Rejected", "Accepted"))


@scenario(
    "v16.core.operation-outcome.data-transfer",
    spec=[CLAUSE, "OCPP 1.6 7.24"],
    requirements=["OP-c", "CORE-5.6-a"],
    needs=[DataTransfer, OutcomeReader],
)
async def test_outcome_of_data_transfer(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The operator is told what the station answered to vendor data."""
    await station.ready()
    order = DataTransfer(station=station.id, vendor_id="org.plugfest", message_id="ask")
    await _told(station, csms, check, order, ("Rejected", "UnknownMessageId", "UnknownVendorId", "Accepted"))


@scenario(
    "v16.core.operation-outcome.remote-start",
    spec=[CLAUSE, "OCPP 1.6 5.11"],
    requirements=["OP-c", "CORE-5.11-c"],
    needs=[RemoteStartTransaction, OutcomeReader],
)
async def test_outcome_of_remote_start(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """The operator is told whether the station accepted a remote start."""
    tag = await tags.accepted()
    await station.ready()
    order = RemoteStartTransaction(station=station.id, id_tag=tag, connector_id=1)
    await _told(station, csms, check, order, ("Rejected", "Accepted"))


@scenario(
    "v16.core.operation-outcome.remote-stop",
    spec=[CLAUSE, "OCPP 1.6 5.12"],
    requirements=["OP-c", "CORE-5.12-b"],
    needs=[RemoteStopTransaction, OutcomeReader],
)
async def test_outcome_of_remote_stop(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """The operator is told whether the station accepted a remote stop."""
    transaction = await station.charging(await tags.accepted())
    order = RemoteStopTransaction(station=station.id, transaction_id=transaction.id)
    await _told(station, csms, check, order, ("Rejected", "Accepted"))


@scenario(
    "v16.core.operation-outcome.unlock-connector",
    spec=[CLAUSE, "OCPP 1.6 7.48"],
    requirements=["OP-c", "CORE-5.18-a"],
    needs=[UnlockConnector, OutcomeReader],
)
async def test_outcome_of_unlock_connector(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The operator is told whether a connector was unlocked, stuck or cannot be unlocked."""
    await station.ready()
    order = UnlockConnector(station=station.id, connector_id=1)
    await _told(station, csms, check, order, ("UnlockFailed", "NotSupported", "Unlocked"))


@scenario(
    "v16.core.operation-outcome.not-implemented",
    spec=["OCPP 1.6 3.3", "OCPP-J 1.6 4.2.3"],
    requirements=["OP-d"],
    needs=[ReserveNow, OutcomeReader],
)
async def test_lack_of_a_function_is_reported(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """The operator is told that an operation failed for which the station lacks the function."""
    order = _reservation(station, await tags.accepted())
    await station.ready()

    for code in ("NotImplemented", "NotSupported"):
        request = await csms.perform(order)
        await (await station.next_call("ReserveNow")).refuse(code)
        outcome = await csms.outcome(request)
        check.equal(outcome.state, "failed", clause="OCPP-J 1.6 4.2.3", level=SHOULD)
        await station.heartbeat()


@scenario(
    "v16.core.operation-outcome.not-repeated",
    spec=["OCPP 1.6 3.3", "OCPP-J 1.6 4.2.3"],
    requirements=["OP-d"],
    needs=[ReserveNow],
)
async def test_lack_of_a_function_is_accepted(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A CALL for which the station lacks the function is repeated a few times at most."""
    order = _reservation(station, await tags.accepted())
    await station.ready()

    await csms.perform(order)
    reservation = await station.next_call("ReserveNow")
    repeats = 0
    while repeats <= FEW:
        repeated = station.expect("ReserveNow")
        await reservation.refuse("NotImplemented")
        await station.heartbeat()
        if not repeated.is_set():
            break
        reservation, repeats = await station.next_call("ReserveNow"), repeats + 1
    observed = f"repeated {repeats} times"
    check.that(repeats <= FEW, f"up to {FEW} repeats", observed=observed, clause="OCPP-J 1.6 4.2.3", level=SHOULD)


def _reservation(station: ChargePoint, tag: str) -> ReserveNow:
    expiry = timestamp(datetime.now(UTC) + timedelta(hours=1))
    return ReserveNow(station=station.id, connector_id=1, expiry_date=expiry, id_tag=tag, reservation_id=1)
