"""GetConfiguration: OCPP 1.6 section 5.8."""

from typing import Any

from harness.csms import ConfigurationReader, OutcomeReader, Refused
from harness.csms.console import Csms
from harness.csms.v16 import GetConfiguration
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import passed_on
from simulators.v16 import ChargePoint

REQUEST = "OCPP 1.6 6.23"
ANSWER = "OCPP 1.6 6.24"
PROFILES = "SupportedFeatureProfiles"


@scenario(
    "v16.core.get-configuration.all-keys",
    spec=["OCPP 1.6 5.8", REQUEST],
    octt=["TC_019_1_CSMS"],
    requirements=["CORE-5.8-a", "OP-a"],
    needs=[GetConfiguration],
    mutants=["configuration-keys-invented", "absent-members-null"],
    smoke=True,
)
async def test_all_keys_are_asked_for(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """All configuration keys are asked for by naming none, with an empty list or without one."""
    await station.ready()

    await csms.perform(GetConfiguration(station=station.id))
    get = await station.next_call("GetConfiguration")
    check.graded(get.payload, good=({}, {"key": []}), clause=REQUEST)
    await get.answer(station.configuration.get([]))
    await station.heartbeat()


@scenario(
    "v16.core.get-configuration.one-key",
    spec=["OCPP 1.6 5.8", REQUEST],
    octt=["TC_019_2_CSMS"],
    requirements=["CORE-5.8-a", "OP-a"],
    needs=[GetConfiguration],
    mutants=["configuration-keys-lost"],
)
async def test_one_key_is_asked_for(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """One configuration key is asked for by its name."""
    await station.ready()

    await csms.perform(GetConfiguration(station=station.id, key=(PROFILES,)))
    get = await station.next_call("GetConfiguration", key=[PROFILES])
    check.equal(get.payload, {"key": [PROFILES]}, clause=REQUEST)
    await get.answer(station.configuration.get([PROFILES]))
    await station.heartbeat()


@scenario(
    "v16.core.get-configuration.values-are-shown",
    spec=["OCPP 1.6 5.8", ANSWER],
    octt=["TC_019_1_CSMS"],
    requirements=["CORE-5.8-b"],
    needs=[GetConfiguration, OutcomeReader, ConfigurationReader],
    mutants=["configuration-cut-short", "configuration-with-unknown-keys-dropped"],
)
async def test_values_are_shown(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Every value of a configuration is shown, also of more than 100 keys, of custom ones, beside unknown ones."""
    await station.ready()

    request = await csms.perform(GetConfiguration(station=station.id))
    get = await station.next_call("GetConfiguration")
    values = {"HeartbeatInterval": "300"} | {f"org.plugfest.Key{number}": f"value {number}" for number in range(150)}
    listed = [{"key": key, "readonly": False, "value": value} for key, value in values.items()]
    valueless = {"key": "org.plugfest.Valueless", "readonly": True}
    await get.answer(configurationKey=[valueless, *listed], unknownKey=["org.plugfest.Unknown"])

    outcome = await csms.outcome(request)
    check.equal(outcome.state, "answered", clause=ANSWER)
    shown = await csms.ask(ConfigurationReader).configuration(station.id)
    check.equal({key: shown[key] for key in values if key in shown}, values, clause=ANSWER)
    check.graded(shown.get("org.plugfest.Valueless"), good=(None, ""), clause="OCPP 1.6 7.29")


@scenario(
    "v16.core.get-configuration.unusual-answers",
    spec=["OCPP 1.6 5.8", ANSWER, "OCPP 1.6 7.29"],
    requirements=["CORE-5.8-b"],
    needs=[GetConfiguration],
    mutants=["long-configuration-closes", "configuration-with-unknown-keys-closes"],
)
async def test_unusual_configurations_are_taken(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station whose configuration is long, empty, without values or all unknown is served on."""
    await station.ready()

    long = [{"key": f"org.plugfest.Key{number}", "readonly": False, "value": 300 * "x"} for number in range(150)]
    answers: tuple[dict[str, Any], ...] = (
        {"configurationKey": long},
        {"configurationKey": [{"key": "org.plugfest.Valueless", "readonly": True}]},
        {"unknownKey": ["org.plugfest.Unknown"]},
        {"configurationKey": [], "unknownKey": []},
        {},
    )
    for answer in answers:
        await csms.perform(GetConfiguration(station=station.id))
        get = await station.next_call("GetConfiguration")
        check.graded(get.payload, good=({}, {"key": []}), clause=REQUEST)
        await get.answer(answer)
        await station.heartbeat()


@scenario(
    "v16.core.get-configuration.limit-of-keys",
    spec=["OCPP 1.6 5.8", "OCPP 1.6 9.1.9"],
    requirements=["CORE-5.8-c"],
    needs=[GetConfiguration, OutcomeReader],
)
async def test_limit_of_keys_is_kept(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """No more keys are asked for at once than the station says it can take; more are refused or split."""
    await station.ready()
    station.configuration.read_only["GetConfigurationMaxKeys"] = "2"
    request = await csms.perform(GetConfiguration(station=station.id))
    await (await station.next_call("GetConfiguration")).answer(station.configuration.get([]))
    await csms.outcome(request)

    wanted = tuple(station.configuration.writable)[:5]
    order, control = (GetConfiguration(station=station.id, key=keys) for keys in (wanted, wanted[:2]))
    for get in await passed_on(station, csms, order, control=control):
        asked = len(get.payload.get("key", ()))
        check.that(asked <= 2, "up to 2 keys", observed=asked, clause="OCPP 1.6 9.1.9", level=SHOULD)


@scenario(
    "v16.core.get-configuration.limit-of-none",
    spec=["OCPP 1.6 5.8", "OCPP 1.6 9.1.9"],
    requirements=["CORE-5.8-c"],
    needs=[GetConfiguration, OutcomeReader],
    mutants=["configuration-batches-empty"],
)
async def test_senseless_limit_of_keys_ends(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that says it can take 0 keys at once is not asked more often than there are keys."""
    await station.ready()
    station.configuration.read_only["GetConfigurationMaxKeys"] = "0"
    request = await csms.perform(GetConfiguration(station=station.id))
    await (await station.next_call("GetConfiguration")).answer(station.configuration.get([]))
    await csms.outcome(request)

    wanted = tuple(station.configuration.writable)[:3]
    before = len(await station.calls_until_probe("GetConfiguration"))
    taken = not isinstance(await csms.attempt(GetConfiguration(station=station.id, key=wanted)), Refused)
    if taken:
        await station.answer_by_default(await station.next_call("GetConfiguration"))
    for _ in range(20):
        await station.probe()
    asked = len(await station.calls_until_probe("GetConfiguration")) - before + taken
    check.that(asked <= len(wanted), f"up to {len(wanted)} CALLs", observed=asked, clause="OCPP 1.6 9.1.9")
