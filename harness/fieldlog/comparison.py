"""How a frame of the central system differs from a recorded one: structure first, volatile members ignored."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.fieldlog.redaction import TAGS
from harness.fieldlog.rewriting import REFERENCES, Rewriting
from harness.judgement import iso8601
from harness.ocppj import CALL, CALLERROR, CALLRESULT
from harness.schemas import Kind

VOLATILE = frozenset({"interval", "certificateChain", "exiResponse", "ocspResult"})
"""Members whose values are settings of a central system, or made anew each time; they have to be of one type."""

ABSENT = "absent"
SHOWN = 120
"""Characters of a value that are shown."""


class Sort(StrEnum):
    """What kind of difference there is, the gravest first."""

    CONNECTION = "connection"
    MESSAGE = "message"
    ERROR_CODE = "error code"
    MEMBER = "member"
    TYPE = "type"
    VALUE = "value"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Deviation:
    """What is another thing now than it was; ``place`` says where in a payload, as a JSON pointer."""

    sort: Sort
    recorded: str
    now: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A deviation of what was recorded in a ``line`` of the log, of a ``station`` there; ``what`` names the message.

    A line that is 0 has nothing of the kind. ``entry`` is the index of what came now in the trace.
    """

    line: int
    station: str
    what: str
    deviation: Deviation
    entry: int | None = None


def compare(
    recorded: Sequence[Any], now: Sequence[Any], action: str, rewriting: Rewriting, ignored: Collection[str] = ()
) -> Iterator[Deviation]:
    """Yield how a frame differs from the recorded one: what its message is, then its payload, member by member.

    Ids of messages, moments, descriptions and details of errors, and VOLATILE members are ignored, as are members that
    are ``ignored``. A reference has to name what the recorded one did.
    """
    was, is_now = kind_of(recorded), kind_of(now)
    if was != is_now:
        sort = Sort.ERROR_CODE if recorded[:1] == now[:1] == [CALLERROR] else Sort.MESSAGE
        yield Deviation(sort, was, is_now)
        return
    if len(recorded) != len(now):
        yield Deviation(Sort.MESSAGE, f"{len(recorded)} elements", f"{len(now)} elements")
    place = {CALL: 3, CALLRESULT: 2}.get(recorded[0])
    if place is None or min(len(recorded), len(now)) <= place:
        return
    schemas = rewriting.version.schemas
    kind = Kind.REQUEST if recorded[0] == CALL else Kind.RESPONSE
    schema = schemas.schema(action, kind) if action in schemas.actions else {}
    yield from _Comparison(rewriting, frozenset(ignored)).values(recorded[place], now[place], "", "", schema)


def kind_of(elements: Sequence[Any]) -> str:
    """Return what a frame is, in words: its type, and its action or error code."""
    match elements:
        case [2, _, action, *_]:
            return f"CALL {action}"
        case [3, *_]:
            return "CALLRESULT"
        case [4, _, code, *_]:
            return f"CALLERROR {code}"
    return shown(elements)


@dataclass(frozen=True, slots=True)
class _Comparison:
    rewriting: Rewriting
    ignored: Collection[str]

    def values(self, was: Any, now: Any, name: str, path: str, schema: Mapping[str, Any]) -> Iterator[Deviation]:
        if name in self.ignored:
            return
        if _type(was) != _type(now):
            yield Deviation(Sort.TYPE, f"{_type(was)} {shown(was)}", f"{_type(now)} {shown(now)}", path)
        elif isinstance(was, dict):
            yield from self._objects(was, now, path, schema)
        elif isinstance(was, list):
            yield from self._lists(was, now, name, path, schema)
        elif name not in VOLATILE:
            yield from self._scalars(was, now, name, path, schema)

    def _objects(
        self, was: Mapping[str, Any], now: Mapping[str, Any], path: str, schema: Mapping[str, Any]
    ) -> Iterator[Deviation]:
        for name in [*was, *(name for name in now if name not in was)]:
            if name in self.ignored:
                continue
            place = f"{path}/{name}"
            if name in was and name in now:
                yield from self.values(was[name], now[name], name, place, schema.get("properties", {}).get(name, {}))
            else:
                recorded, present = (shown(each[name]) if name in each else ABSENT for each in (was, now))
                yield Deviation(Sort.MEMBER, recorded, present, place)

    def _lists(
        self, was: Sequence[Any], now: Sequence[Any], name: str, path: str, schema: Mapping[str, Any]
    ) -> Iterator[Deviation]:
        if len(was) != len(now):
            yield Deviation(Sort.MEMBER, f"{len(was)} items", f"{len(now)} items", path)
        for index, (old, new) in enumerate(zip(was, now, strict=False)):
            yield from self.values(old, new, name, f"{path}/{index}", schema.get("items", {}))

    def _scalars(self, was: Any, now: Any, name: str, path: str, schema: Mapping[str, Any]) -> Iterator[Deviation]:
        if schema.get("format") == "date-time" and isinstance(was, str):
            recorded, present = ("a moment" if iso8601(text) else shown(text) for text in (was, now))
            if recorded != present:
                yield Deviation(Sort.TYPE, recorded, present, path)
            return
        if name in REFERENCES and was is not None:
            known = self.rewriting.reference(name, was)
            if not self.rewriting.same(name, was, now):
                expected = "one that nothing else has" if known == was else f"{shown(known)}, which it is now"
                yield Deviation(Sort.VALUE, expected, shown(now), path)
            return
        expected = self.rewriting.token(was) if name in TAGS and isinstance(was, str) else was
        if expected != now:
            yield Deviation(Sort.VALUE, shown(expected), shown(now), path)


def _type(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "list"
    return "object"


def shown(value: Any) -> str:
    """Return a value as it is shown, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
