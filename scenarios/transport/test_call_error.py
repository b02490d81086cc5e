"""CALLERRORs: OCPP-J section 4.2.3."""

import re

from harness import rules
from harness.csms.console import Csms
from harness.ocppj import CallError
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks
from scenarios.evoked import evoked
from scenarios.transport.clauses import ANSWERED
from scenarios.transport.dialects import CLEAR_CACHE, EVERY_VERSION, dialect, needs
from simulators.aftermath import sign_of_life
from simulators.observation import Refusal, gist
from simulators.station import Station

CLAUSE = "OCPP-J {version} 4.2.3"

INTERNALS = re.compile(
    r"\bselect\b.{0,80}\bfrom\b|\binsert into\b|\bupdate\b.{0,80}\bset\b|\bdelete from\b"
    r"|Traceback|stack ?trace|\bat [\w$.]+\([\w$]+\.(?:java|kt|js|ts|cs|go):\d+\)|\.py\\?\", line \d+"
    r"|\b(?:java|javax|com|org)\.[\w.]+(?:Exception|Error)\b",
    re.IGNORECASE,
)
"""Traces of the inside of a program: statements of a database, places in source code, names of exceptions."""


@scenario(
    "transport.call-error.five-elements",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.3-a"]},
    mutants=["error-details-text", "error-details-array", "error-details-missing"],
)
async def test_call_errors_have_five_elements(station: Station, check: Checks) -> None:
    """Invalid CALLs of all kinds evoke CALLERRORs, whose elements are a matter of the rules of the wire."""
    await station.ready()

    for action, payload in dialect(station).invalid:
        await station.attempt(action, payload)

    for rule in (rules.ERROR_ELEMENTS, rules.ERROR_DESCRIPTION, rules.ERROR_DETAILS):
        evoked(rule, station, check)


@scenario(
    "transport.call-error.known-code",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.3-b"]},
    mutants={
        "1.6": ["formation-violation-misspelt", "error-code-of-later-version", "error-code-invented"],
        "2.0.1": ["error-code-invented"],
    },
)
async def test_error_codes_are_of_the_table(station: Station, check: Checks) -> None:
    """Invalid CALLs of all kinds evoke CALLERRORs, whose codes are a matter of the rules of the wire."""
    await station.ready()

    for action, payload in dialect(station).invalid:
        await station.attempt(action, payload)

    evoked(rules.ERROR_CODE, station, check)


@scenario(
    "transport.call-error.unknown-action",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.3-d"]},
    mutants={
        "1.6": [
            "not-supported-swapped",
            "unknown-action-confirmed",
            "unknown-action-internal-error",
            "unknown-action-unanswered",
        ],
        "2.0.1": ["not-supported-swapped", "unknown-action-confirmed", "unknown-action-internal-error"],
    },
    smoke=True,
)
async def test_unknown_action_is_not_implemented(station: Station, check: Checks) -> None:
    """An action that OCPP does not know is answered with NotImplemented; codes that say "never" only remark."""
    await station.ready()

    outcome = await station.attempt("NoSuchAction")

    tolerable = sorted((station.version.error_codes | station.version.misspelt) - {"NotImplemented", "InternalError"})
    check.graded(gist(outcome), good=["NotImplemented"], tolerable=tolerable, clause=CLAUSE)
    (await sign_of_life(station)).judge(check, clause=CLAUSE)


@scenario(
    "transport.call-error.action-not-served",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.3-e"]},
    mutants=["foreign-action-wedges"],
)
async def test_action_of_the_other_direction_is_not_served(station: Station, check: Checks) -> None:
    """An action that only a central system may ask for is refused as not supported, and the station served on."""
    await station.ready()

    for action, payload in dialect(station).foreign:
        outcome = await station.attempt(action, payload)
        check.graded(gist(outcome), good=["NotSupported", "NotImplemented"], clause=CLAUSE, level=SHOULD)
        (await sign_of_life(station)).judge(check, clause=CLAUSE, closing=SHOULD)


@scenario(
    "transport.call-error.never-silence",
    versions=EVERY_VERSION,
    spec=[ANSWERED],
    requirements={"1.6": ["J-4.2.3-f"]},
    mutants={
        "1.6": ["invalid-call-ignored", "mistyped-call-unanswered", "misshapen-call-unanswered", "refusals-unanswered"],
        "2.0.1": ["foreign-action-wedges"],
    },
)
async def test_no_invalid_call_is_left_unanswered(station: Station, check: Checks) -> None:
    """Every CALL that cannot be served is answered nevertheless; where it may be dropped, silence only remarks."""
    await station.ready()

    for action, payload in dialect(station).invalid:
        outcome = await station.attempt(action, payload)
        answered = gist(outcome) not in ("silence", "close")
        expected = f"an answer to {action} {payload}"
        check.that(answered, expected, observed=outcome, clause=ANSWERED, level=station.version.unanswered)
        if not answered:
            break
    (await sign_of_life(station)).judge(check, clause=ANSWERED)


@scenario(
    "transport.call-error.only-to-calls",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3"],
    requirements={"1.6": ["J-4.2.3-m"]},
    needs=needs(CLEAR_CACHE),
    mutants=["invalid-answer-answered", "malformed-error-answered"],
)
async def test_answers_are_never_answered(station: Station, csms: Csms, check: Checks) -> None:
    """Neither an invalid CALLRESULT nor a malformed CALLERROR of the station is answered with CALLERROR."""
    await station.ready()
    since = len(station.trace)

    for shape in ([3, {"status": "Foo"}], [3, {}], [3, "x"], [4, "Foo"], [4, "GenericError", None, None], [4]):
        await csms.perform(dialect(station).clear_cache())
        call = await station.next_call("ClearCache", level=SHOULD)
        await station.send([shape[0], call.unique_id, *shape[1:]])
        await station.probe()
        if not station.connected:
            await station.connect()
        errors = [entry.text for entry in station.received(since) if isinstance(entry.frame, CallError)]
        check.equal(errors, [], clause=CLAUSE)


@scenario(
    "transport.call-error.tells-no-internals",
    versions=EVERY_VERSION,
    spec=["OCPP-J {version} 4.2.3"],
    mutants=["database-error-leaked"],
)
async def test_call_errors_tell_no_internals(station: Station, check: Checks) -> None:
    """The description and the details of a CALLERROR show neither statements of a database nor traces of a program."""
    await station.ready()

    for action, payload in dialect(station).invalid:
        outcome = await station.attempt(action, payload)
        if isinstance(outcome, Refusal):
            inside = INTERNALS.search(outcome.entry.text)
            told = inside[0] if inside else None
            check.equal(told, None, clause=CLAUSE, level=SHOULD, axis=POLICY, at=outcome.entry.index)
