"""Judges what a central system sends, message by message, whether or not a scenario looks at it.

Which deviations accuse and which only remark is decided here and nowhere else: constraints of the published schemas
and of the text accuse, points on which fair systems differ remark.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from harness import rules
from harness.corpus import Rule
from harness.ocppj import ERROR_CODES, MISSPELT_ERROR_CODES, Payload
from harness.rules import Ruling
from harness.schemas import Kind, Schemas, Violation
from harness.verdict import CONFORMANCE, POLICY, SHALL, SHOULD, Axis, Checks, Level


@dataclass(frozen=True, slots=True)
class Fairness:
    """How an invalid CALL of a station is rightly met: with one of the ``right`` codes, best of all.

    A ``tolerable`` code only remarks. ``acceptance`` is the level that is violated by accepting the payload, on the
    given axis.
    """

    right: frozenset[str]
    acceptance: Level
    axis: Axis = CONFORMANCE

    @property
    def tolerable(self) -> frozenset[str]:
        """The codes that are not right but do no harm: the table has them, or a later version spells them so."""
        return (ERROR_CODES | MISSPELT_ERROR_CODES) - self.right


_INCOMPLETE = frozenset({"ProtocolError", "OccurenceConstraintViolation", "FormationViolation"})
_MISTYPED = frozenset({"TypeConstraintViolation"})
_OUT_OF_RANGE = frozenset({"PropertyConstraintViolation"})

FAIRNESS: Mapping[Rule, Fairness] = {
    Rule.REQUIRED: Fairness(_INCOMPLETE, SHALL),
    Rule.TYPE: Fairness(_MISTYPED, SHALL),
    Rule.NULL: Fairness(_MISTYPED | _INCOMPLETE, SHALL),
    Rule.ENUM: Fairness(_OUT_OF_RANGE, SHALL),
    Rule.MAX_LENGTH: Fairness(_OUT_OF_RANGE | _MISTYPED, SHOULD, POLICY),
    Rule.ADDITIONAL: Fairness(frozenset({"FormationViolation"}), SHOULD, POLICY),
    Rule.FORMAT: Fairness(ERROR_CODES, SHOULD),
    Rule.MULTIPLE_OF: Fairness(_OUT_OF_RANGE | _MISTYPED, SHOULD),
    Rule.MIN_ITEMS: Fairness(ERROR_CODES, SHOULD),
    Rule.MAX_ITEMS: Fairness(ERROR_CODES, SHOULD),
    Rule.MINIMUM: Fairness(_OUT_OF_RANGE, SHALL),
    Rule.MAXIMUM: Fairness(_OUT_OF_RANGE, SHALL),
}
"""What OCPP-J 1.6 table 7 and its errata leave of each constraint; systems differ on the rest for good reasons."""


def fairness(rule: Rule, *, required: bool) -> Fairness:
    """Return how a payload that breaks a rule is rightly met; null in an optional member may be taken for absence."""
    fair = FAIRNESS[rule]
    return replace(fair, acceptance=SHOULD) if rule is Rule.NULL and not required else fair


def judge_refusal(word: str, fair: Fairness, check: Checks, *, clause: str) -> None:
    """Check how an invalid CALL of a station was met: ``word`` is an error code, CALLRESULT, silence or close."""
    if word == "CALLRESULT":
        check.that(False, "a CALLERROR", observed=word, clause=clause, level=fair.acceptance, axis=fair.axis)
    else:
        check.graded(word, good=sorted(fair.right), tolerable=fair.tolerable, clause=clause)


def judge_request(ruling: Ruling, schemas: Schemas, action: str, payload: Payload) -> None:
    """Hold the payload of a CALL of the central system to its rules."""
    expected = f"an action of OCPP {schemas.version}"
    if ruling.that(action in schemas.actions, rules.CALL_ACTION, expected, action):
        _judge_payload(ruling, schemas, action, Kind.REQUEST, payload)


def judge_response(ruling: Ruling, schemas: Schemas, action: str, payload: Payload) -> None:
    """Hold the payload of a CALLRESULT of the central system to its rules."""
    if action in schemas.actions:
        _judge_payload(ruling, schemas, action, Kind.RESPONSE, payload)


def _judge_payload(ruling: Ruling, schemas: Schemas, action: str, kind: Kind, payload: Payload) -> None:
    rule = rules.payload_rule(schemas.version, action, kind)
    ruling.that(True, rule, "", "")
    for violation in schemas.violations(action, kind, payload):
        if not _only_a_form_of_time(violation, payload):
            expected = f"{action} {kind} valid against its schema ({violation.rule} at {violation.path})"
            ruling.that(False, rule, expected, violation.message)
    for path, text in _timestamps(payload):
        remark = timestamp_remark(text)
        expected = f"a UTC timestamp that every station reads at {path}"
        ruling.that(remark is None, rules.TIMESTAMP, expected, remark or text, level=SHOULD)


def timestamp_remark(text: str) -> str | None:
    """Return what keeps some stations from reading an ISO 8601 timestamp, None when nothing does."""
    moment = iso8601(text)
    if moment is None:
        return None
    if moment.tzinfo is None:
        return f"{text} without a time zone"
    if moment.utcoffset() != timedelta(0):
        return f"{text} with an offset from UTC"
    _, point, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{text} with {digits} fraction digits" if point and digits != 3 else None


def iso8601(text: str) -> datetime | None:
    """Return the moment that an ISO 8601 date and time names, None for any other text."""
    head, point, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    normal = f"{head}.{digits[:6]:0<6}{rest[len(digits) :]}" if point and digits else text
    try:
        return datetime.fromisoformat(normal) if "T" in text.upper() else None
    except ValueError:
        return None


def seconds_off(text: object, moment: datetime) -> float:
    """Return by how many seconds a timestamp lies after a moment, infinity for what is no ISO 8601 timestamp.

    Without a time zone it is taken as UTC.
    """
    named = iso8601(text) if isinstance(text, str) else None
    if named is None:
        return math.inf
    return ((named if named.tzinfo else named.replace(tzinfo=UTC)) - moment).total_seconds()


def _only_a_form_of_time(violation: Violation, payload: Payload) -> bool:
    """Whether a violation is a valid ISO 8601 timestamp that is only not of the stricter RFC 3339 (no zone).

    The rule on timestamps remarks on those.
    """
    if violation.rule != "format":
        return False
    value: object = payload
    for part in violation.path.strip("/").split("/"):
        value = value[int(part)] if isinstance(value, list) else value[part]  # type: ignore[index]
    return isinstance(value, str) and iso8601(value) is not None


def _timestamps(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, member in value.items():
                yield from _timestamps(member, f"{path}/{key}")
        case list():
            for index, member in enumerate(value):
                yield from _timestamps(member, f"{path}/{index}")
        case str() if path.endswith(_TIMESTAMP_NAMES):
            yield path, value


_TIMESTAMP_NAMES = (
    "/currentTime",
    "/timestamp",
    "/expiryDate",
    "/retrieveDate",
    "/retrieveDateTime",
    "/installDateTime",
    "/startTime",
    "/stopTime",
    "/startSchedule",
    "/scheduleStart",
    "/validFrom",
    "/validTo",
    "/oldestTimestamp",
    "/latestTimestamp",
)
