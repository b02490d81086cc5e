"""OCPP-J frames without input or output: a strict parser, and an encoder that can also lie.

The parser reports everything that is wrong with a text and still hands out the frame where one can be made out,
so that a harness can go on judging. Source: OCPP-J 1.6, section 4.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from harness.verdict import SHALL, SHOULD, Level

CALL = 2
CALLRESULT = 3
CALLERROR = 4

MAX_UNIQUE_ID = 36
"""Longest unique id in characters (OCPP-J 1.6 4.1.4)."""

ID_CLAUSE = "OCPP-J 1.6 4.1.4"
"""The clause on unique ids."""

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
class Problem:
    """One rule that a frame breaks: the clause, how strongly it binds, what was expected and observed."""

    clause: str
    level: Level
    expected: str
    observed: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the parser made of a text: the frame if one can be made out, and all problems."""

    frame: Frame | None
    problems: tuple[Problem, ...]


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
    try:
        message = _decoder.decode(text)
    except (ValueError, RecursionError) as error:
        expected = "one JSON text without duplicate members or NaN"
        return Parsed(None, (Problem("OCPP-J 1.6 4.1.2", SHALL, expected, f"{error}"),))
    if not isinstance(message, list):
        return Parsed(None, (Problem("OCPP-J 1.6 4.2", SHALL, "a JSON array", _kind(message)),))
    kind = message[0] if message else None
    if isinstance(kind, bool) or not isinstance(kind, int) or kind not in _PARSERS:
        return Parsed(None, (Problem("OCPP-J 1.6 4.1.3", SHALL, "message type 2, 3 or 4", _kind(kind)),))
    return _PARSERS[kind](message)


class _Reader:
    """Takes the elements of one message apart and notes what is wrong with each."""

    def __init__(self, message: list[Any], clause: str, length: int) -> None:
        self.problems: list[Problem] = []
        self._message = message
        self._clause = clause
        if len(message) != length:
            self.note(f"{length} elements", f"{len(message)} elements")

    def note(self, expected: str, observed: str, *, level: Level = SHALL, clause: str | None = None) -> None:
        self.problems.append(Problem(clause or self._clause, level, expected, observed))

    def unique_id(self) -> str | None:
        value = self._get(1)
        if not isinstance(value, str):
            self.note("a unique id string", _kind(value), clause=ID_CLAUSE)
            return None
        if not value or len(value) > MAX_UNIQUE_ID:
            self.note("a unique id of 1 to 36 characters", f"{len(value)} characters", clause=ID_CLAUSE)
        return value

    def action(self) -> str:
        action = self.string(2, "the action")
        if action == "" == self._get(2):
            self.note("an action", "an empty text")
        return action

    def string(self, index: int, name: str, *, null_level: Level = SHALL) -> str:
        value = self._get(index)
        if isinstance(value, str):
            return value
        self.note(f"{name} as a string", _kind(value), level=null_level if value is None else SHALL)
        return ""

    def payload(self, index: int, name: str, *, null_level: Level = SHALL) -> Payload | None:
        value = self._get(index)
        if isinstance(value, dict):
            return value
        self.note(f"{name} as an object", _kind(value), level=null_level if value is None else SHALL)
        return {} if value is None else None

    def _get(self, index: int) -> Any:
        return self._message[index] if index < len(self._message) else _MISSING

    def parsed(self, frame: Frame | None) -> Parsed:
        return Parsed(frame, tuple(self.problems))


_MISSING = object()


def _call(message: list[Any]) -> Parsed:
    reader = _Reader(message, "OCPP-J 1.6 4.2.1", 4)
    unique_id, action = reader.unique_id(), reader.action()
    payload = reader.payload(3, "the payload", null_level=SHOULD)
    if unique_id is None or not action or payload is None:
        return reader.parsed(None)
    return reader.parsed(Call(unique_id, action, payload))


def _call_result(message: list[Any]) -> Parsed:
    reader = _Reader(message, "OCPP-J 1.6 4.2.2", 3)
    unique_id, payload = reader.unique_id(), reader.payload(2, "the payload", null_level=SHOULD)
    if unique_id is None or payload is None:
        return reader.parsed(None)
    return reader.parsed(CallResult(unique_id, payload))


def _call_error(message: list[Any]) -> Parsed:
    reader = _Reader(message, "OCPP-J 1.6 4.2.3", 5)
    unique_id, code = reader.unique_id(), reader.string(2, "the error code")
    description = reader.string(3, "the error description", null_level=SHOULD)
    details = reader.payload(4, "the error details")
    if code and code not in ERROR_CODES:
        level = SHOULD if code in MISSPELT_ERROR_CODES else SHALL
        reader.note("an error code of table 7", code, level=level)
    if unique_id is None:
        return reader.parsed(None)
    return reader.parsed(CallError(unique_id, code, description, details or {}))


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
