"""The interval of pings that an operator sets: OCPP-J 1.6 section 7, OCPP-J 2.0.1 section 8.4."""

from harness.csms.console import Csms
from harness.csms.v16 import ChangeConfiguration
from harness.csms.v201 import SetVariables
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import passed_on
from simulators.aftermath import sign_of_life
from simulators.v16 import ChargePoint
from simulators.v201 import ChargingStation, component, variable

KEY = "WebSocketPingInterval"


@scenario(
    "v16.transport.ping-setting.text-of-an-integer",
    spec=["OCPP-J 1.6 7", "OCPP 1.6 9.1.34"],
    requirements=["J-7-a"],
    needs=[ChangeConfiguration],
    mutants=["ping-interval-as-number", "ping-interval-as-decimal"],
)
async def test_ping_interval_is_the_text_of_an_integer(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A ping interval that the operator sets arrives as the text of that integer, 0 included."""
    await station.ready()

    for value in ("0", "30"):
        await csms.perform(ChangeConfiguration(station=station.id, key=KEY, value=value))
        call = await station.next_call("ChangeConfiguration", key=KEY)
        check.equal(call.payload, {"key": KEY, "value": value}, clause="OCPP-J 1.6 7", at=call.entry.index)
        await station.answer_by_default(call)


@scenario(
    "v201.transport.ping-setting.text-of-an-integer",
    spec=["OCPP-J 2.0.1 8.4", "OCPP 2.0.1 B05.FR.01"],
    needs=[SetVariables],
    mutants=["ping-variable-as-number", "ping-variable-as-decimal"],
)
async def test_ping_variable_is_the_text_of_an_integer(station: ChargingStation, csms: Csms, check: Checks) -> None:
    """A ping interval that the operator sets arrives as the text of that integer, 0 included."""
    await station.ready()
    interval = {"component": component("OCPPCommCtrlr"), "variable": variable(KEY)}

    for value in ("0", "30"):
        data = {**interval, "attributeValue": value}
        await csms.perform(SetVariables(station=station.id, set_variable_data=(data,)))
        call = await station.next_call("SetVariables")
        arrived = [one.get("attributeValue") for one in call.payload.get("setVariableData", ())]
        check.equal(arrived, [value], clause="OCPP-J 2.0.1 8.4", at=call.entry.index)
        await station.answer_by_default(call)


@scenario(
    "v16.transport.ping-setting.negative-value",
    spec=["OCPP-J 1.6 7", "OCPP 1.6 9.1.34"],
    requirements=["J-7-a"],
    needs=[ChangeConfiguration],
)
async def test_negative_ping_interval_does_no_harm(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A negative ping interval is refused to the operator, or the station's Rejected is taken for an answer."""
    await station.ready()

    station.configuration.read_only[KEY] = "30"  # whatever is sent, the station rejects it
    bad, control = (ChangeConfiguration(station=station.id, key=KEY, value=value) for value in ("-1", "0"))
    await passed_on(station, csms, bad, control=control, key=KEY)

    (await sign_of_life(station)).judge(check, clause="OCPP-J 1.6 7", closing=SHOULD)
