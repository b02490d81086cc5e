"""The WebSocket endpoint described in AsyncAPI: what a central system serves, and what it asks of stations.

The description follows from a central system that runs: its versions, the actions that it has handlers for, the
operations that it can be asked for, and the schemas by which it judges. ``/asyncapi.json`` of the operator API has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from server.central_system import CentralSystem
from server.core.bundle import Bundle
from server.core.entrance import ENTRANCES, Entrance

Document = dict[str, Any]

CALL, CALLRESULT, CALLERROR = 2, 3, 4

_UNIQUE_ID = {"type": "string", "minLength": 1, "maxLength": 36}
_UNTOLD = frozenset({"$schema", "$id", "id", "comment", "javaType", "description", "title", "definitions"})
"""Keywords that say nothing about which payloads are valid."""


def description(system: CentralSystem, ports: Mapping[Entrance, int] | None = None) -> Document:
    """Return the AsyncAPI document of a central system that runs; ``ports`` are told in the place of its own."""
    document: Document = {
        "asyncapi": "3.1.0",
        "info": {
            "title": "WebSocket endpoint of the reference central system",
            "version": version("plugfest"),
            "description": "OCPP-J: each message is a text frame with one JSON array. The subprotocol that is "
            "agreed on in the opening handshake chooses the channel; each side may have one CALL outstanding.",
        },
        "defaultContentType": "application/json",
        "servers": {_name(one): _server(system, one, (ports or system.ports)[one]) for one in ENTRANCES},
        "channels": {},
        "operations": {},
        "components": {
            "schemas": {},
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic", "description": "The user is the identity of the station."},
                "certificate": {"type": "X509", "description": "The common name is the identity of the station."},
            },
        },
    }
    for service in system.operator.services.values():
        bundle, received = service.bundle, service.handlers
        sent = sorted(action for version, action in system.offered if version == bundle.version)
        _Version(document, bundle).describe(sorted(received), sent)
    return document


def _name(entrance: Entrance) -> str:
    return "mutual-tls" if entrance.mutual else "tls" if entrance.encrypted else "plain"


def _server(system: CentralSystem, entrance: Entrance, port: int) -> Document:
    settings = system.settings
    profiles = " and ".join(map(str, sorted(entrance.profiles)))
    scheme = "certificate" if entrance.mutual else "basic"
    return {
        "host": f"{settings.tls_host if entrance.encrypted else settings.host}:{port}",
        "pathname": "/ocpp",
        "protocol": "wss" if entrance.encrypted else "ws",
        "description": f"For stations of the security profiles {profiles}.",
        "security": [{"$ref": f"#/components/securitySchemes/{scheme}"}],
    }


class _Version:
    """Writes the channel, the operations and the schemas of one version into a document."""

    def __init__(self, document: Document, bundle: Bundle) -> None:
        self._bundle = bundle
        self._name = f"v{bundle.version.replace('.', '')}"
        self._operations: Document = document["operations"]
        self._schemas: Document = document["components"]["schemas"]
        self._messages: Document = {"CALLERROR": _message("CALLERROR", _call_error(), "An answer that refuses a CALL.")}
        document["channels"][self._name] = {
            "title": f"OCPP {bundle.version}",
            "address": "/{station}",
            "parameters": {"station": {"description": "The identity of the station, percent-encoded."}},
            "messages": self._messages,
            "bindings": {
                "ws": {"method": "GET", "headers": _subprotocol(bundle.subprotocol), "bindingVersion": "0.1.0"}
            },
        }

    def describe(self, received: Iterable[str], sent: Iterable[str]) -> None:
        """Describe the actions that stations send, and those that the central system sends."""
        for direction, actions in (("receive", received), ("send", sent)):
            for action in actions:
                self._operation(direction, action)

    def _operation(self, direction: str, action: str) -> None:
        schemas = self._bundle.schemas
        if f"{action}.CALL" not in self._messages:
            request = self._schema(f"{action}.request", schemas.published_request(action))
            response = self._schema(f"{action}.response", schemas.published_response(action))
            self._messages[f"{action}.CALL"] = _message(action, _frame(CALL, {"const": action}, request))
            self._messages[f"{action}.CALLRESULT"] = _message(f"{action}, answered", _frame(CALLRESULT, response))
        channel = f"#/channels/{self._name}"

        def named(*messages: str) -> list[Document]:
            return [{"$ref": f"{channel}/messages/{one}"} for one in messages]

        self._operations[f"{self._name}.{direction}.{action}"] = {
            "action": direction,
            "title": action,
            "channel": {"$ref": channel},
            "messages": named(f"{action}.CALL"),
            "reply": {"channel": {"$ref": channel}, "messages": named(f"{action}.CALLRESULT", "CALLERROR")},
        }

    def _schema(self, name: str, schema: Mapping[str, Any]) -> Document:
        """Add a schema with what it refers to, and return a reference to it."""
        for inner, definition in schema.get("definitions", {}).items():
            self._add(inner, definition)
        return self._add(name, schema)

    def _add(self, name: str, schema: Mapping[str, Any]) -> Document:
        key = f"{self._name}.{name}"
        self._schemas[key] = dict(_told(schema, f"#/components/schemas/{self._name}."))
        return {"$ref": f"#/components/schemas/{key}"}


def _told(schema: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield what a schema demands; its references lead to the components of the document."""
    for keyword, value in schema.items():
        if keyword == "$ref":
            yield keyword, prefix + value.removeprefix("#/definitions/")
        elif keyword == "properties":
            yield keyword, {name: dict(_told(one, prefix)) for name, one in value.items()}
        elif keyword not in _UNTOLD:
            yield keyword, dict(_told(value, prefix)) if isinstance(value, Mapping) else value


def _message(title: str, payload: Document, summary: str | None = None) -> Document:
    return {"title": title, "payload": payload} | ({"summary": summary} if summary else {})


def _frame(kind: int, *elements: Document) -> Document:
    items = [{"const": kind}, _UNIQUE_ID, *elements]
    return {"type": "array", "items": items, "minItems": len(items), "maxItems": len(items)}


def _call_error() -> Document:
    return _frame(CALLERROR, {"type": "string"}, {"type": "string", "maxLength": 255}, {"type": "object"})


def _subprotocol(name: str) -> Document:
    return {
        "type": "object",
        "properties": {"Sec-WebSocket-Protocol": {"type": "string", "const": name}},
        "required": ["Sec-WebSocket-Protocol"],
    }
