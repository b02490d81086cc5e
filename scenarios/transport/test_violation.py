"""CALLs whose payload breaks a rule, one kind of rule each: OCPP-J 1.6 section 4.2.3, table 7."""

from typing import Any

from harness.corpus import Rule
from harness.judgement import judge_refusal
from harness.scenario import scenario
from harness.verdict import Checks
from harness.versions import V16
from scenarios.stage.population import Stations, Tags
from simulators.aftermath import sign_of_life
from simulators.observation import gist
from simulators.v16 import ChargePoint, meter_value, now, sampled

CLAUSE = "OCPP-J 1.6 4.2.3"

STATUS: dict[str, Any] = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


def readings(**members: Any) -> dict[str, Any]:
    """Return a MeterValues payload whose one sampled value has these members."""
    return {"connectorId": 1, "meterValue": [{"timestamp": now(), "sampledValue": [members]}]}


async def _refused(station: ChargePoint, check: Checks, rule: Rule, action: str, payload: dict[str, Any]) -> None:
    """Send a CALL that breaks a rule, and judge how it is met and whether the station is served on."""
    judge_refusal(gist(await station.attempt(action, payload)), V16.fair(rule, required=True), check, clause=CLAUSE)
    (await sign_of_life(station)).judge(check, clause=CLAUSE)


@scenario(
    "v16.transport.violation.missing-member",
    spec=["OCPP-J 1.6 4.2.3"],
    requirements=["J-4.2.3-g"],
    mutants=["schema-not-checked", "missing-members-unchecked", "meter-values-bare-confirmed"],
)
async def test_missing_member_is_refused(station: ChargePoint, check: Checks) -> None:
    """A CALL without a required member, at any depth, is answered with CALLERROR; other codes only remark."""
    await station.ready()
    incomplete: list[tuple[str, dict[str, Any]]] = [
        ("BootNotification", {"chargePointVendor": "plugfest"}),
        ("Authorize", {}),
        ("MeterValues", {"connectorId": 1}),
        ("MeterValues", readings(context="Sample.Periodic")),
        ("MeterValues", {"connectorId": 1, "meterValue": [{"sampledValue": [sampled(1)]}]}),
    ]

    for action, payload in incomplete:
        await _refused(station, check, Rule.REQUIRED, action, payload)


@scenario(
    "v16.transport.violation.wrong-type",
    spec=["OCPP-J 1.6 4.2.3"],
    requirements=["J-4.2.3-h"],
    mutants=["schema-not-checked", "types-unchecked"],
)
async def test_wrong_type_is_refused(station: ChargePoint, check: Checks) -> None:
    """A member of the wrong JSON type is answered with CALLERROR; codes but TypeConstraintViolation only remark."""
    await station.ready()
    mistyped = [
        ("Authorize", {"idTag": 12}),
        ("StatusNotification", {**STATUS, "vendorId": 5}),
        ("StatusNotification", {**STATUS, "connectorId": "1"}),
        ("MeterValues", {"connectorId": 1, "meterValue": {}}),
        ("MeterValues", readings(value=True)),
    ]

    for action, payload in mistyped:
        await _refused(station, check, Rule.TYPE, action, payload)


@scenario(
    "v16.transport.violation.unknown-value",
    spec=["OCPP-J 1.6 4.2.3"],
    requirements=["J-4.2.3-i"],
    mutants=["schema-not-checked", "values-unchecked"],
)
async def test_unknown_value_of_an_enumeration_is_refused(station: ChargePoint, check: Checks) -> None:
    """A value that its enumeration does not have is answered with CALLERROR, one in the wrong case too."""
    await station.ready()
    misspelt = [
        ("StatusNotification", {**STATUS, "status": "Foo"}),
        ("StatusNotification", {**STATUS, "status": "available"}),
        ("StatusNotification", {**STATUS, "errorCode": "noerror"}),
        ("MeterValues", readings(value="1", measurand="Foo")),
    ]

    for action, payload in misspelt:
        await _refused(station, check, Rule.ENUM, action, payload)


@scenario(
    "v16.transport.violation.longest-text-accepted",
    spec=["OCPP 1.6 7.15", "OCPP 1.6 7.16", "OCPP 1.6 7.28"],
    requirements=["J-4.2.3-j"],
    mutants=["length-limit-off-by-one"],
)
async def test_longest_text_is_accepted(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A text of exactly the maximum length is no violation."""
    await station.ready()
    longest = [
        ("Authorize", {"idTag": tags.unknown().ljust(20, "0")}),
        ("StatusNotification", {**STATUS, "info": "x" * 50}),
        ("StatusNotification", {**STATUS, "vendorId": "x" * 255, "vendorErrorCode": "x" * 50}),
    ]

    for action, payload in longest:
        outcome = await station.attempt(action, payload)
        check.equal(f"{action}: {gist(outcome)}", f"{action}: CALLRESULT", clause="OCPP 1.6 7.15")


@scenario(
    "v16.transport.violation.overlong-text",
    spec=["OCPP-J 1.6 4.2.3", "OCPP 1.6 7.15"],
    requirements=["J-4.2.3-j"],
    mutants=["max-length-unchecked"],
)
async def test_overlong_text_is_refused(station: ChargePoint, check: Checks) -> None:
    """A text beyond its maximum length is answered with CALLERROR; many tolerate it deliberately."""
    await station.ready()
    overlong = [
        ("Authorize", {"idTag": "x" * 21}),
        ("StatusNotification", {**STATUS, "info": "x" * 51}),
        ("StatusNotification", {**STATUS, "vendorId": "x" * 256}),
    ]

    for action, payload in overlong:
        await _refused(station, check, Rule.MAX_LENGTH, action, payload)


@scenario(
    "v16.transport.violation.unknown-member",
    spec=["OCPP-J 1.6 errata 3.1"],
    requirements=["J-4.2.3-k"],
    mutants=["unknown-members-accepted"],
)
async def test_unknown_member_is_refused(station: ChargePoint, check: Checks) -> None:
    """A member that the message does not define, at any depth, is answered with CALLERROR; many ignore it."""
    await station.ready()
    extended = [
        ("Heartbeat", {"extra": 1}),
        ("StatusNotification", {**STATUS, "extra": None}),
        ("MeterValues", {"connectorId": 1, "meterValue": [{**meter_value(sampled(1)), "extra": "x"}]}),
        ("MeterValues", readings(value="1", extra={})),
    ]

    for action, payload in extended:
        await _refused(station, check, Rule.ADDITIONAL, action, payload)


@scenario(
    "v16.transport.violation.malformed-timestamp",
    spec=["OCPP 1.6 3.15", "OCPP-J 1.6 4.2.3"],
    requirements=["J-4.2.3-l"],
)
async def test_malformed_timestamp_is_refused(station: ChargePoint, check: Checks) -> None:
    """A timestamp that is no date and time of ISO 8601 is answered with CALLERROR."""
    await station.ready()

    for timestamp in ("yesterday", "2024-13-45T99:00:00Z", 1732312345):
        await _refused(station, check, Rule.FORMAT, "StatusNotification", {**STATUS, "timestamp": timestamp})


@scenario(
    "v16.transport.violation.harms-nobody",
    spec=["OCPP-J 1.6 4.2.3"],
    requirements=["J-4.2.3-f"],
    mutants=["invalid-field-stops-everything"],
)
async def test_violation_harms_nobody(station: ChargePoint, stations: Stations, check: Checks) -> None:
    """After members that are too long, null or of the wrong type, this station and another are served on."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    for broken in ({"info": "x" * 50_000}, {"status": None}, {"connectorId": {"id": 1}}, {"errorCode": ["NoError"]}):
        await station.attempt("StatusNotification", STATUS | broken)
        for one in (station, other):
            (await sign_of_life(one)).judge(check, clause=CLAUSE)
