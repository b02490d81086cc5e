"""The corpus: payloads generated from the schemas, and texts that spell a valid CALL in unusual ways."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.corpus import Invalid, Schema, Valid, invalid, maximal, minimal, types, valid
from harness.ocppj import Payload
from harness.scenario import Claims, Need, Takes
from harness.schemas import Kind
from harness.versions import Version

STATION_CALLS: Mapping[str, tuple[str, ...]] = {
    "1.6": (
        "Authorize",
        "BootNotification",
        "DataTransfer",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "LogStatusNotification",
        "MeterValues",
        "SecurityEventNotification",
        "SignCertificate",
        "SignedFirmwareStatusNotification",
        "StartTransaction",
        "StatusNotification",
        "StopTransaction",
    ),
    "2.0.1": (
        "Authorize",
        "BootNotification",
        "DataTransfer",
        "Heartbeat",
        "MeterValues",
        "NotifyEvent",
        "NotifyReport",
        "SecurityEventNotification",
        "StatusNotification",
        "TransactionEvent",
    ),
}
"""Version → the CALLs that a station sends, those of the security extension of OCPP 1.6 included."""

_NOT_IN_THE_TEXT = frozenset({"Hertz"})
"""Values that some copies of the 1.6 schemas have and the text has not (errata 3.84); they prove nothing either way."""

_EITHER_WAY = frozenset({"idTag-empty"})
"""Cases that may be answered by a status and by a CALLERROR: no tag is empty, though the schema would have it."""

DISPUTED = frozenset({"Celcius", "Celsius"})
"""Two spellings of one unit, of which a system that follows another copy of the schemas knows one (errata 2.1)."""

MOMENTS: Mapping[str, str] = {
    "no-fraction": "2026-01-02T03:04:05Z",
    "one-digit": "2026-01-02T03:04:05.6Z",
    "nine-digits": "2026-01-02T03:04:05.678901234Z",
    "east": "2026-01-02T05:04:05.678+02:00",
    "west": "2026-01-01T21:34:05-05:30",
    "historical": "2001-09-09T01:46:40Z",
    "leap-day": "2024-02-29T23:59:59Z",
    "epoch": "1970-01-01T00:00:00Z",
    "year-one": "0001-01-01T00:00:00Z",
    "after-2038": "2038-01-19T03:14:08Z",
}
"""Legal spellings of a timestamp, and legal moments, however far off (OCPP 1.6 3.15)."""

_TOO_FINE: Mapping[str, Collection[str]] = {"2.0.1": ("nine-digits",)}
"""Version → the moments that it does not allow: a second has three decimals at most (OCPP 2.0.1 part 2)."""

UNUSUAL: Mapping[str, tuple[str, Any]] = {
    "meterStart": ("the largest number of 32 bits", 2**31 - 1),
    "meterStop": ("the largest number of 32 bits", 2**31 - 1),
    "transactionId": ("the largest number of 32 bits", 2**31 - 1),
    "requestId": ("the largest number of 32 bits", 2**31 - 1),
    "chargePointModel": ("not ASCII", "Łódź 東京 🔌"),
    "chargePointVendor": ("not ASCII", "Łódź 東京 🔌"),
    "info": ("not ASCII", "Ärger mit Ö, ñ und 充電 🔌"),
    "techInfo": ("not ASCII", "Ärger mit Ö, ñ und 充電 🔌"),
    "data": ("not ASCII", "\u2028 \u00a0 \U0001f50c"),
}
"""Member → what is unusual about a value that the schema and the text allow, and the value."""


LONG = 1024
"""Bytes of a message that some central systems do not take."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One case: the action, and the payload or the text with {id} and {action} in the place of both."""

    version: Version
    action: str
    payload: Any
    text: str | None = None
    invalid: Invalid | None = None

    @property
    def needs(self) -> list[Need]:
        """What it takes to serve the message: room for more than a few hundred bytes, and its action."""
        size = len(json.dumps([2, "x" * 36, self.action, self.payload], separators=(",", ":")))
        extension: list[Need] = [Claims("data_transfer")] if self.action == "DataTransfer" else []
        return [*extension, *([Takes(size)] if size > LONG else [])]


def invalid_calls(version: Version) -> Iterator[tuple[Invalid, Sample]]:
    """Yield every CALL of a station that breaks one constraint; a type that CALLs share is broken in the first."""
    for action, schema, known in _schemas(version, STATION_CALLS[version.name], Kind.REQUEST):
        for case in invalid(schema, known=known):
            yield case, Sample(version, action, case.payload, invalid=case)


def good_call(version: Version, action: str) -> Payload:
    """Return a good payload of a CALL of a station, with its required members only."""
    return minimal(version.schemas.schema(action, Kind.REQUEST))


def valid_calls(version: Version) -> Iterator[tuple[Valid, Sample]]:
    """Yield every CALL of a station that is valid at an edge of the schema, or spelt unusually."""
    for action, schema, known in _schemas(version, STATION_CALLS[version.name], Kind.REQUEST):
        for case in valid(schema, known=known):
            if not holds(case.payload, _NOT_IN_THE_TEXT) and case.id not in _EITHER_WAY:
                yield case, Sample(version, action, case.payload)
        whole = maximal(schema)
        for id, description, text in _spellings(whole):
            yield Valid(id, description, whole), Sample(version, action, whole, text=text)
        for case in _unusual(schema, whole, version):
            yield case, Sample(version, action, case.payload)


def invalid_answers(version: Version, actions: Sequence[str]) -> Iterator[tuple[Invalid, Sample]]:
    """Yield every answer of a station to a CALL that breaks one constraint."""
    for action, schema, known in _schemas(version, actions, Kind.RESPONSE):
        for case in invalid(schema, known=known):
            yield case, Sample(version, action, case.payload, invalid=case)


def valid_answers(version: Version, actions: Sequence[str]) -> Iterator[tuple[Valid, Sample]]:
    """Yield every answer of a station to a CALL that is valid at an edge of the schema."""
    for action, schema, known in _schemas(version, actions, Kind.RESPONSE):
        for case in valid(schema, known=known):
            yield case, Sample(version, action, case.payload)


def _schemas(version: Version, actions: Sequence[str], kind: Kind) -> Iterator[tuple[str, Schema, frozenset[str]]]:
    """Yield each action with its schema and the names of the types that those before it are made of."""
    known: frozenset[str] = frozenset()
    for action in actions:
        schema = version.schemas.schema(action, kind)
        yield action, schema, known
        known |= types(schema)


def _unusual(schema: Schema, whole: Payload, version: Version) -> Iterator[Valid]:
    """Yield payloads with unusual values, and with unusual moments in the place of all of theirs."""
    for name, (what, value) in UNUSUAL.items():
        if name in whole:
            yield Valid(f"{name}-unusual", f"{name} is {what}", whole | {name: value})
    for name, moment in MOMENTS.items():
        if name in _TOO_FINE.get(version.name, ()):
            continue
        changed = _with_moment(whole, schema, moment)
        if changed != whole:
            yield Valid(f"moment-{name}", f"every timestamp is {moment}", changed)


def _spellings(payload: Payload) -> Iterator[tuple[str, str, str]]:
    """Yield id, description and text of one CALL in legal JSON spellings (RFC 8259)."""
    compact = json.dumps(payload, separators=(",", ":"))
    turned = json.dumps(_turned(payload), separators=(",", ":"))
    spaced = json.dumps(payload, indent="\t").replace("\n", "\r\n ")
    yield "spelt-spaced", "white space wherever JSON allows it", f' [ 2 ,\t"{{id}}" ,\r\n"{{action}}" , {spaced} ] '
    yield "spelt-turned", "the members in reverse order", f'[2,"{{id}}","{{action}}",{turned}]'
    yield "spelt-escaped", "every character of a text escaped", f'[2,"{{id}}","{{action}}",{_escaped(compact)}]'


def _escaped(text: str) -> str:
    """Return a JSON text with each character of its strings as an escape."""
    parts: list[str] = []
    inside = False
    for character in text:
        inside ^= character == '"'
        parts.append(f"\\u{ord(character):04x}" if inside and character != '"' else character)
    return "".join(parts)


def _turned(value: Any) -> Any:
    match value:
        case dict():
            return {key: _turned(member) for key, member in reversed(value.items())}
        case list():
            return [_turned(item) for item in value]
    return value


def _with_moment(value: Any, schema: Schema, moment: str) -> Any:
    match value:
        case dict():
            members = schema["properties"]
            return {key: _with_moment(member, members[key], moment) for key, member in value.items()}
        case list():
            return [_with_moment(item, schema["items"], moment) for item in value]
    return moment if schema.get("format") == "date-time" else value


def holds(value: Any, wanted: frozenset[str]) -> bool:
    """Return whether one of some texts occurs in a payload, at any depth."""
    match value:
        case dict():
            return any(holds(member, wanted) for member in value.values())
        case list():
            return any(holds(item, wanted) for item in value)
    return isinstance(value, str) and value in wanted
