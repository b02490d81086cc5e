"""OCPP-J frames: bytes become messages of the ``ocpp`` package, answers and CALLs become bytes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn, TypeAlias

import orjson
from ocpp.exceptions import OCPPError
from ocpp.messages import Call, CallError, CallResult, MessageType

from server.core.validation import Payload

CALL: int = MessageType.Call
CALLRESULT: int = MessageType.CallResult
CALLERROR: int = MessageType.CallError

MAX_UNIQUE_ID = 36
"""Longest unique id in characters (OCPP-J 1.6 4.1.4)."""

NAMELESS = "-1"
"""The unique id of an answer to what names none (OCPP-J 2.0.1 4.2.3)."""

_BEGUN_ANSWER = re.compile(rb'\s*\[\s*(?:3|4)\s*,\s*"([^"\\]{1,36})"')
"""How a CALLRESULT or CALLERROR begins, also one of which the rest is missing."""

_MISTYPED_ANSWERS = ("3", "4", 3.0, 4.0)
"""What stands for the type of an answer where a station writes it as a text or as a fraction."""

Message: TypeAlias = Any
"""A Call, CallResult or CallError of ``ocpp``, which has no type information."""


class Outgoing(NamedTuple):
    """A message on its way to a station, as a frame that is not encoded yet.

    ``action`` is that of the CALL, or of the CALL that is answered, whose payload is ``asked``; of what could not be
    read it is empty.
    """

    version: str
    action: str
    frame: list[Any]
    asked: Payload | None = None

    @property
    def kind(self) -> int:
        """CALL, CALLRESULT or CALLERROR."""
        kind: int = self.frame[0]
        return kind


@dataclass(frozen=True, slots=True)
class FrameRules:
    """What a version says of a CALL that is not formed as one, and of what is no message at all.

    ``broken`` is the error of a CALL that breaks the form of one, ``unknown_type`` that of a message of a type that
    there is none of, ``unreadable`` that of a text whose unique id cannot be read, which is answered under the id
    ``NAMELESS``; with None either stays unanswered.
    """

    broken: type[OCPPError]
    unknown_type: type[OCPPError] | None = None
    unreadable: type[OCPPError] | None = None


class Unreadable(Exception):
    """A text to which no answer is possible: not a frame, or a frame without a usable unique id."""


class BrokenCall(Exception):
    """A CALL that cannot be served but names its unique id, so that it can be refused."""

    def __init__(self, unique_id: str, error: OCPPError) -> None:
        super().__init__(error.description)
        self.unique_id = unique_id
        self.error = error


class BrokenAnswer(Exception):
    """A CALLRESULT or CALLERROR that is not formed as one but names its unique id."""

    def __init__(self, unique_id: str, problem: str) -> None:
        super().__init__(problem)
        self.unique_id = unique_id


class Framing:
    """Reads and writes frames (OCPP-J 1.6 section 4, OCPP-J 2.0.1 section 4)."""

    def __init__(self, rules: FrameRules) -> None:
        self.rules = rules

    def decode(self, data: bytes) -> Message:
        """Return the message; raises Unreadable, BrokenCall or BrokenAnswer."""
        try:
            elements = orjson.loads(data)
        except orjson.JSONDecodeError:
            self._not_json(data)
        if type(elements) is not list or not elements:
            raise self.unreadable("not a JSON array with elements")
        if len(elements) == 4 and type(elements[0]) is int and elements[0] == CALL:
            _, unique_id, action, payload = elements
            if type(unique_id) is str and unique_id and type(action) is str and type(payload) is dict:
                self.check_id(unique_id)
                self.check_members(unique_id, data, elements)
                return Call(unique_id, action, payload)
        return self._rarer(elements)

    def check_id(self, unique_id: str) -> None:
        """Raise BrokenCall for a unique id that is too long (OCPP-J 1.6 4.2.3)."""
        if len(unique_id) > MAX_UNIQUE_ID:
            raise self.broken(unique_id, f"the unique id is longer than {MAX_UNIQUE_ID} characters")

    def check_members(self, unique_id: str, data: bytes, elements: list[Any]) -> None:
        """Raise BrokenCall for an object that has a member twice.

        The parser keeps the last of two, which shows in the number of colons; only then a slow parser decides.
        """
        try:
            if data.count(b":") != orjson.dumps(elements).count(b":") or b"\\u003" in data:
                json.loads(data, object_pairs_hook=_members_once)
        except _TwiceError as error:
            raise self.broken(unique_id, f"the member {error} occurs twice") from None
        except (orjson.JSONEncodeError, RecursionError):
            raise self.broken(unique_id, "the payload is nested too deeply") from None

    def encode(self, message: Outgoing) -> bytes:
        """Return the text of a message."""
        return orjson.dumps(message.frame)

    def broken(self, unique_id: str, problem: str) -> BrokenCall:
        """Return the refusal of a CALL that is not formed as one."""
        return BrokenCall(unique_id, self.rules.broken(description=problem))

    def unreadable(self, problem: str) -> Unreadable | BrokenCall:
        """Return the refusal of what names no unique id, if the version has one (OCPP-J 2.0.1 4.2.3)."""
        if self.rules.unreadable is None:
            return Unreadable(problem)
        return BrokenCall(NAMELESS, self.rules.unreadable(description=problem))

    def unknown_type(self, unique_id: object) -> Unreadable | BrokenCall:
        """Return the refusal of a type that there is none of, if the version has one (OCPP-J 2.0.1 4.4)."""
        if self.rules.unknown_type is None or not isinstance(unique_id, str) or not unique_id:
            return Unreadable("unknown message type")
        return BrokenCall(unique_id, self.rules.unknown_type(description="unknown message type"))

    def _not_json(self, data: bytes) -> NoReturn:
        """Refuse what is not JSON: by CALLERROR where a lenient parser still finds the id of a CALL in it.

        An answer of which only the beginning can be read still ends its CALL.
        """
        if (begun := _BEGUN_ANSWER.match(data)) is not None:
            raise BrokenAnswer(begun[1].decode(errors="replace"), "not JSON, or cut off")
        try:
            elements = json.loads(data)
        except (ValueError, RecursionError):
            elements = None
        match elements:
            case [2, str(unique_id), *_] if unique_id and unique_id.isprintable():
                self.check_id(unique_id)
                raise self.broken(unique_id, "the text is not JSON")
        raise self.unreadable("not JSON")

    def _rarer(self, elements: list[Any]) -> Message:
        kind, unique_id = elements[0], elements[1] if len(elements) > 1 else None
        if type(kind) in (str, float) and kind in _MISTYPED_ANSWERS and isinstance(unique_id, str):
            raise BrokenAnswer(unique_id, f"the message type is {json.dumps(kind)} instead of a whole number")
        if type(kind) is not int or kind not in (CALL, CALLRESULT, CALLERROR):
            raise self.unknown_type(unique_id)
        if not isinstance(unique_id, str) or not unique_id:
            raise self.unreadable("no usable unique id")
        match elements:
            case [3, _, dict(payload)]:
                return CallResult(unique_id, payload)
            case [4, _, str(code), *rest]:
                # What follows the code may be left out or mistyped: the code tells the operator most.
                description = rest[0] if rest and isinstance(rest[0], str) else ""
                return CallError(unique_id, code, description, {})
        if kind != CALL:
            raise BrokenAnswer(unique_id, f"not formed as an answer: {_forms(elements)}")
        self.check_id(unique_id)
        match elements:
            case [2, _, str(action), None]:
                return Call(unique_id, action, {})
        raise self.broken(unique_id, "a CALL has a unique id, an action and a payload object")


def _forms(elements: list[Any]) -> str:
    """Return the elements of a frame after its id by their JSON types."""
    return f"[{', '.join(['type', 'id', *(_TYPES[type(one)] for one in elements[2:6])])}]"


_TYPES = {
    str: "string", int: "number", float: "number", bool: "boolean", dict: "object", list: "array", type(None): "null"
}  # fmt: skip


class _TwiceError(Exception):
    pass


def _members_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise _TwiceError(repr(name)[:60])
        members[name] = value
    return members
