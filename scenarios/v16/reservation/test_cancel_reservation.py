"""CancelReservation: OCPP 1.6 section 5.1."""

from datetime import UTC, datetime, timedelta

from harness.csms.console import Csms
from harness.csms.v16 import CancelReservation, ReserveNow
from harness.scenario import scenario
from harness.verdict import Checks, Inconclusive
from scenarios.stage.population import Tags
from simulators.aftermath import sign_of_life
from simulators.v16 import ChargePoint, timestamp

REQUEST = "OCPP 1.6 6.5"
STATUS = "OCPP 1.6 4.9"


async def _reserved(station: ChargePoint, csms: Csms, tag: str) -> int:
    """Have connector 1 reserved, accept that, and return the number of the reservation."""
    expiry = timestamp(datetime.now(UTC) + timedelta(hours=1))
    await csms.perform(ReserveNow(station=station.id, connector_id=1, expiry_date=expiry, id_tag=tag))
    request = await station.next_call("ReserveNow")
    await request.answer(status="Accepted")
    number = request.payload.get("reservationId")
    if not isinstance(number, int):
        raise Inconclusive(f"the reservation has no number: {request.payload}")
    return number


async def _cancelled(station: ChargePoint, csms: Csms, check: Checks, number: int, status: str) -> None:
    """Have a reservation cancelled, check that it is the right one, and answer."""
    await csms.perform(CancelReservation(station=station.id, reservation_id=number))
    request = await station.next_call("CancelReservation")
    check.equal(request.payload, {"reservationId": number}, clause=REQUEST)
    await request.answer(status=status)


@scenario(
    "v16.reservation.cancel-reservation.accepted",
    spec=["OCPP 1.6 5.1", REQUEST],
    octt=["TC_051_CSMS"],
    requirements=["RES-5.1-a"],
    needs=[ReserveNow, CancelReservation],
    mutants=["cancelled-reservation-mistaken", "reserved-status-refused"],
)
async def test_reservation_is_cancelled(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation is cancelled under the number under which it was made."""
    tag = await tags.accepted()
    await station.ready()
    number = await _reserved(station, csms, tag)
    check.equal((await station.status(1, "Reserved")).payload, {}, clause=STATUS)

    await _cancelled(station, csms, check, number, "Accepted")
    check.equal((await station.status(1, "Available")).payload, {}, clause=STATUS)


@scenario(
    "v16.reservation.cancel-reservation.rejected",
    spec=["OCPP 1.6 5.1", REQUEST, "OCPP 1.6 7.5"],
    octt=["TC_052_CSMS"],
    requirements=["RES-5.1-a"],
    needs=[ReserveNow, CancelReservation],
    mutants=[
        "cancelled-reservation-mistaken",
        "reserved-status-refused",
        "unsuccessful-answer-closes",
        "unsuccessful-answer-blocks",
    ],
)
async def test_refused_cancellation_is_tolerated(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A cancellation that the station refuses is taken note of, and may be tried again."""
    tag = await tags.accepted()
    await station.ready()
    number = await _reserved(station, csms, tag)
    check.equal((await station.status(1, "Reserved")).payload, {}, clause=STATUS)

    for status in ("Rejected", "Accepted"):
        await _cancelled(station, csms, check, number, status)
        (await sign_of_life(station)).judge(check, clause="OCPP 1.6 7.5")
