"""ReserveNow: OCPP 1.6 section 5.13."""

from datetime import UTC, datetime, timedelta

from harness.csms import OutcomeReader
from harness.csms.console import Csms
from harness.csms.v16 import GetConfiguration, ReserveNow
from harness.judgement import seconds_off
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import passed_on, reported
from scenarios.stage.population import Stations, Tags
from simulators.v16 import ChargePoint, timestamp

REQUEST = "OCPP 1.6 6.37"
MINUTE = 60.0
"""Seconds by which an expiry may differ from what was asked for: some consoles take whole minutes only."""


def _order(station: ChargePoint, tag: str, connector: int = 1, *, hours: float = 1.0) -> ReserveNow:
    expiry = timestamp(datetime.now(UTC) + timedelta(hours=hours))
    return ReserveNow(station=station.id, connector_id=connector, expiry_date=expiry, id_tag=tag)


@scenario(
    "v16.reservation.reserve-now.request",
    spec=["OCPP 1.6 5.13", REQUEST],
    requirements=["RES-5.13-a", "RES-5.13-b"],
    needs=[ReserveNow],
    mutants=[
        "reservation-connector-shifted",
        "reservation-tag-mangled",
        "reservation-expiry-shifted",
        "reservation-id-lost",
        "reservation-parent-invented",
    ],
    smoke=True,
)
async def test_request_is_complete(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation names connector, expiry, tag and a number, and a parent tag only if there is one."""
    tag = await tags.accepted()
    await station.ready()
    parent = (await station.authorize(tag)).member("idTagInfo", "parentIdTag")

    expiry = datetime.now(UTC) + timedelta(hours=2)
    order = ReserveNow(station=station.id, connector_id=2, expiry_date=timestamp(expiry), id_tag=tag)
    await csms.perform(order)
    request = await station.next_call("ReserveNow")
    sent = request.payload
    await request.answer(status="Accepted")
    check.equal([sent.get("connectorId"), sent.get("idTag")], [2, tag], clause=REQUEST)
    number = sent.get("reservationId")
    check.that(type(number) is int, "an integer reservationId", observed=number, clause=REQUEST)
    check.close(seconds_off(sent.get("expiryDate"), expiry), 0, within=MINUTE, clause=REQUEST)
    named = sent.get("parentIdTag")
    check.that(named in (None, parent), f"no parent tag but {parent}", observed=named, clause=REQUEST)


@scenario(
    "v16.reservation.reserve-now.numbers",
    spec=["OCPP 1.6 5.13", REQUEST],
    requirements=["RES-5.13-c"],
    needs=[ReserveNow],
    mutants=["reservation-id-constant", "reservation-id-per-connector", "reservation-id-per-station"],
)
async def test_numbers_are_unique(
    station: ChargePoint, stations: Stations, csms: Csms, tags: Tags, check: Checks
) -> None:
    """Reservations of several connectors and stations all have numbers of their own."""
    tag = await tags.accepted()
    numbers = []
    for one in (station, await stations.new()):
        await one.ready()
        for connector in one.connectors:
            await csms.perform(_order(one, tag, connector))
            request = await one.next_call("ReserveNow")
            numbers.append(request.payload.get("reservationId"))
            await request.answer(status="Accepted")
    check.that(len(set(numbers)) == len(numbers), "four different numbers", observed=numbers, clause=REQUEST)


@scenario(
    "v16.reservation.reserve-now.past-expiry",
    spec=["OCPP 1.6 5.13", REQUEST],
    requirements=["RES-5.13-b"],
    needs=[ReserveNow],
)
async def test_past_expiry_is_not_sent(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation that would be over before it began is not sent."""
    tag = await tags.accepted()
    await station.ready()

    for request in await passed_on(station, csms, _order(station, tag, hours=-1), control=_order(station, tag)):
        expiry = request.payload.get("expiryDate")
        ahead = seconds_off(expiry, datetime.now(UTC)) > 0
        check.that(ahead, "an expiry in the future", observed=expiry, clause=REQUEST, level=SHOULD)


@scenario(
    "v16.reservation.reserve-now.any-connector",
    spec=["OCPP 1.6 5.13", "OCPP 1.6 9.3.1"],
    octt=["TC_049_CSMS"],
    requirements=["RES-5.13-a", "RES-5.13-d"],
    needs=[ReserveNow, GetConfiguration, OutcomeReader],
    mutants=["reservation-connector-zero-lost", "reservation-connector-shifted", "reserved-status-refused"],
)
async def test_any_connector_is_reserved(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A reservation of any connector names connector 0 to a station that supports that."""
    tag = await tags.accepted()
    await reported(station, csms, ReserveConnectorZeroSupported="true")

    await csms.perform(_order(station, tag, 0))
    request = await station.next_call("ReserveNow")
    check.equal(request.payload.get("connectorId"), 0, clause=REQUEST)
    await request.answer(status="Accepted")
    check.equal((await station.status(1, "Reserved")).payload, {}, clause="OCPP 1.6 4.9")


@scenario(
    "v16.reservation.reserve-now.unsupported-any",
    spec=["OCPP 1.6 5.13", "OCPP 1.6 9.3.1"],
    requirements=["RES-5.13-d"],
    needs=[ReserveNow, GetConfiguration, OutcomeReader],
)
async def test_only_connectors_are_reserved(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A station that does not support reservations of connector 0 is not sent one."""
    tag = await tags.accepted()
    await reported(station, csms, ReserveConnectorZeroSupported="false")

    for request in await passed_on(station, csms, _order(station, tag, 0), control=_order(station, tag)):
        connector = request.payload.get("connectorId")
        check.that(connector != 0, "a single connector", observed=connector, clause="OCPP 1.6 9.3.1", level=SHOULD)
