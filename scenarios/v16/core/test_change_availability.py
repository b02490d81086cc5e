"""ChangeAvailability: OCPP 1.6 section 5.2."""

from harness.csms import ConnectorReader
from harness.csms.console import Csms
from harness.csms.v16 import ChangeAvailability
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.7"


@scenario(
    "v16.core.change-availability.whole-station",
    spec=["OCPP 1.6 5.2", REQUEST],
    requirements=["CORE-5.2-a", "OP-a"],
    needs=[ChangeAvailability],
    mutants=["availability-type-swapped", "availability-connector-one"],
)
async def test_whole_station_is_addressed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The whole station is taken out of operation and back under connector 0."""
    await station.ready()

    for type in ("Inoperative", "Operative"):
        await csms.perform(ChangeAvailability(station=station.id, connector_id=0, type=type))
        change = await station.next_call("ChangeAvailability")
        check.equal(change.payload, {"connectorId": 0, "type": type}, clause=REQUEST)
        await change.answer(status="Accepted")
        for connector in (0, *station.connectors):
            await station.status(connector, "Available" if type == "Operative" else "Unavailable")


@scenario(
    "v16.core.change-availability.connector",
    spec=["OCPP 1.6 5.2", REQUEST],
    requirements=["CORE-5.2-a", "OP-a"],
    needs=[ChangeAvailability],
    mutants=["availability-type-swapped"],
)
async def test_one_connector_is_addressed(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A single connector is taken out of operation and back under its own number."""
    await station.ready()

    for type in ("Inoperative", "Operative"):
        await csms.perform(ChangeAvailability(station=station.id, connector_id=1, type=type))
        change = await station.next_call("ChangeAvailability")
        check.equal(change.payload, {"connectorId": 1, "type": type}, clause=REQUEST)
        await change.answer(status="Accepted")
        await station.status(1, "Available" if type == "Operative" else "Unavailable")


@scenario(
    "v16.core.change-availability.refused",
    spec=["OCPP 1.6 5.2", "OCPP 1.6 7.3"],
    requirements=["CORE-5.2-a"],
    needs=[ChangeAvailability],
    mutants=["unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_refused_change_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that refuses a change, and later schedules one, is served on."""
    await station.ready()

    for status in ("Rejected", "Scheduled", "Accepted"):
        await csms.perform(ChangeAvailability(station=station.id, connector_id=1, type="Inoperative"))
        change = await station.next_call("ChangeAvailability")
        check.equal(change.payload, {"connectorId": 1, "type": "Inoperative"}, clause=REQUEST)
        await change.answer(status=status)
        await station.heartbeat()


@scenario(
    "v16.core.change-availability.scheduled-is-pending",
    spec=["OCPP 1.6 5.2", "OCPP 1.6 7.3"],
    requirements=["CORE-5.2-b"],
    needs=[ChangeAvailability, ConnectorReader],
)
async def test_scheduled_change_is_pending(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A change that waits for the end of a transaction is not shown as done before the station reports it."""
    transaction = await station.charging(await tags.accepted())
    await csms.perform(ChangeAvailability(station=station.id, connector_id=1, type="Inoperative"))
    change = await station.next_call("ChangeAvailability")
    station.expect("ChangeAvailability")
    await change.answer(status="Scheduled")

    repeats = len(await station.calls_until_probe("ChangeAvailability"))
    check.equal(repeats, 0, clause="OCPP 1.6 7.3", level=SHOULD)
    view = await csms.ask(ConnectorReader).connector(station.id, 1)
    shown = (view.status, view.availability)
    waits = view.status != "Unavailable" and view.availability != "Inoperative"
    check.that(waits, "a change still open", observed=shown, clause="OCPP 1.6 7.3", level=SHOULD)

    await station.stop_transaction(transaction.id)
    await station.status(1, "Unavailable")
    view = await csms.ask(ConnectorReader).connector(station.id, 1)
    check.equal(view.status, "Unavailable", clause="OCPP 1.6 5.2", level=SHOULD)
    check.that(
        view.availability in ("Inoperative", None),
        "Inoperative",
        observed=view.availability,
        clause="OCPP 1.6 5.2",
        level=SHOULD,
    )
