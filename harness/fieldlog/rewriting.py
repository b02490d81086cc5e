"""What of a recorded frame has to be another one when it is played again: ids, tokens and times."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from harness.fieldlog.redaction import TAGS
from harness.judgement import iso8601
from harness.ocppj import CALL, CALLRESULT, MAX_UNIQUE_ID
from harness.schemas import Kind
from harness.versions import V16, Version

REFERENCES = frozenset({"transactionId", "reservationId", "requestId", "remoteStartId", "listVersion"})
"""Members that name something by a number or a text which one side chose when it began."""

_FRACTION = re.compile(r"(\.\d+)?(Z|z|[+-]\d\d:?\d\d)?$")


@dataclass(slots=True)
class Rewriting:
    """What one station now says in place of what it said; ``shift`` is by how much its moments are later.

    ``tokens`` are the idTags that are used in place of others.
    """

    version: Version
    shift: timedelta = timedelta()
    tokens: Mapping[str, str] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)
    _references: dict[tuple[str, Any], Any] = field(default_factory=dict)

    def unique_id(self, id: str) -> str:
        """Return the id of a message in place of a recorded one, which always is the same; an odd one stays."""
        return self._ids.setdefault(id, str(uuid.uuid4())) if 0 < len(id) <= MAX_UNIQUE_ID else id

    def reference(self, name: str, recorded: Any) -> Any:
        """Return what a recorded reference is now, as far as that is known."""
        return self._references.get((name, recorded), recorded)

    def knows(self, name: str, recorded: Any) -> bool:
        """Whether it is known what a recorded reference is now."""
        return (name, recorded) in self._references

    def same(self, name: str, recorded: Any, now: Any) -> bool:
        """Learn what a reference of the central system is now, and return whether that fits what it was before.

        What was one is still one, and what were two are two.
        """
        known = self._references.get((name, recorded))
        others = {new for (of, old), new in self._references.items() if (of, old) != (name, recorded) and of == name}
        self._references[name, recorded] = now
        return known == now if known is not None else now not in others

    def sent(self, elements: Sequence[Any], action: str) -> list[Any]:
        """Return the elements of what the station says now, but for the id of an answer."""
        rewritten = list(elements)
        kind, place = elements[0], {CALL: 3, CALLRESULT: 2}.get(elements[0])
        if kind == CALL and isinstance(elements[1], str):
            rewritten[1] = self.unique_id(elements[1])
        if place is not None and len(elements) > place:
            of = Kind.REQUEST if kind == CALL else Kind.RESPONSE
            rewritten[place] = self.payload(elements[place], action, of, self.shift)
        return rewritten

    def payload(self, payload: Any, action: str, kind: Kind, shift: timedelta) -> Any:
        """Return a payload with what it names now, and with moments that are later by ``shift``."""
        schemas = self.version.schemas
        schema = schemas.schema(action, kind) if action in schemas.actions else {}
        return self._rewritten(payload, "", schema, lambda text: later(text, shift))

    def token(self, token: str) -> str:
        """Return the idTag that is used in place of a recorded one."""
        return self.tokens.get(token, token)

    def _rewritten(self, value: Any, name: str, schema: Mapping[str, Any], moment: Callable[[str], str]) -> Any:
        match value:
            case dict():
                members = schema.get("properties", {})
                return {one: self._rewritten(each, one, members.get(one, {}), moment) for one, each in value.items()}
            case list():
                return [self._rewritten(each, name, schema.get("items", {}), moment) for each in value]
            case str() if schema.get("format") == "date-time":
                return moment(value)
            case str() if name in TAGS:
                return self.token(value)
            case int() | str() if name in REFERENCES:
                return self._reference_of_station(name, value)
        return value

    def _reference_of_station(self, name: str, value: Any) -> Any:
        """Return a reference as the station uses it now; from OCPP 2.0.1 on it chooses those of transactions itself."""
        ours = self.version is not V16 and name == "transactionId" and isinstance(value, str)
        if ours and 0 < len(value) <= MAX_UNIQUE_ID:
            return self._references.setdefault((name, value), str(uuid.uuid4()))
        return self.reference(name, value)


def later(text: str, shift: timedelta) -> str:
    """Return a moment that is later, written as the recorded one; what is no moment stays."""
    moment, ending = iso8601(text), _FRACTION.search(text)
    if moment is None or ending is None:
        return text
    try:
        moved = moment + shift
    except OverflowError:
        return text
    digits = len(ending[1] or "")
    fraction = f".{moved.microsecond:06}".ljust(digits, "0")[:digits]
    return f"{moved.replace(tzinfo=None).isoformat(timespec='seconds')}{fraction}{ending[2] or ''}"
