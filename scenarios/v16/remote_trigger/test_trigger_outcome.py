"""What a station answers to a trigger: OCPP 1.6 section 7.44."""

from harness.csms import OutcomeReader
from harness.csms.console import Csms
from harness.csms.v16 import GetConfiguration, TriggerMessage
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from simulators.v16 import ChargePoint

ANSWER = "OCPP 1.6 7.44"
DECLINED = ("Rejected", "NotImplemented")


@scenario(
    "v16.remote-trigger.outcome.shown",
    spec=["OCPP 1.6 5.17", ANSWER],
    requirements=["RT-7.44-a", "OP-c"],
    needs=[TriggerMessage, OutcomeReader],
)
async def test_outcome_of_a_trigger_is_shown(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """The operator is told whether the station is going to send what was asked for, cannot now, or never does."""
    await station.ready()

    for status in (*DECLINED, "Accepted"):
        order = TriggerMessage(station=station.id, requested_message="StatusNotification", connector_id=1)
        request = await csms.perform(order)
        await (await station.next_call("TriggerMessage")).answer(status=status)
        outcome = await csms.outcome(request)
        check.equal((outcome.state, outcome.status), ("answered", status), clause=ANSWER, level=SHOULD)


@scenario(
    "v16.remote-trigger.outcome.nothing-to-wait-for",
    spec=["OCPP 1.6 5.17", ANSWER],
    requirements=["RT-7.44-a"],
    needs=[TriggerMessage, GetConfiguration],
)
async def test_declined_trigger_holds_nothing_up(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """After a trigger that the station declines, the next order comes without the message having been sent."""
    await station.ready()

    for status in DECLINED:
        await csms.perform(TriggerMessage(station=station.id, requested_message="MeterValues", connector_id=1))
        await (await station.next_call("TriggerMessage", level=SHOULD)).answer(status=status)
        await csms.perform(GetConfiguration(station=station.id))
        get = await station.next_call("GetConfiguration", level=SHOULD)
        check.equal(get.action, "GetConfiguration", clause=ANSWER, level=SHOULD)
        await get.answer_by_default()
