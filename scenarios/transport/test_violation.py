"""CALLs whose payload breaks a rule, one kind of rule each: OCPP-J section 4.2.3, table 7."""

from harness.corpus import Rule
from harness.judgement import judge_refusal
from harness.scenario import scenario
from harness.verdict import Checks
from scenarios.stage.population import AnyStations, Tags
from scenarios.transport.clauses import KNOWN_MEMBERS, LENGTHS, TIMESTAMPS
from scenarios.transport.dialects import EVERY_VERSION, Said, dialect
from simulators.aftermath import sign_of_life
from simulators.observation import gist
from simulators.station import Station

CLAUSE = "OCPP-J {version} 4.2.3"


async def _refused(station: Station, check: Checks, rule: Rule, said: Said) -> None:
    """Send a CALL that breaks a rule, and judge how it is met and whether the station is served on."""
    fair = station.version.fair(rule, required=True)
    judge_refusal(gist(await station.attempt(*said)), fair, check, clause=CLAUSE)
    (await sign_of_life(station)).judge(check, clause=CLAUSE)


@scenario(
    "transport.violation.missing-member",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.3-g"]},
    mutants=["schema-not-checked", "missing-members-unchecked", "meter-values-bare-confirmed"],
    smoke=True,
)
async def test_missing_member_is_refused(station: Station, check: Checks) -> None:
    """A CALL without a required member, at any depth, is answered with CALLERROR; other codes only remark."""
    await station.ready()

    for said in dialect(station).incomplete():
        await _refused(station, check, Rule.REQUIRED, said)


@scenario(
    "transport.violation.wrong-type",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.3-h"]},
    mutants=["schema-not-checked", "types-unchecked"],
)
async def test_wrong_type_is_refused(station: Station, check: Checks) -> None:
    """A member of the wrong JSON type is answered with CALLERROR; codes but TypeConstraintViolation only remark."""
    await station.ready()

    for said in dialect(station).mistyped():
        await _refused(station, check, Rule.TYPE, said)


@scenario(
    "transport.violation.unknown-value",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.3-i"]},
    mutants=["schema-not-checked", "values-unchecked"],
)
async def test_unknown_value_of_an_enumeration_is_refused(station: Station, check: Checks) -> None:
    """A value that its enumeration does not have is answered with CALLERROR, one in the wrong case too."""
    await station.ready()

    for said in dialect(station).misspelt():
        await _refused(station, check, Rule.ENUM, said)


@scenario(
    "transport.violation.longest-text-accepted",
    versions=EVERY_VERSION,
    spec={"1.6": ["OCPP 1.6 7.15", "OCPP 1.6 7.16", "OCPP 1.6 7.28"], "2.0.1": ["OCPP-J 2.0.1 4.1.2"]},
    requirements={"1.6": ["J-4.2.3-j"]},
    mutants={"1.6": ["length-limit-off-by-one"], "2.0.1": ["token-limit-off-by-one"]},
)
async def test_longest_text_is_accepted(station: Station, tags: Tags, check: Checks) -> None:
    """A text of exactly the maximum length is no violation."""
    await station.ready()

    for action, payload in dialect(station).longest(tags.unknown()):
        outcome = await station.attempt(action, payload)
        check.equal(f"{action}: {gist(outcome)}", f"{action}: CALLRESULT", clause=LENGTHS)


@scenario(
    "transport.violation.overlong-text",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3", LENGTHS],
    requirements={"1.6": ["J-4.2.3-j"]},
    mutants=["max-length-unchecked"],
)
async def test_overlong_text_is_refused(station: Station, check: Checks) -> None:
    """A text beyond its maximum length is answered with CALLERROR; many tolerate it deliberately."""
    await station.ready()

    for said in dialect(station).overlong():
        await _refused(station, check, Rule.MAX_LENGTH, said)


@scenario(
    "transport.violation.unknown-member",
    versions=EVERY_VERSION,
    spec=[KNOWN_MEMBERS],
    requirements={"1.6": ["J-4.2.3-k"]},
    mutants=["unknown-members-accepted"],
)
async def test_unknown_member_is_refused(station: Station, check: Checks) -> None:
    """A member that the message does not define, at any depth, is answered with CALLERROR; many ignore it."""
    await station.ready()

    for said in dialect(station).extended():
        await _refused(station, check, Rule.ADDITIONAL, said)


@scenario(
    "transport.violation.malformed-timestamp",
    versions=EVERY_VERSION,
    spec=[TIMESTAMPS, "OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.3-l"]},
)
async def test_malformed_timestamp_is_refused(station: Station, check: Checks) -> None:
    """A timestamp that is no date and time of ISO 8601 is answered with CALLERROR."""
    await station.ready()

    for timestamp in ("yesterday", "2024-13-45T99:00:00Z", 1732312345):
        await _refused(station, check, Rule.FORMAT, dialect(station).timed(timestamp))


@scenario(
    "transport.violation.harms-nobody",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.3-f"]},
    mutants=["invalid-field-stops-everything"],
)
async def test_violation_harms_nobody(station: Station, stations: AnyStations, check: Checks) -> None:
    """After members that are too long, null or of the wrong type, this station and another are served on."""
    other = await stations.new()
    await station.ready()
    await other.ready()

    for said in dialect(station).harmful():
        await station.attempt(*said)
        for one in (station, other):
            (await sign_of_life(one)).judge(check, clause=CLAUSE)
