"""Reservations that nobody uses: OCPP 1.6 section 5.13."""

from datetime import UTC, datetime, timedelta

from harness.csms import ReservationReader
from harness.csms.console import Csms
from harness.csms.v16 import ReserveNow
from harness.judgement import seconds_off
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.inbox import IncomingCall
from simulators.v16 import ChargePoint, timestamp

REQUEST = "OCPP 1.6 6.37"
STATUS = "OCPP 1.6 4.9"
MOMENT = 3.0
"""Seconds that a reservation lasts here: long enough to reach the station before it is over."""
MINUTE = 60.0
"""Seconds by which an expiry may differ from what was asked for: some consoles take whole minutes only."""


async def _expired(station: ChargePoint, csms: Csms, check: Checks, tag: str) -> IncomingCall:
    """Have connector 1 reserved for a moment, check the request, and let that moment pass."""
    expiry = datetime.now(UTC) + timedelta(seconds=MOMENT)
    order = ReserveNow(station=station.id, connector_id=1, expiry_date=timestamp(expiry), id_tag=tag)
    await csms.perform(order)
    request = await station.next_call("ReserveNow")
    await request.answer(status="Accepted")
    check.equal([request.payload.get("connectorId"), request.payload.get("idTag")], [1, tag], clause=REQUEST)
    check.close(seconds_off(request.payload.get("expiryDate"), expiry), 0, within=MINUTE, clause=REQUEST)

    check.equal((await station.status(1, "Reserved")).payload, {}, clause=STATUS)
    left = (expiry - datetime.now(UTC)).total_seconds()
    await station.linger(left, every=MOMENT)
    check.equal((await station.status(1, "Available")).payload, {}, clause=STATUS)
    return request


@scenario(
    "v16.reservation.expiry.reported",
    spec=["OCPP 1.6 5.13", REQUEST],
    octt=["TC_047_CSMS"],
    requirements=["RES-5.13-b"],
    needs=[ReserveNow],
    mutants=[
        "reservation-connector-shifted",
        "reservation-tag-mangled",
        "reservation-expiry-shifted",
        "reserved-status-refused",
    ],
)
async def test_expiry_is_reported(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A connector is reserved for a moment, and its statuses before and after the expiry are confirmed."""
    tag = await tags.accepted()
    await station.ready()
    await _expired(station, csms, check, tag)


@scenario(
    "v16.reservation.expiry.recorded",
    spec=["OCPP 1.6 5.13"],
    requirements=["RES-5.13-e"],
    needs=[ReserveNow, ReservationReader],
    mutants=["reservation-expiry-shifted", "reserved-status-refused"],
)
async def test_expiry_is_recorded(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation is not recorded as active any more once it has expired."""
    tag = await tags.accepted()
    await station.ready()

    request = await _expired(station, csms, check, tag)
    number = request.payload.get("reservationId")
    recorded = [one.status for one in await csms.ask(ReservationReader).reservations(station.id) if one.id == number]
    check.that("active" not in recorded, "not active", observed=recorded, clause="OCPP 1.6 5.13", level=SHOULD)
