"""Transactions on reserved connectors: OCPP 1.6 sections 4.8 and 5.13."""

from datetime import UTC, datetime, timedelta

from harness.csms.console import Csms
from harness.csms.v16 import ReserveNow
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks, Inconclusive
from scenarios.stage.population import Tags
from simulators.inbox import IncomingCall
from simulators.observation import Answer
from simulators.v16 import ChargePoint, now, tag_info, tag_status, timestamp

REQUEST = "OCPP 1.6 6.37"
START = "OCPP 1.6 4.8"


async def _reserved(
    station: ChargePoint, csms: Csms, check: Checks, tag: str, parent: str | None = None
) -> IncomingCall:
    """Have connector 1 reserved, accept that, and report the connector as reserved."""
    expiry = timestamp(datetime.now(UTC) + timedelta(hours=1))
    order = ReserveNow(station=station.id, connector_id=1, expiry_date=expiry, id_tag=tag, parent_id_tag=parent)
    await csms.perform(order)
    request = await station.next_call("ReserveNow")
    await request.answer(status="Accepted")
    check.equal([request.payload.get("connectorId"), request.payload.get("idTag")], [1, tag], clause=REQUEST)
    check.equal((await station.status(1, "Reserved")).payload, {}, clause="OCPP 1.6 4.9")
    return request


@scenario(
    "v16.reservation.reserved-start.same-tag",
    spec=["OCPP 1.6 5.13", START],
    octt=["TC_046_CSMS"],
    requirements=["RES-5.13-a"],
    needs=[ReserveNow],
    mutants=[
        "reservation-connector-shifted",
        "reservation-tag-mangled",
        "reserved-start-refused",
        "reserved-connector-preparing-refused",
    ],
)
async def test_reserved_tag_starts(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A connector is reserved for a tag, and a transaction of that tag under the reservation is accepted."""
    tag = await tags.accepted()
    await station.ready()

    reserved = await _reserved(station, csms, check, tag)
    check.equal(tag_status(await station.authorize(tag)), "Accepted", clause="OCPP 1.6 4.1")
    check.equal((await station.status(1, "Preparing")).payload, {}, clause="OCPP 1.6 4.9")
    start = await station.start_transaction(tag, reservationId=reserved.payload.get("reservationId"))
    check.equal(tag_status(start), "Accepted", clause=START)
    check.equal((await station.status(1, "Charging")).payload, {}, clause="OCPP 1.6 4.9")


@scenario(
    "v16.reservation.reserved-start.same-family",
    spec=["OCPP 1.6 5.13", START],
    octt=["TC_053_CSMS"],
    requirements=["RES-5.13-a"],
    needs=[ReserveNow],
    mutants=["reservation-parent-lost", "reserved-start-of-others-refused", "reserved-start-refused"],
)
async def test_reserved_family_starts(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A connector is reserved for a family of tags, and a transaction of another tag of it is accepted."""
    first, second = await tags.family()
    await station.ready()
    parent = tag_info(await station.authorize(first)).get("parentIdTag")
    if not isinstance(parent, str):
        raise Inconclusive(f"the central system shows no parent tag of {first}")

    reserved = await _reserved(station, csms, check, first, parent)
    check.equal(reserved.payload.get("parentIdTag"), parent, clause=REQUEST, at=reserved.entry.index)
    authorized = await station.authorize(second)
    check.equal(tag_status(authorized), "Accepted", clause="OCPP 1.6 4.1")
    check.equal(tag_info(authorized).get("parentIdTag"), parent, clause="OCPP 1.6 7.27", level=SHOULD)
    start = await station.start_transaction(second, reservationId=reserved.payload.get("reservationId"))
    check.equal(tag_status(start), "Accepted", clause=START)


@scenario(
    "v16.reservation.reserved-start.unknown-number",
    spec=["OCPP 1.6 5.13", START],
    requirements=["RES-4.8-a"],
)
async def test_unknown_reservation_is_no_obstacle(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A transaction under a reservation that the central system does not know is accepted all the same."""
    tag = await tags.accepted()
    await station.ready()

    start = {"connectorId": 1, "idTag": tag, "meterStart": 0, "timestamp": now(), "reservationId": 999_999}
    outcome = await station.attempt("StartTransaction", start)
    observed = tag_status(outcome) if isinstance(outcome, Answer) else str(outcome)
    check.equal(observed, "Accepted", clause=START, level=SHOULD)
