"""TriggerMessage: OCPP 2.0.1 F06."""

from datetime import UTC, datetime

from harness.csms.console import Csms
from harness.csms.v201 import TriggerMessage
from harness.judgement import seconds_off
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.v201.ordered import ordered
from simulators.v201 import ChargingStation

REQUEST = "OCPP 2.0.1 F06.FR.01"


@scenario(
    "v201.remote-control.trigger.heartbeat",
    spec=[REQUEST],
    octt=["TC_F_20_CSMS"],
    needs=[TriggerMessage],
    mutants=["requested-message-mistaken", "clock-hour-behind"],
    smoke=True,
)
async def test_heartbeat_is_triggered(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """The operator triggers a Heartbeat, and it is answered with the present time."""
    await station.ready()

    order = TriggerMessage(station=station.id, requested_message="Heartbeat")
    trigger = await ordered(station, csms, order, check, clause=REQUEST)
    await trigger.answer(status="Accepted")
    answer = await station.heartbeat()
    off = seconds_off(answer.member("currentTime"), datetime.now(UTC))
    check.close(off, 0, within=60, clause="OCPP 2.0.1 G02.FR.01")


@scenario(
    "v201.remote-control.trigger.not-implemented",
    spec=["OCPP 2.0.1 F06.FR.08"],
    octt=["TC_F_27_CSMS"],
    needs=[TriggerMessage],
    mutants=["requested-message-mistaken", "unimplemented-trigger-closes"],
)
async def test_trigger_that_is_not_implemented(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """A station that does not implement a message says so, and is served on."""
    await station.ready()

    order = TriggerMessage(station=station.id, requested_message="LogStatusNotification")
    trigger = await ordered(station, csms, order, check, clause=REQUEST)
    await trigger.answer(status="NotImplemented")
    await station.heartbeat()


@scenario(
    "v201.remote-control.trigger.one-evse",
    spec=["OCPP 2.0.1 F06.FR.03"],
    needs=[TriggerMessage],
    mutants=["trigger-evse-lost"],
)
async def test_trigger_for_one_connector(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """A trigger for one connector names its EVSE and it."""
    await station.ready()

    where = {"id": 2, "connectorId": 1}
    order = TriggerMessage(station=station.id, requested_message="StatusNotification", evse=where)
    trigger = await ordered(station, csms, order, check, clause="OCPP 2.0.1 F06.FR.03")
    await trigger.answer_by_default()
    await station.heartbeat()
