"""Payloads judged by the JSON schemas that the ``ocpp`` package ships, compiled on first use."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Protocol

import jsonschema_rs
from ocpp.exceptions import (
    FormationViolationError,
    OccurenceConstraintViolationError,
    OCPPError,
    PropertyConstraintViolationError,
    TypeConstraintViolationError,
)

from server.core import instants

Payload = dict[str, Any]


class _Compiled(Protocol):
    def is_valid(self, instance: Any) -> bool: ...
    def iter_errors(self, instance: Any) -> Any: ...


_INSTANT: _Compiled = jsonschema_rs.validator_for({"format": "date-time"}, validate_formats=True)


def is_instant(text: str) -> bool:
    """Return whether a text is an instant of RFC 3339, or lacks nothing but the zone to be one.

    The schemas ask for RFC 3339; OCPP 1.6 3.14 names ISO 8601, which knows times without a zone, and stations in
    the field send them. They are read as UTC.
    """
    return _INSTANT.is_valid(text) or _INSTANT.is_valid(f"{text}Z")


def is_sendable(text: str) -> bool:
    """Return whether a text is an instant of RFC 3339, with its zone, and one that a calendar holds."""
    try:
        return _INSTANT.is_valid(text) and instants.parse(text) is not None
    except ValueError:
        return False


class PayloadSchema:
    """The schema of one payload: a request, or the answer to it."""

    __slots__ = ("_compiled", "is_valid")

    def __init__(self, schema: Mapping[str, Any], instant: Callable[[str], bool] = is_instant) -> None:
        """Compile a schema; ``instant`` judges the texts in it that are to be instants."""
        formats = {"date-time": instant}
        self._compiled: _Compiled = jsonschema_rs.validator_for(dict(schema), validate_formats=True, formats=formats)
        self.is_valid = self._compiled.is_valid

    def violation(self, payload: Any) -> OCPPError | None:
        """Return the first violation as the error of OCPP-J 1.6 table 7 that fits it, None for a valid payload."""
        try:
            errors = list(self._compiled.iter_errors(payload))
        except ValueError:
            return FormationViolationError(description="payload: nested too deeply")
        for error in errors:
            kind = _ERRORS.get(error.kind.name, FormationViolationError)
            return kind(description=_sentence(_place(error), error.kind.name))
        return None


_ERRORS: Mapping[str, type[OCPPError]] = {
    "type": TypeConstraintViolationError,
    "required": OccurenceConstraintViolationError,
    "minItems": OccurenceConstraintViolationError,
    "maxItems": OccurenceConstraintViolationError,
    "additionalProperties": FormationViolationError,
    "enum": PropertyConstraintViolationError,
    "maxLength": PropertyConstraintViolationError,
    "minLength": PropertyConstraintViolationError,
    "format": PropertyConstraintViolationError,
    "multipleOf": PropertyConstraintViolationError,
    "minimum": PropertyConstraintViolationError,
    "maximum": PropertyConstraintViolationError,
}


def _place(error: Any) -> str:
    """Return the path of the member that a violation is about, also where it is missing or should not be there."""
    path = [*map(str, error.instance_path)]
    match error.kind.name:
        case "required":
            path.append(error.kind.property)
        case "additionalProperties":
            path.append(error.kind.unexpected[0])
    return "/".join(path) or "payload"


def _sentence(place: str, rule: str) -> str:
    return f"{place[:100]}: breaks the rule {rule}"


@cache
def request(action: str) -> PayloadSchema:
    """Return the schema of the request of an action, as it is read."""
    return PayloadSchema(_read(action))


@cache
def order(action: str) -> PayloadSchema:
    """Return the schema of the request of an action, as it is sent: to the letter."""
    return PayloadSchema(_read(action), is_sendable)


@cache
def response(action: str) -> PayloadSchema:
    """Return the schema of the answer to an action."""
    return PayloadSchema(_read(f"{action}Response"))


def _read(name: str) -> Mapping[str, Any]:
    text = (resources.files("ocpp.v16") / "schemas" / f"{name}.json").read_text(encoding="utf-8-sig")
    schema: dict[str, Any] = json.loads(text)
    if name == "StopTransaction":
        # The text asks for one sampled value or more (OCPP 1.6 7.33), as the schema of MeterValues does.
        schema["properties"]["transactionData"]["items"]["properties"]["sampledValue"]["minItems"] = 1
    return schema
