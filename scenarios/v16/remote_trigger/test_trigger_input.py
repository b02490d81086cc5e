"""Triggers that an operator may enter but a station must never see: OCPP 1.6 sections 6.51 and 7.32."""

from harness.csms import OutcomeReader
from harness.csms.console import Csms
from harness.csms.v16 import GetConfiguration, TriggerMessage
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import passed_on, reported
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.51"
MESSAGES = (
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
)


def _trigger(station: ChargePoint, message: str, connector: int | None = None) -> TriggerMessage:
    return TriggerMessage(station=station.id, requested_message=message, connector_id=connector)


@scenario(
    "v16.remote-trigger.trigger-input.message",
    spec=[REQUEST, "OCPP 1.6 7.32"],
    requirements=["RT-6.51-a"],
    needs=[TriggerMessage],
    mutants=["operator-input-unchecked"],
)
async def test_no_other_message_is_triggered(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A message that is none of the six that can be triggered is not asked for."""
    await station.ready()

    orders = [_trigger(station, message) for message in ("Authorize", "StartTransaction", "heartbeat", "")]
    for trigger in await passed_on(station, csms, *orders, control=_trigger(station, "Heartbeat")):
        check.graded(trigger.payload.get("requestedMessage"), good=MESSAGES, clause="OCPP 1.6 7.32")


@scenario(
    "v16.remote-trigger.trigger-input.negative-connector",
    spec=[REQUEST],
    requirements=["RT-6.51-a"],
    needs=[TriggerMessage],
    mutants=["operator-input-unchecked"],
)
async def test_no_connector_below_zero(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """No message of a connector below 0 is asked for."""
    await station.ready()

    orders = [_trigger(station, message, -1) for message in ("StatusNotification", "MeterValues")]
    for trigger in await passed_on(station, csms, *orders, control=_trigger(station, "StatusNotification", 1)):
        asked = trigger.payload.get("connectorId", 0)
        check.that(asked >= 0, "a connector that there is, if any", observed=asked, clause=REQUEST)


@scenario(
    "v16.remote-trigger.trigger-input.unknown-connector",
    spec=[REQUEST],
    requirements=["RT-6.51-a"],
    needs=[TriggerMessage, GetConfiguration, OutcomeReader],
    mutants=["trigger-connector-unchecked"],
)
async def test_no_connector_that_is_not_there(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """No message is asked for of a connector that the station has not reported; it would refuse, so this remarks."""
    await reported(station, csms)

    orders = [_trigger(station, message, 9) for message in ("StatusNotification", "MeterValues")]
    for trigger in await passed_on(station, csms, *orders, control=_trigger(station, "StatusNotification", 1)):
        asked = trigger.payload.get("connectorId")
        check.graded(asked, good=(None, 0, *station.connectors), clause=REQUEST, level=SHOULD)


@scenario(
    "v16.remote-trigger.trigger-input.needless-connector",
    spec=[REQUEST],
    requirements=["RT-6.51-a"],
    needs=[TriggerMessage],
)
async def test_no_connector_zero_with_other_messages(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Connector 0 is not named with a message that no connector has."""
    await station.ready()

    messages = ("Heartbeat", "DiagnosticsStatusNotification", "FirmwareStatusNotification")
    orders = [_trigger(station, message, 0) for message in messages]
    for trigger in await passed_on(station, csms, *orders, control=_trigger(station, "Heartbeat")):
        asked = trigger.payload.get("connectorId")
        check.that(asked != 0, "no connector", observed=asked, clause=REQUEST, level=SHOULD)
