"""Tests of the judgement of what a central system sends."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from harness.corpus import Rule
from harness.judgement import (
    iso8601,
    judge_refusal,
    judge_request,
    judge_response,
    seconds_off,
    timestamp_remark,
)
from harness.rules import Problem, Ruling
from harness.verdict import POLICY, SHALL, SHOULD, Axis, Checks, Level, Verdict
from harness.versions import V16, V201, VERSIONS, Version

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def levels(action: str, payload: dict[str, Any]) -> list[Level]:
    """Return the levels of all problems with an answer."""
    ruling = Ruling(V16)
    judge_response(ruling, V16, action, payload)
    return [problem.level for problem in ruling.problems]


def problems(action: str, payload: dict[str, Any]) -> list[Problem]:
    """Return all problems with a CALL."""
    ruling = Ruling(V16)
    judge_request(ruling, V16, action, payload)
    return ruling.problems


def test_valid_messages_have_no_problems() -> None:
    """What is valid and unambiguous is not remarked on."""
    assert problems("Reset", {"type": "Hard"}) == []
    assert levels("Heartbeat", {"currentTime": "2026-01-01T12:00:00.000Z"}) == []


def test_violated_schema_accuses() -> None:
    """A violation names action, rule and place."""
    (problem,) = problems("Reset", {"type": "Warm"})
    assert (problem.level, problem.expected) == (SHALL, "Reset request valid against its schema (enum at /type)")


def test_unknown_action_accuses() -> None:
    """A central system sends no action that its OCPP version does not know."""
    (problem,) = problems("Bogus", {})
    assert (problem.level, problem.observed) == (SHALL, "Bogus")


def test_answer_to_an_unknown_action_is_not_judged() -> None:
    """An answer to an action that the harness made up has no schema."""
    assert levels("Bogus", {"a": 1}) == []


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-01-01T12:00:00Z", []),
        ("2026-01-01T12:00:00.123456Z", [SHOULD]),
        ("2026-01-01T12:00:00+01:00", [SHOULD]),
        ("2026-01-01T12:00:00", [SHOULD]),
        ("noon", [SHALL]),
    ],
)
def test_timestamps(time: str, expected: list[Level]) -> None:
    """An ISO 8601 timestamp that some stations cannot read remarks, any other text accuses."""
    assert levels("Heartbeat", {"currentTime": time}) == expected


def test_timestamps_are_found_at_any_depth() -> None:
    """Timestamps inside of objects and lists are judged too."""
    period = {"startPeriod": 0, "limit": 16}
    schedule = {
        "startSchedule": "2026-01-01T12:00:00+01:00",
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [period],
    }
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
    }
    payload = {"connectorId": 1, "csChargingProfiles": profile}
    (problem,) = problems("SetChargingProfile", payload)
    assert problem.expected.endswith("at /csChargingProfiles/chargingSchedule/startSchedule")


@pytest.mark.parametrize(
    ("version", "text", "fine"),
    [
        (V16, "2026-01-01T12:00:00.123Z", True),
        (V16, "2026-01-01T12:00:00.1Z", False),
        (V201, "2026-01-01T12:00:00.1Z", True),
        (V201, "2026-01-01T12:00:00.1234Z", False),
    ],
)
def test_digits_of_a_fraction(version: Version, text: str, fine: bool) -> None:
    """How many digits every station reads is a matter of the version."""
    assert (timestamp_remark(text, version.fraction_digits) is None) is fine


@pytest.mark.parametrize("text", ["noon", "2026-01-01", "2026-13-01T00:00:00Z", ""])
def test_text_that_is_no_timestamp(text: str) -> None:
    """What is no ISO 8601 date and time is none, and is infinitely far off."""
    assert iso8601(text) is None
    assert timestamp_remark(text, {3}) is None
    assert seconds_off(text, NOON) == math.inf


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("2026-01-01T12:00:01Z", 1.0),
        ("2026-01-01T12:00:00", 0.0),
        ("2026-01-01T13:00:00+01:00", 0.0),
        ("2026-01-01T11:59:59.5Z", -0.5),
        ("2026-01-01T12:00:00.123456789Z", 0.123456),
    ],
)
def test_seconds_off(time: str, seconds: float) -> None:
    """Distance is measured between instants, whatever their spelling."""
    assert seconds_off(time, NOON) == seconds


def test_number_is_no_timestamp() -> None:
    """A timestamp is a text."""
    assert seconds_off(17, NOON) == math.inf


def met(word: str, rule: Rule, *, required: bool = True, version: Version = V16) -> Checks:
    """Return the checks of an invalid CALL that was met with a word."""
    check = Checks(lambda: 0)
    judge_refusal(word, version.fair(rule, required=required), check, clause="c")
    return check


@pytest.mark.parametrize(("version", "verdict"), [(V16, Verdict.FAILED), (V201, Verdict.REMARKED)], ids=str)
def test_silence_is_judged_by_version(version: Version, verdict: Verdict) -> None:
    """An invalid CALL is owed its refusal in OCPP 1.6, while OCPP 2.0.1 lets it be dropped."""
    assert met("silence", Rule.REQUIRED, version=version).verdict() is verdict


@pytest.mark.parametrize("version", VERSIONS.values(), ids=str)
def test_every_rule_has_a_fair_judgement(version: Version) -> None:
    """No constraint is judged by accident, and right codes are codes of the table."""
    assert set(version.fairness) == set(Rule)
    assert all(fair.right <= version.error_codes for fair in version.fairness.values())


@pytest.mark.parametrize(
    ("word", "rule", "verdict"),
    [
        ("ProtocolError", Rule.REQUIRED, Verdict.PASSED),
        ("OccurenceConstraintViolation", Rule.REQUIRED, Verdict.PASSED),
        ("OccurrenceConstraintViolation", Rule.REQUIRED, Verdict.REMARKED),
        ("PropertyConstraintViolation", Rule.REQUIRED, Verdict.REMARKED),
        ("TypeConstraintViolation", Rule.TYPE, Verdict.PASSED),
        ("FormatViolation", Rule.TYPE, Verdict.REMARKED),
        ("PropertyConstraintViolation", Rule.ENUM, Verdict.PASSED),
        ("TypeConstraintViolation", Rule.MAX_LENGTH, Verdict.PASSED),
        ("FormatViolation", Rule.ADDITIONAL, Verdict.REMARKED),
        ("InternalError", Rule.FORMAT, Verdict.PASSED),
        ("RpcFrameworkError", Rule.FORMAT, Verdict.FAILED),
        ("silence", Rule.ADDITIONAL, Verdict.FAILED),
        ("close", Rule.MAX_LENGTH, Verdict.FAILED),
        ("CALLRESULT", Rule.REQUIRED, Verdict.FAILED),
        ("CALLRESULT", Rule.TYPE, Verdict.FAILED),
        ("CALLRESULT", Rule.ENUM, Verdict.FAILED),
        ("CALLRESULT", Rule.MAX_LENGTH, Verdict.REMARKED),
        ("CALLRESULT", Rule.ADDITIONAL, Verdict.REMARKED),
        ("CALLRESULT", Rule.FORMAT, Verdict.REMARKED),
        ("CALLRESULT", Rule.MIN_ITEMS, Verdict.REMARKED),
        ("CALLRESULT", Rule.MULTIPLE_OF, Verdict.REMARKED),
    ],
)
def test_refusals_are_judged_by_their_code(word: str, rule: Rule, verdict: Verdict) -> None:
    """Right codes pass, harmless ones remark, no answer fails, and acceptance is as grave as the rule."""
    assert met(word, rule).verdict() is verdict


def test_null_may_be_taken_for_absence() -> None:
    """Null in an optional member is no violation to everybody; in a required one it is."""
    assert met("CALLRESULT", Rule.NULL, required=False).verdict() is Verdict.REMARKED
    assert met("CALLRESULT", Rule.NULL, required=True).verdict() is Verdict.FAILED


@pytest.mark.parametrize(("rule", "axis"), [(Rule.MAX_LENGTH, POLICY), (Rule.ADDITIONAL, POLICY)])
def test_deliberate_tolerance_is_a_policy(rule: Rule, axis: Axis) -> None:
    """Systems that tolerate long texts and unknown members on purpose are remarked on as a policy."""
    assert [check.axis for check in met("CALLRESULT", rule).made] == [axis]
