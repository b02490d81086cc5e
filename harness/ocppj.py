"""OCPP-J frames without input or output: a strict parser, and an encoder that can also lie.

The parser reports everything that is wrong with a text and still hands out the frame where one can be made out,
so that a harness can go on judging. Source: section 4 of OCPP-J, alike in all versions but for message types and codes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from harness import rules
from harness.rules import Demand, Problem, Ruling
from harness.verdict import SHALL, SHOULD, Level
from harness.versions import Version

CALL = 2
CALLRESULT = 3
CALLERROR = 4

MAX_UNIQUE_ID = 36
"""Longest unique id in characters (OCPP-J 4.1.4)."""

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
    return _encoder.encode(list(elements))


def elements(text: str) -> list[Any] | None:
    """Return the elements of a message however odd they are, None for what is not a JSON array."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, list) else None


def payload_of_result(text: str, unique_id: str) -> Payload | None:
    """Return the payload of a CALLRESULT with an id, None for whatever has anything that ``parse`` may object to."""
    try:
        message, end = _scan(text, 0)
    except (ValueError, StopIteration, RecursionError):
        return None
    match message:
        case [kind, str(found), dict(payload)] if type(kind) is int and kind == CALLRESULT and found == unique_id:
            return payload if end == len(text) and 1 <= len(found) <= MAX_UNIQUE_ID else None
    return None


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


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
_scan = _decoder.scan_once  # type: ignore[attr-defined]  # ``decode`` but for its search for white space


def parse(text: str, version: Version) -> Parsed:
    """Parse one text message of a central system strictly, as one of an OCPP version."""
    ruling = Ruling(version)
    try:
        message = _decoder.decode(text)
    except (ValueError, RecursionError) as error:
        ruling.that(False, rules.JSON, "one JSON text without duplicate members or NaN", f"{error}")
        return Parsed(None, ruling)
    ruling.that(True, rules.JSON, "", "")
    if not ruling.that(isinstance(message, list), rules.ARRAY, "a JSON array", _kind(message)):
        return Parsed(None, ruling)
    kind = message[0] if message else None
    known = isinstance(kind, int) and not isinstance(kind, bool) and kind in version.message_types
    *others, last = sorted(version.message_types)
    expected = f"message type {', '.join(map(str, others))} or {last}"
    ruling.that(known, rules.MESSAGE_TYPE, expected, _kind(kind))
    parser = _PARSERS[int(kind)] if known and kind is not None else None
    return Parsed(parser(_Reader(message, ruling, version)) if parser else None, ruling)


class _Reader:
    """Takes the elements of one message apart and holds each to its rule."""

    def __init__(self, message: list[Any], ruling: Ruling, version: Version) -> None:
        self._message = message
        self._ruling = ruling
        self._version = version

    def elements(self, count: int, demand: Demand) -> None:
        found = len(self._message)
        self._ruling.that(found == count, demand, f"{count} elements", f"{found} elements")

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
        if code and code not in self._version.error_codes:
            level = SHOULD if code in self._version.misspelt else SHALL
            expected = f"an error code of OCPP-J {self._version.name}"
            self._ruling.that(False, rules.ERROR_CODE, expected, code, level=level)
        return code

    def string(self, index: int, name: str, demand: Demand, *, null_level: Level = SHALL) -> str:
        value = self._get(index)
        level = null_level if value is None else SHALL
        proper = isinstance(value, str)
        self._ruling.that(proper, demand, f"{name} as a string", _kind(value), level=level)
        return value if proper else ""

    def payload(self, index: int, name: str, demand: Demand, *, null_level: Level = SHALL) -> Payload | None:
        value = self._get(index)
        level = null_level if value is None else SHALL
        proper = self._ruling.that(isinstance(value, dict), demand, f"{name} as an object", _kind(value), level=level)
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
