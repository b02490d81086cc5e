"""The configuration key WebSocketPingInterval: OCPP-J 1.6 section 7."""

from harness.csms.console import Csms
from harness.csms.v16 import ChangeConfiguration
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import passed_on
from simulators.aftermath import sign_of_life
from simulators.v16 import ChargePoint

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
