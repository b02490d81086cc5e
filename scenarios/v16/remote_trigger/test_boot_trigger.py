"""Triggers for a BootNotification: OCPP 1.6 sections 4.2 and 5.17."""

from harness.csms import Refused, Registration, RegistrationControl
from harness.csms.console import Csms
from harness.csms.v16 import ChangeConfiguration, GetConfiguration, TriggerMessage
from harness.ocppj import Call
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks, Inconclusive
from simulators.v16 import ChargePoint

CLAUSE = "OCPP 1.6 errata 3.40"
PENDING = "OCPP 1.6 4.2"


@scenario(
    "v16.remote-trigger.boot.unasked",
    spec=["OCPP 1.6 5.17", CLAUSE],
    requirements=["RT-5.17-b"],
    needs=[GetConfiguration, ChangeConfiguration],
)
async def test_accepted_station_need_not_boot(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that is accepted is not asked to boot, neither while it is configured nor after a reconnect."""
    await station.ready()
    accepted = len(station.trace)

    await csms.perform(GetConfiguration(station=station.id))
    await (await station.next_call("GetConfiguration")).answer_by_default()
    await csms.perform(ChangeConfiguration(station=station.id, key="MeterValueSampleInterval", value="30"))
    await (await station.next_call("ChangeConfiguration")).answer_by_default()
    await station.heartbeat()
    await station.reboot()
    await station.status(1, "Available")
    await station.heartbeat()
    calls = [entry.frame for entry in station.received(accepted) if isinstance(entry.frame, Call)]
    asked = [call.payload for call in calls if call.payload.get("requestedMessage") == "BootNotification"]
    check.equal(asked, [], clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.remote-trigger.boot.of-a-pending-station",
    spec=[PENDING, "OCPP 1.6 5.17"],
    requirements=["RT-5.17-c"],
    needs=[RegistrationControl, TriggerMessage],
)
async def test_pending_station_may_be_asked_to_boot(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A pending station that the operator has approved may be asked to boot, and is accepted when it does."""
    await csms.set_registration(station.id, Registration.PENDING)
    if (told := (await station.boot()).payload.get("status")) != Registration.PENDING:
        raise Inconclusive(f"{station.id} was to be told Pending, not {told}")

    await csms.set_registration(station.id, Registration.ACCEPTED)
    outcome = await csms.attempt(TriggerMessage(station=station.id, requested_message="BootNotification"))
    taken = not isinstance(outcome, Refused)
    check.that(taken, "the trigger taken", observed=outcome, clause=PENDING, level=SHOULD, axis=POLICY)
    if taken:
        trigger = await station.next_call("TriggerMessage", level=SHOULD)
        asked = trigger.payload
        check.equal(asked, {"requestedMessage": "BootNotification"}, clause=PENDING, level=SHOULD, axis=POLICY)
        await trigger.answer(status="Accepted")
    booted = (await station.boot()).payload.get("status")
    check.equal(booted, "Accepted", clause=PENDING, level=SHOULD, axis=POLICY)
