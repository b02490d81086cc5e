"""OCPP-J frames without input or output: a strict parser, and an encoder that can also lie.

The parser reports everything that is wrong with a text and still hands out the frame where one can be made out,
so that a harness can go on judging. Source: OCPP-J 1.6, section 4.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from harness import rules
from harness.rules import Problem, Rule, Ruling
from harness.verdict import SHALL, SHOULD, Level

CALL = 2
CALLRESULT = 3
CALLERROR = 4

MAX_UNIQUE_ID = 36
"""Longest unique id in characters (OCPP-J 1.6 4.1.4)."""

ERROR_CODES = frozenset(
    {
        "NotImplemented",
        "NotSupported",
        "InternalError",
        "ProtocolError",
        "SecurityError",
        "FormationViolation",
        "PropertyConstraintViolation",
        "OccurenceConstraintViolation",
        "TypeConstraintViolation",
        "GenericError",
    }
)
"""The codes of OCPP-J 1.6 table 7, with their historical spellings."""

MISSPELT_ERROR_CODES = frozenset({"FormatViolation", "OccurrenceConstraintViolation"})
"""Corrected spellings that belong to later versions; seen on 1.6 links and tolerated with a remark."""

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A request: ``[2, unique id, action, payload]``."""

    unique_id: str
    action: str
    payload: Payload = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallResult:
    """An answer: ``[3, unique id, payload]``."""

    unique_id: str
    payload: Payload = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallError:
    """A refusal: ``[4, unique id, error code, description, details]``."""

    unique_id: str
    code: str
    description: str = ""
    details: Payload = field(default_factory=dict)


Frame = Call | CallResult | CallError


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the parser made of a text: the frame if one can be made out, and what the rules say of it."""

    frame: Frame | None
    ruling: Ruling

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the text."""
        return tuple(self.ruling.problems)


def encode(message: Frame | Sequence[Any]) -> str:
    """Return the compact JSON text of a frame, or of any list that is to pass for one."""
    match message:
        case Call():
            elements: Sequence[Any] = [CALL, message.unique_id, message.action, message.payload]
        case CallResult():
            elements = [CALLRESULT, message.unique_id, message.payload]
        case CallError():
            elements = [CALLERROR, message.unique_id, message.code, message.description, message.details]
        case _:
            elements = message
    return json.dumps(list(elements), ensure_ascii=False, separators=(",", ":"))


def elements(text: str) -> list[Any] | None:
    """Return the elements of a message however odd they are, None for what is not a JSON array."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, list) else None


class _NotStrict(ValueError):
    pass


def _reject_constant(name: str) -> NoReturn:
    raise _NotStrict(f"the number {name}")


def _reject_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice = next(key for i, (key, _) in enumerate(pairs) if key in dict(pairs[:i]))
        raise _NotStrict(f"the member {twice!r} twice")
    return members


_decoder = json.JSONDecoder(object_pairs_hook=_reject_duplicates, parse_constant=_reject_constant)


def parse(text: str) -> Parsed:
    """Parse one text message of the central system strictly."""
    ruling = Ruling()
    try:
        message = _decoder.decode(text)
    except (ValueError, RecursionError) as error:
        ruling.that(False, rules.JSON, "one JSON text without duplicate members or NaN", f"{error}")
        return Parsed(None, ruling)
    ruling.that(True, rules.JSON, "", "")
    if not ruling.that(isinstance(message, list), rules.ARRAY, "a JSON array", _kind(message)):
        return Parsed(None, ruling)
    kind = message[0] if message else None
    parser = _PARSERS.get(kind) if isinstance(kind, int) and not isinstance(kind, bool) else None
    ruling.that(parser is not None, rules.MESSAGE_TYPE, "message type 2, 3 or 4", _kind(kind))
    return Parsed(parser(_Reader(message, ruling)) if parser else None, ruling)


class _Reader:
    """Takes the elements of one message apart and holds each to its rule."""

    def __init__(self, message: list[Any], ruling: Ruling) -> None:
        self._message = message
        self._ruling = ruling

    def elements(self, count: int, rule: Rule) -> None:
        found = len(self._message)
        self._ruling.that(found == count, rule, f"{count} elements", f"{found} elements")

    def unique_id(self) -> str | None:
        value = self._get(1)
        if not isinstance(value, str):
            self._ruling.that(False, rules.ID_FORM, "a unique id string", _kind(value))
            return None
        proper = 1 <= len(value) <= MAX_UNIQUE_ID
        self._ruling.that(proper, rules.ID_FORM, "a unique id of 1 to 36 characters", f"{len(value)} characters")
        return value

    def action(self) -> str:
        action = self.string(2, "the action", rules.CALL_ACTION)
        if action == "" == self._get(2):
            self._ruling.that(False, rules.CALL_ACTION, "an action", "an empty text")
        return action

    def code(self) -> str:
        code = self.string(2, "the error code", rules.ERROR_CODE)
        if code and code not in ERROR_CODES:
            level = SHOULD if code in MISSPELT_ERROR_CODES else SHALL
            self._ruling.that(False, rules.ERROR_CODE, "an error code of table 7", code, level=level)
        return code

    def string(self, index: int, name: str, rule: Rule, *, null_level: Level = SHALL) -> str:
        value = self._get(index)
        level = null_level if value is None else SHALL
        proper = isinstance(value, str)
        self._ruling.that(proper, rule, f"{name} as a string", _kind(value), level=level)
        return value if proper else ""

    def payload(self, index: int, name: str, rule: Rule, *, null_level: Level = SHALL) -> Payload | None:
        value = self._get(index)
        level = null_level if value is None else SHALL
        proper = self._ruling.that(isinstance(value, dict), rule, f"{name} as an object", _kind(value), level=level)
        if not proper:
            return {} if value is None else None
        return value  # type: ignore[no-any-return]

    def _get(self, index: int) -> Any:
        return self._message[index] if index < len(self._message) else _MISSING


_MISSING = object()


def _call(reader: _Reader) -> Call | None:
    reader.elements(4, rules.CALL_ELEMENTS)
    unique_id, action = reader.unique_id(), reader.action()
    payload = reader.payload(3, "the payload", rules.CALL_PAYLOAD, null_level=SHOULD)
    if unique_id is None or not action or payload is None:
        return None
    return Call(unique_id, action, payload)


def _call_result(reader: _Reader) -> CallResult | None:
    reader.elements(3, rules.RESULT_ELEMENTS)
    unique_id, payload = reader.unique_id(), reader.payload(2, "the payload", rules.RESULT_PAYLOAD, null_level=SHOULD)
    return None if unique_id is None or payload is None else CallResult(unique_id, payload)


def _call_error(reader: _Reader) -> CallError | None:
    reader.elements(5, rules.ERROR_ELEMENTS)
    unique_id, code = reader.unique_id(), reader.code()
    description = reader.string(3, "the error description", rules.ERROR_DESCRIPTION, null_level=SHOULD)
    details = reader.payload(4, "the error details", rules.ERROR_DETAILS)
    return None if unique_id is None else CallError(unique_id, code, description, details or {})


_PARSERS = {CALL: _call, CALLRESULT: _call_result, CALLERROR: _call_error}


def _kind(value: Any) -> str:
    if value is _MISSING:
        return "nothing"
    match value:
        case None:
            return "null"
        case dict():
            return "an object"
        case list():
            return "an array"
    return f"{type(value).__name__} {value!r}"
