"""Mutants made from the schemas: each message that is sent, broken in each way that its schema forbids.

Their names follow from the message and the defect, such as ``v16.Reset.request.mistyped``. One that a mutant written by
hand has already is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from server.core.bundle import Bundle
from server.mutants.registry import MUTANTS, Broken, Mutant
from server.mutants.rows import Change, Row, altered, drop, put, request, response, within
from server.parts import BUNDLES

Schema = Mapping[str, Any]

BY_HAND: Mapping[str, str] = {
    "v16.Authorize.response.extra": "authorize-with-user",
    "v16.BootNotification.response.extra": "boot-with-registration",
    "v16.ClearCache.request.extra": "clear-cache-with-payload",
    "v16.GetLocalListVersion.request.extra": "list-version-with-payload",
    "v16.Heartbeat.response.extra": "heartbeat-extra-member",
    "v16.LogStatusNotification.response.extra": "log-status-answer-filled",
    "v16.MeterValues.response.extra": "meter-values-with-status",
    "v16.SecurityEventNotification.response.extra": "security-event-answer-filled",
    "v16.SendLocalList.request.mistyped": "list-version-as-text",
    "v16.SignedFirmwareStatusNotification.response.extra": "signed-firmware-status-answer-filled",
    "v16.StartTransaction.response.extra": "start-with-meter",
    "v16.StartTransaction.response.missing": "start-without-tag-info",
    "v16.StatusNotification.response.extra": "status-notification-extra-member",
    "v16.StopTransaction.response.extra": "stop-with-cost",
    "v201.NotifyEvent.response.extra": "event-answer-filled",
}
"""Generated mutants whose defect one that is written by hand has."""

UNEVOKED: Mapping[str, frozenset[str]] = {
    "2.0.1": frozenset({"FirmwareStatusNotification", "LogStatusNotification"}),
}
"""Version → the actions of stations that are served though no scenario has a station send them yet."""

_SIMPLE = frozenset({"integer", "number", "boolean"})

_EVERYWHERE = "customData"
"""A member of every object of OCPP 2.0.1."""


def generate() -> Iterator[Mutant]:
    """Yield the mutants of all messages that the central system sends, in all versions that it serves."""
    for bundle in BUNDLES:
        for action in sorted(bundle.orders):
            yield from _of(bundle, action, "request", bundle.schemas.published_request(action))
        for action in sorted(served(bundle) - UNEVOKED.get(bundle.version, frozenset())):
            yield from _of(bundle, action, "response", bundle.schemas.published_response(action))


def served(bundle: Bundle) -> frozenset[str]:
    """Return the actions of a station that some part of a bundle has a method for."""
    values = [getattr(bundle, field.name) for field in fields(bundle)]
    parts = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
    methods = {name for part in parts if isinstance(part, type) for name in dir(part)}
    return frozenset(one for one in bundle.actions if re.sub(r"\B[A-Z]", r"_\g<0>", one).lower() in methods)


def _of(bundle: Bundle, action: str, kind: str, schema: Schema) -> Iterator[Mutant]:
    which = {"request": request, "response": response}[kind](action, version=bundle.version)
    broken = Broken(bundle.version, action, kind)
    for defect, (says, change) in defects(schema).items():
        name = f"v{bundle.version.replace('.', '')}.{action}.{kind}.{defect}"
        if name not in BY_HAND:
            row = Row(name, f"The {kind} of {action} {says}.", change)
            yield Mutant(name, row.sentence, (altered(which, row),), broken=broken)


def defects(schema: Schema) -> Mapping[str, tuple[str, Change]]:
    """Return the ways in which a payload can break its schema: what it does then, and the change that makes it so.

    ``missing`` leaves a required member out, ``mistyped`` gives one of another type, ``unlisted`` a value outside its
    enumeration, and ``extra`` a member that is not defined.
    """
    found: dict[str, tuple[str, Change]] = {}
    required = schema.get("required", ())
    members = [name for name in (*required, *schema.get("properties", ())) if name != _EVERYWHERE]
    typed = [name for name in members if "type" in _member(schema, schema, name)]
    if required:
        found["missing"] = f"has no {required[0]}", drop(required[0])
    if typed:
        wrong = "x" if _member(schema, schema, typed[0])["type"] in _SIMPLE else 0
        found["mistyped"] = f"writes {typed[0]} in another JSON type", put(**{typed[0]: wrong})
    if (path := _enumeration(schema, schema)) is not None:
        *place, name = path
        found["unlisted"] = f"has a value of {name} that is not listed", within(*place, how=put(**{name: "Unlisted"}))
    if schema.get("additionalProperties") is False:
        found["extra"] = "has a member that is not defined", put(undefinedMember="x")
    return found


def _enumeration(root: Schema, schema: Schema) -> tuple[str, ...] | None:
    """Return the path of a member with an enumeration: at the top any, further down one that is always there."""
    required = schema.get("required", ())
    members = {name: _member(root, schema, name) for name in (*required, *schema.get("properties", ()))}
    for name, member in members.items():
        if "enum" in member and (schema is root or name in required):
            return (name,)
    for name in required:
        inner = _resolved(root, members[name].get("items", members[name]))
        if (path := _enumeration(root, inner)) is not None:
            return (name, *path)
    return None


def _member(root: Schema, schema: Schema, name: str) -> Schema:
    return _resolved(root, schema["properties"][name])


def _resolved(root: Schema, schema: Schema) -> Schema:
    """Return a schema, or the definition that it refers to."""
    while "$ref" in schema:
        schema = root["definitions"][schema["$ref"].rpartition("/")[2]]
    return schema


MUTANTS.generate = generate
