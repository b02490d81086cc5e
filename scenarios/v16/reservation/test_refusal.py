"""Reservations that the station refuses: OCPP 1.6 sections 5.13 and 7.40."""

from datetime import UTC, datetime, timedelta

from harness.csms.console import Csms
from harness.csms.v16 import ChangeAvailability, ReserveNow
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.population import Tags
from simulators.aftermath import sign_of_life
from simulators.v16 import ChargePoint, timestamp

REQUEST = "OCPP 1.6 6.37"
ANSWER = "OCPP 1.6 7.40"
MUTANTS = (
    "reservation-connector-shifted",
    "reservation-tag-mangled",
    "unsuccessful-answer-closes",
    "unsuccessful-answer-blocks",
)


async def _refused(station: ChargePoint, csms: Csms, check: Checks, tag: str, status: str) -> None:
    """Have connector 1 reserved and refuse that, twice: the first refusal changes nothing for the second."""
    for _ in range(2):
        expiry = timestamp(datetime.now(UTC) + timedelta(hours=1))
        order = ReserveNow(station=station.id, connector_id=1, expiry_date=expiry, id_tag=tag)
        await csms.perform(order)
        request = await station.next_call("ReserveNow")
        sent = [request.payload.get("connectorId"), request.payload.get("idTag")]
        check.equal(sent, [1, tag], clause=REQUEST)
        await request.answer(status=status)
        (await sign_of_life(station)).judge(check, clause=ANSWER)


@scenario(
    "v16.reservation.refusal.faulted",
    spec=["OCPP 1.6 5.13", ANSWER],
    octt=["TC_048_1_CSMS"],
    requirements=["RES-5.13-a"],
    needs=[ReserveNow],
    mutants=MUTANTS,
)
async def test_faulted_connector(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation that is refused because the connector is faulty is taken note of."""
    tag = await tags.accepted()
    await station.ready()
    await _refused(station, csms, check, tag, "Faulted")


@scenario(
    "v16.reservation.refusal.occupied",
    spec=["OCPP 1.6 5.13", ANSWER],
    octt=["TC_048_2_CSMS"],
    requirements=["RES-5.13-a"],
    needs=[ReserveNow],
    mutants=MUTANTS,
)
async def test_occupied_connector(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation of a connector that is in use is asked for, and its refusal is taken note of."""
    tag = await tags.accepted()
    await station.ready()
    check.equal((await station.status(1, "Preparing")).payload, {}, clause="OCPP 1.6 4.9")
    await _refused(station, csms, check, tag, "Occupied")


@scenario(
    "v16.reservation.refusal.unavailable",
    spec=["OCPP 1.6 5.13", ANSWER],
    octt=["TC_048_3_CSMS"],
    requirements=["RES-5.13-a"],
    needs=[ReserveNow, ChangeAvailability],
    mutants=(*MUTANTS, "availability-type-swapped"),
)
async def test_unavailable_connector(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation of a connector out of operation is asked for, and its refusal is taken note of."""
    tag = await tags.accepted()
    await station.ready()
    await csms.perform(ChangeAvailability(station=station.id, connector_id=1, type="Inoperative"))
    change = await station.next_call("ChangeAvailability")
    check.equal(change.payload, {"connectorId": 1, "type": "Inoperative"}, clause="OCPP 1.6 6.7")
    await change.answer(status="Accepted")
    check.equal((await station.status(1, "Unavailable")).payload, {}, clause="OCPP 1.6 4.9")

    await _refused(station, csms, check, tag, "Unavailable")


@scenario(
    "v16.reservation.refusal.rejected",
    spec=["OCPP 1.6 5.13", ANSWER],
    octt=["TC_048_4_CSMS"],
    requirements=["RES-5.13-a"],
    needs=[ReserveNow],
    mutants=MUTANTS,
)
async def test_station_that_reserves_nothing(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation that the station rejects altogether is taken note of."""
    tag = await tags.accepted()
    await station.ready()
    await _refused(station, csms, check, tag, "Rejected")
