"""Payloads judged by the JSON schemas that the ``ocpp`` package ships, compiled on first use."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from typing import Any, Protocol

import jsonschema_rs
from ocpp.exceptions import OCPPError, PropertyConstraintViolationError, TypeConstraintViolationError

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


@dataclass(frozen=True, slots=True)
class SchemaErrors:
    """The errors by which a version tells that a payload breaks its schema, where the names of versions differ."""

    form: type[OCPPError]
    occurrence: type[OCPPError]

    def of(self, rule: str) -> type[OCPPError]:
        """Return the error that fits the violation of a rule of JSON Schema."""
        if rule in _OCCURRENCE:
            return self.occurrence
        return _ERRORS.get(rule, self.form)


class PayloadSchema:
    """The schema of one payload: a request, or the answer to it."""

    __slots__ = ("_compiled", "_errors", "is_valid")

    def __init__(
        self, schema: Mapping[str, Any], errors: SchemaErrors, instant: Callable[[str], bool] = is_instant
    ) -> None:
        """Compile a schema; ``instant`` judges the texts in it that are to be instants."""
        self._errors = errors
        formats = {"date-time": instant}
        self._compiled: _Compiled = jsonschema_rs.validator_for(dict(schema), validate_formats=True, formats=formats)
        self.is_valid = self._compiled.is_valid

    def violation(self, payload: Any) -> OCPPError | None:
        """Return the first violation as the error that fits it, None for a valid payload (OCPP-J 1.6 table 7)."""
        try:
            errors = list(self._compiled.iter_errors(payload))
        except ValueError:
            return self._errors.form(description="payload: nested too deeply")
        for error in errors:
            return self._errors.of(error.kind.name)(description=_sentence(_place(error), error.kind.name))
        return None


_OCCURRENCE = frozenset({"required", "minItems", "maxItems"})
_ERRORS: Mapping[str, type[OCPPError]] = {
    "type": TypeConstraintViolationError,
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


class Schemas:
    """The schemas of one version by action, compiled on first use."""

    def __init__(
        self,
        package: str,
        errors: SchemaErrors,
        *,
        request: str,
        amend: Callable[[str, dict[str, Any]], None] = lambda name, schema: None,
    ) -> None:
        """Take those in a package of ``ocpp``; ``request`` is how the files of requests are named after ``{action}``.

        ``amend`` changes a schema, given with the name of its file, where it differs from the text.
        """
        self._folder = resources.files(package) / "schemas"
        self._errors = errors
        self._amend = amend
        self._request = request
        self.request: Callable[[str], PayloadSchema] = cache(partial(self._compiled, request))
        """Return the schema of the request of an action, as it is read."""
        self.order: Callable[[str], PayloadSchema] = cache(partial(self._compiled, request, instant=is_sendable))
        """Return the schema of the request of an action, as it is sent: to the letter."""
        self.response: Callable[[str], PayloadSchema] = cache(partial(self._compiled, "{action}Response"))
        """Return the schema of the answer to an action."""

    def published_request(self, action: str) -> Mapping[str, Any]:
        """Return the schema of the request of an action as a JSON value."""
        return self._read(self._request.format(action=action))

    def published_response(self, action: str) -> Mapping[str, Any]:
        """Return the schema of the answer to an action as a JSON value."""
        return self._read(f"{action}Response")

    def _compiled(self, name: str, action: str, instant: Callable[[str], bool] = is_instant) -> PayloadSchema:
        return PayloadSchema(self._read(name.format(action=action)), self._errors, instant)

    def _read(self, name: str) -> Mapping[str, Any]:
        schema: dict[str, Any] = json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8-sig"))
        self._amend(name, schema)
        return schema
