"""Stations that are not accepted, or not yet: OCPP 1.6 section 4.2."""

from harness.csms import Operation, Registration, RegistrationControl
from harness.csms.console import Csms
from harness.csms.v16 import (
    ChangeConfiguration,
    GetConfiguration,
    RemoteStartTransaction,
    RemoteStopTransaction,
    TriggerMessage,
)
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks, Inconclusive
from scenarios.stage.orders import passed_on
from scenarios.stage.population import Tags
from simulators.connection import Upgraded
from simulators.v16 import ChargePoint

CLAUSE = "OCPP 1.6 4.2"


async def _told(station: ChargePoint) -> str:
    """Return what a station is told that connects and boots: a registration status, or that it was not let in."""
    if not station.connected and not isinstance(await station.knock(), Upgraded):
        return "refused handshake"
    return str((await station.boot()).payload.get("status"))


async def _not_accepted(station: ChargePoint, csms: Csms, registration: Registration) -> None:
    """Bring a station into a registration other than Accepted, as a precondition."""
    await csms.set_registration(station.id, registration)
    if (told := await _told(station)) != registration:
        raise Inconclusive(f"{station.id} was to be told {registration}, not {told}")


async def _unheard(station: ChargePoint, csms: Csms, order: Operation) -> list[str]:
    """Give an order, and return the CALLs that a station that is not accepted gets for it.

    It boots again: a central system that records orders and boots has by then sent what an order leads to. Raises
    Inconclusive unless such an order arrives once the station is accepted.
    """
    began = len(station.trace)
    await csms.attempt(order)
    station.release(order.action())
    if station.connected:
        await station.attempt("BootNotification", station.identity)
        await station.probe()
    asked = [entry.text for entry in station.received(began) if entry.label() == f"CALL {order.action()}"]
    if not asked:
        await csms.set_registration(station.id, Registration.ACCEPTED)
        await _told(station)
        await passed_on(station, csms, control=order)
    return asked


@scenario(
    "v16.core.registration.disabled",
    spec=[CLAUSE, "OCPP 1.6 7.38"],
    requirements=["CORE-4.2-g"],
    needs=[RegistrationControl],
    mutants=["boot-always-accepted"],
)
async def test_disabled_station_is_kept_out(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that the operator has disabled is told Rejected, or not let in at all."""
    await csms.set_registration(station.id, Registration.REJECTED)

    told = await _told(station)

    check.graded(told, good=["Rejected", "refused handshake"], tolerable=["Pending"], clause=CLAUSE)
    await csms.set_registration(station.id, Registration.ACCEPTED)
    if (told := await _told(station)) != "Accepted":
        raise Inconclusive(f"{station.id} is kept out although it is enabled: {told}")


@scenario(
    "v16.core.registration.rejected-then-accepted",
    spec=[CLAUSE],
    requirements=["CORE-4.2-h"],
    needs=[RegistrationControl],
    mutants=["boot-decision-kept"],
)
async def test_rejection_is_not_for_ever(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A rejected station that the operator enables is accepted at its next boot, and served."""
    await csms.set_registration(station.id, Registration.REJECTED)
    if (told := await _told(station)) not in ("Rejected", "refused handshake"):
        raise Inconclusive(f"{station.id} was to be kept out, but told {told}")

    await csms.set_registration(station.id, Registration.ACCEPTED)
    check.equal(await _told(station), "Accepted", clause=CLAUSE)
    check.equal((await station.status(1, "Preparing")).payload, {}, clause="OCPP 1.6 4.9")


@scenario(
    "v16.core.registration.pending-then-accepted",
    spec=[CLAUSE],
    requirements=["CORE-4.2-n"],
    needs=[RegistrationControl],
    mutants=["boot-decision-kept"],
)
async def test_pending_ends(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A pending station that the operator approves is accepted at its next boot, and served."""
    await _not_accepted(station, csms, Registration.PENDING)

    await csms.set_registration(station.id, Registration.ACCEPTED)
    check.equal(await _told(station), "Accepted", clause=CLAUSE)
    check.equal((await station.status(1, "Preparing")).payload, {}, clause="OCPP 1.6 4.9")


@scenario(
    "v16.core.registration.retry-interval",
    spec=[CLAUSE, "OCPP 1.6 6.4"],
    requirements=["CORE-4.2-b"],
    needs=[RegistrationControl],
    mutants=["boot-interval-negative", "boot-interval-fractional"],
)
async def test_pending_station_learns_when_to_retry(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The interval told to a pending station, the time until its next boot, is a whole number of 0 or more."""
    await csms.set_registration(station.id, Registration.PENDING)
    await station.connect()

    interval = (await station.boot()).payload.get("interval")

    fits = type(interval) is int and interval >= 0
    check.that(fits, "an integer of 0 or more", observed=interval, clause="OCPP 1.6 6.4")


@scenario(
    "v16.core.registration.quiet-towards-rejected",
    spec=[CLAUSE],
    requirements=["CORE-4.2-i"],
    needs=[RegistrationControl, GetConfiguration],
)
async def test_nothing_is_asked_of_a_rejected_station(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """No CALL goes to a rejected station, not even at the order of the operator."""
    await _not_accepted(station, csms, Registration.REJECTED)

    asked = await _unheard(station, csms, GetConfiguration(station=station.id))
    check.equal(asked, [], clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.core.registration.pending-stays-open",
    spec=[CLAUSE],
    requirements=["CORE-4.2-k"],
    needs=[RegistrationControl, GetConfiguration, ChangeConfiguration],
)
async def test_pending_station_keeps_its_channel(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The connection of a pending station stays open, so that it can be asked and configured."""
    await _not_accepted(station, csms, Registration.PENDING)

    await csms.attempt(GetConfiguration(station=station.id, key=("HeartbeatInterval",)))
    await station.calls_until_probe("GetConfiguration")
    await csms.attempt(ChangeConfiguration(station=station.id, key="HeartbeatInterval", value="600"))
    await station.calls_until_probe("ChangeConfiguration")

    check.that(station.connected, "the connection kept open", observed="closed", clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.core.registration.triggered-while-pending",
    spec=[CLAUSE, "OCPP-J 1.6 errata 3.8"],
    requirements=["CORE-4.2-k"],
    needs=[RegistrationControl, TriggerMessage],
    mutants=["triggered-message-refused"],
)
async def test_pending_station_is_asked_for_a_message(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A message that the central system has triggered itself is answered, though the station is pending."""
    await _not_accepted(station, csms, Registration.PENDING)
    order = TriggerMessage(station=station.id, requested_message="StatusNotification", connector_id=1)
    await csms.perform(order)
    await (await station.next_call("TriggerMessage")).answer(status="Accepted")

    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    outcome = await station.attempt("StatusNotification", status)

    check.equal(outcome.kind, "CALLRESULT", clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.core.registration.remote-start-while-pending",
    spec=[CLAUSE],
    requirements=["CORE-4.2-m"],
    needs=[RegistrationControl, RemoteStartTransaction],
    mutants=["remote-start-while-pending"],
)
async def test_no_remote_start_while_pending(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A pending station is not asked to start a transaction, whatever the operator orders."""
    await _not_accepted(station, csms, Registration.PENDING)

    order = RemoteStartTransaction(station=station.id, id_tag=await tags.accepted(), connector_id=1)
    check.equal(await _unheard(station, csms, order), [], clause=CLAUSE)


@scenario(
    "v16.core.registration.remote-stop-while-pending",
    spec=[CLAUSE],
    requirements=["CORE-4.2-m"],
    needs=[RegistrationControl, RemoteStopTransaction],
    mutants=["remote-start-while-pending"],
)
async def test_no_remote_stop_while_pending(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A pending station is not asked to stop the transaction it is in, whatever the operator orders."""
    transaction = await station.charging(await tags.accepted())
    await _not_accepted(station, csms, Registration.PENDING)

    order = RemoteStopTransaction(station=station.id, transaction_id=transaction.id)
    check.equal(await _unheard(station, csms, order), [], clause=CLAUSE)
