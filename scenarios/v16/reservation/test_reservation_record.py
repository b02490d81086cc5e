"""What the central system records of a reservation: OCPP 1.6 sections 4.8, 5.1, 5.13 and 7.40."""

from datetime import UTC, datetime, timedelta

from harness.csms import OutcomeReader, ReservationReader
from harness.csms.console import Csms
from harness.csms.v16 import CancelReservation, ReserveNow
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint, timestamp

END = "OCPP 1.6 5.13"
NEEDS = (ReserveNow, ReservationReader, OutcomeReader)


async def _reserved(station: ChargePoint, csms: Csms, tag: str, status: str = "Accepted") -> int:
    """Have connector 1 reserved, answer, and return the number once the central system knows the answer."""
    expiry = timestamp(datetime.now(UTC) + timedelta(hours=1))
    order = ReserveNow(station=station.id, connector_id=1, expiry_date=expiry, id_tag=tag)
    reservation = await csms.perform(order)
    request = await station.next_call("ReserveNow")
    await request.answer(status=status)
    await csms.outcome(reservation)
    return int(request.payload.get("reservationId", -1))


async def _status(station: ChargePoint, csms: Csms, number: int) -> str:
    """Return the status in which a reservation is recorded, "none" where it is not."""
    found = [one.status for one in await csms.ask(ReservationReader).reservations(station.id) if one.id == number]
    return found[-1] if found else "none"


@scenario(
    "v16.reservation.record.accepted",
    spec=[END, "OCPP 1.6 7.40"],
    requirements=["RES-7.40-a"],
    needs=NEEDS,
)
async def test_accepted_alone_reserves(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation is recorded as active if the station accepts it, and not for any other answer."""
    tag = await tags.accepted()
    await station.ready()

    for status in ("Faulted", "Occupied", "Rejected", "Unavailable"):
        number = await _reserved(station, csms, tag, status)
        recorded = await _status(station, csms, number)
        check.that(recorded != "active", "not active", observed=recorded, clause="OCPP 1.6 7.40", level=SHOULD)
    number = await _reserved(station, csms, tag)
    check.equal(await _status(station, csms, number), "active", clause="OCPP 1.6 7.40", level=SHOULD)


@scenario("v16.reservation.record.used", spec=[END, "OCPP 1.6 4.8"], requirements=["RES-4.8-a"], needs=NEEDS)
async def test_start_uses_the_reservation(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation is recorded as used once a transaction has begun under it."""
    tag = await tags.accepted()
    await station.ready()

    number = await _reserved(station, csms, tag)
    await station.start_transaction(tag, reservationId=number)
    check.equal(await _status(station, csms, number), "used", clause="OCPP 1.6 4.8", level=SHOULD)


@scenario(
    "v16.reservation.record.cancelled",
    spec=["OCPP 1.6 5.1", "OCPP 1.6 7.5"],
    requirements=["RES-5.1-a"],
    needs=(*NEEDS, CancelReservation),
)
async def test_accepted_alone_cancels(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation stays active while the station refuses its cancellation, and ends when it accepts it."""
    tag = await tags.accepted()
    await station.ready()
    number = await _reserved(station, csms, tag)

    for answer, status in (("Rejected", "active"), ("Accepted", "cancelled")):
        request = await csms.perform(CancelReservation(station=station.id, reservation_id=number))
        await (await station.next_call("CancelReservation")).answer(status=answer)
        await csms.outcome(request)
        check.equal(await _status(station, csms, number), status, clause="OCPP 1.6 7.5", level=SHOULD)


@scenario(
    "v16.reservation.record.out-of-order",
    spec=[END],
    requirements=["RES-5.13-e"],
    needs=NEEDS,
    mutants=["reservation-outlives-failure"],
)
async def test_failure_ends_the_reservation(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation is not active any more once its connector is faulty or unavailable."""
    tag = await tags.accepted()
    await station.ready()

    for status, error in (("Faulted", "GroundFailure"), ("Unavailable", "NoError")):
        number = await _reserved(station, csms, tag)
        await station.status(1, status, error)
        recorded = await _status(station, csms, number)
        check.that(recorded != "active", "not active", observed=recorded, clause=END, level=SHOULD)
        await station.status(1, "Available")


@scenario(
    "v16.reservation.record.refused-start",
    spec=[END, "OCPP 1.6 4.8"],
    requirements=["RES-4.8-a"],
    needs=NEEDS,
    mutants=["refused-start-uses-reservation"],
)
async def test_refused_start_uses_no_reservation(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation stays active when a start under it is refused because of its idTag."""
    await station.ready()

    number = await _reserved(station, csms, await tags.accepted())
    await station.start_transaction(tags.invalid(), reservationId=number)
    check.equal(await _status(station, csms, number), "active", clause="OCPP 1.6 4.8", level=SHOULD)
