"""Judges what a central system sends, message by message, whether or not a scenario looks at it.

Which deviations accuse and which only remark is decided here and nowhere else: constraints of the published schemas
and of the text accuse, points on which fair systems differ remark.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from harness import rules
from harness.ocppj import Payload
from harness.rules import Ruling
from harness.schemas import Kind, Violation
from harness.verdict import SHOULD, Checks, Clause
from harness.versions import Fairness, Version


def judge_refusal(word: str, fair: Fairness, check: Checks, *, clause: Clause) -> None:
    """Check how an invalid CALL of a station was met: ``word`` is an error code, CALLRESULT, silence or close."""
    if word == "CALLRESULT":
        check.that(False, "a CALLERROR", observed=word, clause=clause, level=fair.acceptance, axis=fair.axis)
    else:
        check.graded(word, good=sorted(fair.right), tolerable=fair.tolerable, clause=clause)


def judge_request(ruling: Ruling, version: Version, action: str, payload: Payload) -> None:
    """Hold the payload of a CALL of the central system to its rules."""
    expected = f"an action of OCPP {version.name}"
    if ruling.that(action in version.schemas.actions, rules.CALL_ACTION, expected, action):
        _judge_payload(ruling, version, action, Kind.REQUEST, payload)


def judge_response(ruling: Ruling, version: Version, action: str, payload: Payload) -> None:
    """Hold the payload of a CALLRESULT of the central system to its rules."""
    if action in version.schemas.actions:
        _judge_payload(ruling, version, action, Kind.RESPONSE, payload)


def flawless_response(version: Version, action: str, payload: Payload) -> bool:
    """Whether nothing can be said against the payload of a CALLRESULT; False also where that takes a closer look."""
    schemas, kind = version.schemas, Kind.RESPONSE
    if action not in schemas.actions or not schemas.valid(action, kind, payload):
        return False
    if not (times := schemas.times(action, kind)):
        return True
    digits = version.fraction_digits
    return all(timestamp_remark(text, digits) is None for _, text in timestamps(payload, times))


def _judge_payload(ruling: Ruling, version: Version, action: str, kind: Kind, payload: Payload) -> None:
    demand = rules.payload(action, kind)
    ruling.that(True, demand, "", "")
    for violation in version.schemas.violations(action, kind, payload):
        if not _only_a_form_of_time(violation, payload):
            expected = f"{action} {kind} valid against its schema ({violation.rule} at {violation.path})"
            ruling.that(False, demand, expected, violation.message)
    for path, text in timestamps(payload, version.schemas.times(action, kind)):
        remark = timestamp_remark(text, version.fraction_digits)
        expected = f"a UTC timestamp that everybody reads at {path}"
        ruling.that(remark is None, rules.TIMESTAMP, expected, remark or text, level=SHOULD)


def timestamp_remark(text: str, fraction_digits: Collection[int]) -> str | None:
    """Return what keeps some stations from reading an ISO 8601 timestamp, None when nothing does.

    A fraction of a second has as many digits as every station of the version reads.
    """
    if (plain := _PLAIN.fullmatch(text)) and (plain[1] is None or len(plain[1]) in fraction_digits):
        return None
    moment = iso8601(text)
    if moment is None:
        return None
    if moment.tzinfo is None:
        return f"{text} without a time zone"
    if moment.utcoffset() != timedelta(0):
        return f"{text} with an offset from UTC"
    _, point, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{text} with {digits} fraction digits" if point and digits not in fraction_digits else None


_PLAIN = re.compile(r"[0-9-]{10}T[0-9:]{8}(?:\.([0-9]+))?Z")
"""What every station reads, if it is a date and time at all."""


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


def timestamps(value: object, schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield what the schema calls a date and time, with the JSON pointer to it."""
    match value:
        case dict():
            members = schema.get("properties", {})
            for name in members.keys() & value.keys():
                yield from timestamps(value[name], members[name], f"{path}/{name}")
        case list():
            for index, item in enumerate(value):
                yield from timestamps(item, schema.get("items", {}), f"{path}/{index}")
        case str() if schema.get("format") == "date-time":
            yield path, value
