"""Triggers that an operator may enter but a station must never see: OCPP 1.6 sections 6.51 and 7.32."""

from typing import Any

from harness.csms import OutcomeReader, Refused
from harness.csms.console import Csms
from harness.csms.v16 import GetConfiguration, TriggerMessage
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks, Nonconformity
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


async def _arrived(station: ChargePoint, csms: Csms, message: str, connector: int | None = None) -> dict[str, Any]:
    """Return what reaches the station for a trigger that may be refused, or taken and then not carried out."""
    order = TriggerMessage(station=station.id, requested_message=message, connector_id=connector)
    if isinstance(await csms.attempt(order), Refused):
        return {}
    try:
        trigger = await station.next_call("TriggerMessage")
    except Nonconformity:
        return {}
    await trigger.answer(status="NotImplemented")
    return dict(trigger.payload)


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

    for message in ("Authorize", "StartTransaction", "heartbeat", ""):
        asked = (await _arrived(station, csms, message)).get("requestedMessage")
        check.graded(asked, good=(None, *MESSAGES), clause="OCPP 1.6 7.32")


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

    for message in ("StatusNotification", "MeterValues"):
        asked = (await _arrived(station, csms, message, -1)).get("connectorId", 0)
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
    await station.ready()
    told = await csms.perform(GetConfiguration(station=station.id))
    await (await station.next_call("GetConfiguration")).answer_by_default()
    await csms.outcome(told)

    for message in ("StatusNotification", "MeterValues"):
        asked = (await _arrived(station, csms, message, 9)).get("connectorId")
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

    for message in ("Heartbeat", "DiagnosticsStatusNotification", "FirmwareStatusNotification"):
        asked = (await _arrived(station, csms, message, 0)).get("connectorId")
        check.that(asked != 0, "no connector, if any trigger", observed=asked, clause=REQUEST, level=SHOULD)
