"""CALLERRORs: OCPP-J 1.6 section 4.2.3."""

import re
from typing import Any

from harness import rules
from harness.csms.console import Csms
from harness.csms.v16 import ClearCache
from harness.ocppj import CallError
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks
from harness.versions import V16
from scenarios.evoked import evoked
from simulators.aftermath import sign_of_life
from simulators.observation import Refusal, gist
from simulators.v16 import ChargePoint

CLAUSE = "OCPP-J 1.6 4.2.3"

INVALID: tuple[tuple[str, Any], ...] = (
    ("NoSuchAction", {}),
    ("Authorize", {}),
    ("StatusNotification", {"connectorId": "1", "errorCode": "NoError", "status": "Available"}),
    ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Foo"}),
    ("Authorize", []),
    ("Reset", {"type": "Hard"}),
)
"""CALLs that no central system can serve: unknown, incomplete, mistyped, misspelt, misshapen, the wrong way round."""


INTERNALS = re.compile(
    r"\bselect\b.{0,80}\bfrom\b|\binsert into\b|\bupdate\b.{0,80}\bset\b|\bdelete from\b"
    r"|Traceback|stack ?trace|\bat [\w$.]+\([\w$]+\.(?:java|kt|js|ts|cs|go):\d+\)|\.py\\?\", line \d+"
    r"|\b(?:java|javax|com|org)\.[\w.]+(?:Exception|Error)\b",
    re.IGNORECASE,
)
"""Traces of the inside of a program: statements of a database, places in source code, names of exceptions."""


@scenario(
    "v16.transport.call-error.five-elements",
    spec=["OCPP-J 1.6 4.2.3"],
    requirements=["J-4.2.3-a"],
    mutants=["error-details-text", "error-details-array", "error-details-missing"],
)
async def test_call_errors_have_five_elements(station: ChargePoint, check: Checks) -> None:
    """Invalid CALLs of all kinds evoke CALLERRORs, whose elements are a matter of the rules of the wire."""
    await station.ready()

    for action, payload in INVALID:
        await station.attempt(action, payload)

    for rule in (rules.ERROR_ELEMENTS, rules.ERROR_DESCRIPTION, rules.ERROR_DETAILS):
        evoked(rule, station, check)


@scenario(
    "v16.transport.call-error.known-code",
    spec=["OCPP-J 1.6 4.2.3"],
    requirements=["J-4.2.3-b"],
    mutants=["formation-violation-misspelt", "error-code-of-later-version", "error-code-invented"],
)
async def test_error_codes_are_of_the_table(station: ChargePoint, check: Checks) -> None:
    """Invalid CALLs of all kinds evoke CALLERRORs, whose codes are a matter of the rules of the wire."""
    await station.ready()

    for action, payload in INVALID:
        await station.attempt(action, payload)

    evoked(rules.ERROR_CODE, station, check)


@scenario(
    "v16.transport.call-error.unknown-action",
    spec=["OCPP-J 1.6 4.2.3"],
    requirements=["J-4.2.3-d"],
    mutants=[
        "not-supported-swapped",
        "unknown-action-confirmed",
        "unknown-action-internal-error",
        "unknown-action-unanswered",
    ],
)
async def test_unknown_action_is_not_implemented(station: ChargePoint, check: Checks) -> None:
    """An action that OCPP does not know is answered with NotImplemented; codes that say "never" only remark."""
    await station.ready()

    outcome = await station.attempt("NoSuchAction")

    tolerable = sorted((V16.error_codes | V16.misspelt) - {"NotImplemented", "InternalError"})
    check.graded(gist(outcome), good=["NotImplemented"], tolerable=tolerable, clause=CLAUSE)
    (await sign_of_life(station)).judge(check, clause=CLAUSE)


@scenario(
    "v16.transport.call-error.action-not-served",
    spec=["OCPP-J 1.6 4.2.3"],
    requirements=["J-4.2.3-e"],
    mutants=["foreign-action-wedges"],
)
async def test_action_of_the_other_direction_is_not_served(station: ChargePoint, check: Checks) -> None:
    """An action that only a central system may ask for is refused as not supported, and the station served on."""
    await station.ready()

    for action, payload in (("Reset", {"type": "Hard"}), ("ClearCache", {})):
        outcome = await station.attempt(action, payload)
        check.graded(gist(outcome), good=["NotSupported", "NotImplemented"], clause=CLAUSE, level=SHOULD)
        (await sign_of_life(station)).judge(check, clause=CLAUSE, closing=SHOULD)


@scenario(
    "v16.transport.call-error.never-silence",
    spec=["OCPP-J 1.6 errata 3.2"],
    requirements=["J-4.2.3-f"],
    mutants=["invalid-call-ignored", "mistyped-call-unanswered", "misshapen-call-unanswered", "refusals-unanswered"],
)
async def test_no_invalid_call_is_left_unanswered(station: ChargePoint, check: Checks) -> None:
    """Every CALL that cannot be served is answered nevertheless."""
    await station.ready()

    for action, payload in INVALID:
        outcome = await station.attempt(action, payload)
        answered = gist(outcome) not in ("silence", "close")
        expected = f"an answer to {action} {payload}"
        check.that(answered, expected, observed=outcome, clause="OCPP-J 1.6 errata 3.2")
        if not answered:
            break
    (await sign_of_life(station)).judge(check, clause="OCPP-J 1.6 errata 3.2")


@scenario(
    "v16.transport.call-error.only-to-calls",
    spec=["OCPP-J 1.6 4.2.3"],
    requirements=["J-4.2.3-m"],
    needs=[ClearCache],
    mutants=["invalid-answer-answered", "malformed-error-answered"],
)
async def test_answers_are_never_answered(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Neither an invalid CALLRESULT nor a malformed CALLERROR of the station is answered with CALLERROR."""
    await station.ready()
    since = len(station.trace)

    for shape in ([3, {"status": "Foo"}], [3, {}], [3, "x"], [4, "Foo"], [4, "GenericError", None, None], [4]):
        await csms.perform(ClearCache(station=station.id))
        call = await station.next_call("ClearCache", level=SHOULD)
        await station.send([shape[0], call.unique_id, *shape[1:]])
        await station.probe()
        if not station.connected:
            await station.connect()
        errors = [entry.text for entry in station.received(since) if isinstance(entry.frame, CallError)]
        check.equal(errors, [], clause=CLAUSE)


@scenario(
    "v16.transport.call-error.tells-no-internals",
    spec=["OCPP-J 1.6 4.2.3"],
    mutants=["database-error-leaked"],
)
async def test_call_errors_tell_no_internals(station: ChargePoint, check: Checks) -> None:
    """The description and the details of a CALLERROR show neither statements of a database nor traces of a program."""
    await station.ready()

    for action, payload in INVALID:
        outcome = await station.attempt(action, payload)
        if isinstance(outcome, Refusal):
            inside = INTERNALS.search(outcome.entry.text)
            told = inside[0] if inside else None
            check.equal(told, None, clause=CLAUSE, level=SHOULD, axis=POLICY, at=outcome.entry.index)
