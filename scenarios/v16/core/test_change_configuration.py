"""ChangeConfiguration: OCPP 1.6 section 5.3."""

from harness.csms import ConfigurationReader
from harness.csms.console import Csms
from harness.csms.v16 import ChangeConfiguration
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import passed_on
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.9"
INTERVAL = "MeterValueSampleInterval"


@scenario(
    "v16.core.change-configuration.number",
    spec=["OCPP 1.6 5.3", REQUEST],
    octt=["TC_021_CSMS"],
    requirements=["CORE-5.3-a", "OP-a"],
    needs=[ChangeConfiguration],
    mutants=["configuration-value-typed"],
)
async def test_number_travels_as_text(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A numeric configuration value reaches the station as text."""
    await station.ready()

    await csms.perform(ChangeConfiguration(station=station.id, key=INTERVAL, value="60"))
    change = await station.next_call("ChangeConfiguration", key=INTERVAL)
    check.equal(change.payload, {"key": INTERVAL, "value": "60"}, clause=REQUEST)
    await change.answer(status="Accepted")
    await station.heartbeat()


@scenario(
    "v16.core.change-configuration.truth-value",
    spec=["OCPP 1.6 5.3", REQUEST],
    requirements=["CORE-5.3-a", "OP-a"],
    needs=[ChangeConfiguration],
    mutants=["configuration-value-typed"],
)
async def test_truth_value_travels_as_text(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A true or false configuration value reaches the station as text."""
    await station.ready()

    for value in ("true", "false"):
        await csms.perform(ChangeConfiguration(station=station.id, key="LocalPreAuthorize", value=value))
        change = await station.next_call("ChangeConfiguration", key="LocalPreAuthorize")
        check.equal(change.payload, {"key": "LocalPreAuthorize", "value": value}, clause=REQUEST)
        await change.answer(status="Accepted")


@scenario(
    "v16.core.change-configuration.not-supported",
    spec=["OCPP 1.6 5.3", "OCPP 1.6 7.22"],
    octt=["TC_040_1_CSMS"],
    requirements=["CORE-5.3-b"],
    needs=[ChangeConfiguration],
    mutants=["unsuccessful-answer-closes"],
)
async def test_unsupported_key_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that does not know a configuration key is served on."""
    await station.ready()

    await csms.perform(ChangeConfiguration(station=station.id, key="BlinkRepeat", value="3"))
    change = await station.next_call("ChangeConfiguration", key="BlinkRepeat")
    check.equal(change.payload, {"key": "BlinkRepeat", "value": "3"}, clause=REQUEST)
    await change.answer(status="NotSupported")
    await station.heartbeat()


@scenario(
    "v16.core.change-configuration.rejected",
    spec=["OCPP 1.6 5.3", "OCPP 1.6 7.22"],
    octt=["TC_040_2_CSMS"],
    requirements=["CORE-5.3-b"],
    needs=[ChangeConfiguration],
    mutants=["unsuccessful-answer-closes"],
)
async def test_rejected_value_is_tolerated(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that rejects a configuration value is served on, whoever notices that the value is bad."""
    await station.ready()

    station.configuration.read_only[INTERVAL] = "60"  # whatever is sent, the station rejects it
    bad, control = (ChangeConfiguration(station=station.id, key=INTERVAL, value=value) for value in ("-1", "10"))
    for change in await passed_on(station, csms, bad, control=control, key=INTERVAL):
        check.that(isinstance(change.payload.get("value"), str), "a text", observed=change.payload, clause=REQUEST)
    await station.heartbeat()


@scenario(
    "v16.core.change-configuration.answers-take-turns",
    spec=["OCPP 1.6 5.3", "OCPP 1.6 7.22"],
    requirements=["CORE-5.3-b"],
    needs=[ChangeConfiguration],
    mutants=["unsuccessful-answer-blocks"],
)
async def test_no_answer_blocks_the_next_change(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """After each of the four answers to a change of configuration, the next change reaches the station."""
    await station.ready()

    for value, status in enumerate(("Accepted", "RebootRequired", "Rejected", "NotSupported", "Accepted"), start=10):
        await csms.perform(ChangeConfiguration(station=station.id, key=INTERVAL, value=str(value)))
        change = await station.next_call("ChangeConfiguration", key=INTERVAL)
        check.equal(change.payload.get("value"), str(value), clause=REQUEST)
        await change.answer(status=status)


@scenario(
    "v16.core.change-configuration.refused-value-is-not-kept",
    spec=["OCPP 1.6 5.3", "OCPP 1.6 7.22"],
    requirements=["CORE-5.3-b"],
    needs=[ChangeConfiguration, ConfigurationReader],
)
async def test_refused_value_is_not_kept(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A configuration value that the station did not take is not shown as its value."""
    await station.ready()

    for value, status in (("30", "Accepted"), ("45", "Rejected"), ("50", "NotSupported")):
        await csms.perform(ChangeConfiguration(station=station.id, key=INTERVAL, value=value))
        change = await station.next_call("ChangeConfiguration", key=INTERVAL)
        await change.answer(status=status)
        await station.heartbeat()

        shown = (await csms.ask(ConfigurationReader).configuration(station.id)).get(INTERVAL)
        check.graded(shown, good=("30", None), clause="OCPP 1.6 7.22", level=SHOULD)
