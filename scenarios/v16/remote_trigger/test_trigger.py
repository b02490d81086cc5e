"""TriggerMessage: OCPP 1.6 section 5.17."""

from harness.csms.console import Csms
from harness.csms.v16 import TriggerMessage
from harness.ocppj import Payload
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.orders import delivered, passed_on
from simulators.v16 import ChargePoint, meter_value, sampled

REQUEST = "OCPP 1.6 6.51"
CLAUSE = "OCPP 1.6 5.17"


async def _triggered(station: ChargePoint, csms: Csms, message: str, connector: int | None = None) -> Payload:
    """Have a message triggered, which the station accepts, and return what it was asked."""
    order = TriggerMessage(station=station.id, requested_message=message, connector_id=connector)
    return (await delivered(station, csms, order)).payload


async def _named(station: ChargePoint, csms: Csms, check: Checks, message: str, connector: int | None = None) -> None:
    """Have a message triggered, and check that it is asked for by its name, and with its connector if any."""
    asked = await _triggered(station, csms, message, connector)
    named: Payload = {} if connector is None else {"connectorId": connector}
    check.equal(asked, {"requestedMessage": message, **named}, clause=REQUEST)


@scenario(
    "v16.remote-trigger.trigger.each-message",
    spec=[CLAUSE, REQUEST, "OCPP 1.6 7.32"],
    octt=["TC_054_CSMS"],
    requirements=["RT-6.51-a", "RT-5.17-a", "OP-a"],
    needs=[TriggerMessage],
    mutants=[
        "trigger-connector-lost",
        "trigger-connector-invented",
        "trigger-message-mistaken",
        "absent-members-null",
    ],
    smoke=True,
)
async def test_each_message_is_triggered(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Each message of Core is triggered by its name, with a connector where it has one, and is taken when it comes."""
    await station.ready()

    await _named(station, csms, check, "MeterValues", 1)
    reading = meter_value(sampled(1234, context="Trigger"))
    check.equal((await station.meter_values(reading)).payload, {}, clause=CLAUSE)
    await _named(station, csms, check, "Heartbeat")
    check.equal(list((await station.heartbeat()).payload), ["currentTime"], clause=CLAUSE)
    await _named(station, csms, check, "StatusNotification", 1)
    check.equal((await station.status(1, "Available")).payload, {}, clause=CLAUSE)


@scenario(
    "v16.remote-trigger.trigger.rejected",
    spec=[CLAUSE, "OCPP 1.6 7.44"],
    octt=["TC_055_CSMS"],
    requirements=["RT-6.51-a", "RT-7.44-a"],
    needs=[TriggerMessage],
    mutants=["trigger-message-mistaken", "unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_rejected_trigger_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that rejects a trigger is served on, and may be asked again."""
    await station.ready()

    for _ in range(2):
        await csms.perform(TriggerMessage(station=station.id, requested_message="MeterValues"))
        trigger = await station.next_call("TriggerMessage")
        check.equal(trigger.payload.get("requestedMessage"), "MeterValues", clause=REQUEST)
        await trigger.answer(status="Rejected")
        await station.heartbeat()


@scenario(
    "v16.remote-trigger.trigger.every-connector",
    spec=[CLAUSE, REQUEST],
    requirements=["RT-6.51-a", "RT-5.17-a", "OP-a"],
    needs=[TriggerMessage],
    mutants=["trigger-message-mistaken", "absent-members-null"],
)
async def test_every_connector_answers(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A trigger that names no connector leads to a message of each of them, and all are taken."""
    await station.ready()

    asked = await _triggered(station, csms, "StatusNotification")
    check.equal(asked.get("requestedMessage"), "StatusNotification", clause=REQUEST)
    connector = asked.get("connectorId", "left out")
    check.graded(connector, good=("left out",), tolerable=(0,), clause=REQUEST)
    for one in (0, *station.connectors):
        check.equal((await station.status(one, "Available")).payload, {}, clause=CLAUSE)
    asked = await _triggered(station, csms, "MeterValues")
    check.equal(asked.get("requestedMessage"), "MeterValues", clause=REQUEST)
    for one in (0, *station.connectors):
        check.equal((await station.meter_values(connector=one)).payload, {}, clause=CLAUSE)


@scenario(
    "v16.remote-trigger.trigger.connector-zero",
    spec=[CLAUSE, REQUEST],
    requirements=["RT-6.51-a"],
    needs=[TriggerMessage],
    mutants=["trigger-zero-shifted"],
)
async def test_whole_station_is_asked(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A status or meter values of the charge point as a whole are not triggered as those of a connector."""
    await station.ready()

    for message in ("StatusNotification", "MeterValues"):
        order = TriggerMessage(station=station.id, requested_message=message, connector_id=0)
        control = TriggerMessage(station=station.id, requested_message=message)
        for trigger in await passed_on(station, csms, order, control=control, requestedMessage=message):
            check.graded(trigger.payload.get("connectorId"), good=(0, None), clause=REQUEST)
