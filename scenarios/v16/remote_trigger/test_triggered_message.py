"""What becomes of a message that was triggered: OCPP 1.6 section 5.17."""

from harness.csms import ConnectorReader, StationReader, TransactionReader
from harness.csms.console import Csms
from harness.csms.v16 import TriggerMessage
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import delivered
from scenarios.stage.population import Tags
from simulators.v16 import ChargePoint, meter_value, sampled

CLAUSE = "OCPP 1.6 5.17"


async def _triggered(station: ChargePoint, csms: Csms, message: str, connector: int | None = None) -> None:
    """Have a message triggered, which the station accepts."""
    await delivered(
        station, csms, TriggerMessage(station=station.id, requested_message=message, connector_id=connector)
    )


@scenario(
    "v16.remote-trigger.triggered-message.status",
    spec=[CLAUSE, "OCPP 1.6 4.9"],
    requirements=["RT-5.17-a"],
    needs=[TriggerMessage, ConnectorReader],
)
async def test_triggered_status_is_recorded(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The statuses that a trigger without a connector brings about are recorded, each for its connector."""
    await station.ready()

    await _triggered(station, csms, "StatusNotification")
    statuses = dict(zip(station.connectors, ("Preparing", "SuspendedEV"), strict=True))
    for connector, status in statuses.items():
        await station.status(connector, status)
    for connector, status in statuses.items():
        recorded = (await csms.ask(ConnectorReader).connector(station.id, connector)).status
        check.equal(recorded, status, clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.remote-trigger.triggered-message.meter-values",
    spec=[CLAUSE, "OCPP 1.6 4.7"],
    requirements=["RT-5.17-a"],
    needs=[TriggerMessage, TransactionReader],
)
async def test_triggered_reading_is_recorded(station: ChargePoint, csms: Csms, tags: Tags, check: Checks) -> None:
    """A meter reading that was triggered is recorded with its transaction."""
    transaction = await station.charging(await tags.accepted())

    await _triggered(station, csms, "MeterValues", 1)
    reading = meter_value(sampled(4711, context="Trigger", unit="Wh"))
    await station.meter_values(reading, transaction=transaction.id)
    recorded = (await csms.transaction(station.id, transaction.id)).meter_values or ()
    read = [(one.get("value"), one.get("context")) for one in recorded]
    check.that(("4711", "Trigger") in read, "the reading 4711", observed=read, clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.remote-trigger.triggered-message.heartbeat",
    spec=[CLAUSE, "OCPP 1.6 4.6"],
    requirements=["RT-5.17-a"],
    needs=[TriggerMessage, StationReader],
)
async def test_triggered_heartbeat_is_a_sign_of_life(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A heartbeat that was triggered is answered with the time, and the station counts as online."""
    await station.ready()

    await _triggered(station, csms, "Heartbeat")
    answer = await station.heartbeat()
    check.that("currentTime" in answer.payload, "currentTime", observed=answer, clause=CLAUSE, level=SHOULD)
    check.equal((await csms.ask(StationReader).station(station.id)).online, True, clause=CLAUSE, level=SHOULD)
