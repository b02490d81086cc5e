"""Payload validity against the published JSON schemas, compiled once per version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Protocol

import jsonschema_rs


class Kind(StrEnum):
    """Which of the two payloads of an action is meant."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class Violation:
    """One constraint that a payload breaks.

    ``rule`` is the JSON schema keyword (``required``, ``type``, ``enum``, ``maxLength``, ``format``,
    ``multipleOf``, ``additionalProperties``, ...), ``path`` a JSON pointer into the payload.
    """

    rule: str
    path: str
    message: str


class _Compiled(Protocol):
    def iter_errors(self, instance: Any) -> Any: ...
    def is_valid(self, instance: Any) -> bool: ...


class Schemas:
    """The compiled schemas of one OCPP version."""

    def __init__(self, version: str) -> None:
        """Load the schemas of ``version``, such as "1.6"; raises ValueError for one that has none."""
        if version not in _LAYOUTS:
            raise ValueError(f"no schemas for OCPP {version}; there are some for {', '.join(_LAYOUTS)}")
        package, names = _LAYOUTS[version]
        self.version = version
        self._names = names
        self._folder = resources.files(package) / "schemas"
        self._published: dict[tuple[str, Kind], Mapping[str, Any]] = {}
        self._compiled: dict[tuple[str, Kind], _Compiled] = {}
        self._times: dict[tuple[str, Kind], Mapping[str, Any]] = {}
        stems = {entry.name.removesuffix(".json") for entry in self._folder.iterdir()}
        suffix = names[Kind.RESPONSE]
        self.actions = frozenset(stem.removesuffix(suffix) for stem in stems if stem.endswith(suffix))

    def violations(self, action: str, kind: Kind, payload: Any) -> tuple[Violation, ...]:
        """Return every violation of ``payload``, none when it is valid; raises KeyError for an unknown action."""
        if self.valid(action, kind, payload):
            return ()
        return tuple(
            Violation(error.kind.name, "/" + "/".join(map(str, error.instance_path)), error.message)
            for error in self._validator(action, kind).iter_errors(payload)
        )

    def valid(self, action: str, kind: Kind, payload: Any) -> bool:
        """Whether ``payload`` has no violation at all; raises KeyError for an unknown action."""
        compiled = self._compiled.get((action, kind)) or self._validator(action, kind)
        return compiled.is_valid(payload)

    def times(self, action: str, kind: Kind) -> Mapping[str, Any]:
        """Return what of the schema leads to dates and times, nothing where there are none; else as ``schema``."""
        found = self._times.get((action, kind))
        if found is None:
            found = self._times[action, kind] = _leading_to_times(self.schema(action, kind)) or {}
        return found

    def schema(self, action: str, kind: Kind) -> Mapping[str, Any]:
        """Return the schema as a JSON object without references; raises KeyError for an unknown action."""
        if (known := self._published.get((action, kind))) is not None:
            return known
        if action not in self.actions:
            raise KeyError(action)
        text = (self._folder / f"{action}{self._names[kind]}.json").read_text(encoding="utf-8-sig")
        published = _corrected(self.version, action, kind, json.loads(text))
        schema: Mapping[str, Any] = jsonschema_rs.dereference(published)
        self._published[action, kind] = schema
        return schema

    def _validator(self, action: str, kind: Kind) -> _Compiled:
        compiled = self._compiled.get((action, kind))
        if compiled is None:
            compiled = jsonschema_rs.validator_for(dict(self.schema(action, kind)), validate_formats=True)
            self._compiled[action, kind] = compiled
        return compiled


_LAYOUTS: Mapping[str, tuple[str, Mapping[Kind, str]]] = {
    "1.6": ("ocpp.v16", {Kind.REQUEST: "", Kind.RESPONSE: "Response"}),
    "2.0.1": ("ocpp.v201", {Kind.REQUEST: "Request", Kind.RESPONSE: "Response"}),
    "2.1": ("ocpp.v21", {Kind.REQUEST: "Request", Kind.RESPONSE: "Response"}),
}
"""Version → package and the ends of file names; the schemas of 2.1 are those of its Edition 1."""


def _leading_to_times(schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return a schema without the members and items in which there is no date and time, None where nothing is left."""
    if not schema or schema.get("format") == "date-time":
        return schema or None
    parts = {name: _leading_to_times(part) for name, part in schema.get("properties", {}).items()}
    members = {name: part for name, part in parts.items() if part}
    items = _leading_to_times(schema.get("items", {}))
    kept = {"properties": members} if members else {}
    return kept | {"items": items} if items else kept or None


def _corrected(version: str, action: str, kind: Kind, schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema as it is published, where the package differs from it."""
    if (version, action, kind) == ("2.0.1", "Get15118EVCertificate", Kind.RESPONSE):
        schema["properties"]["exiResponse"]["maxLength"] = 5600
    return schema


@cache
def schemas(version: str) -> Schemas:
    """Return the schemas of ``version``, compiled at most once per process."""
    return Schemas(version)
