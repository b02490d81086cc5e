"""Payloads generated from a JSON schema: valid ones at its edges, and invalid ones that break one constraint each.

Every payload has an id that stays the same as long as the schema does, such as ``idTag-maxLength``.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Schema = Mapping[str, Any]
Path = tuple[str | int, ...]

MOMENT = "2026-01-02T03:04:05.678Z"
"""The timestamp of generated payloads."""

CUSTOM_DATA = "customData"
"""The member that every object of OCPP 2.0.1 and later may have; generated payloads have it once, at the top."""

_TYPE_NAME = "javaType"
"""Where the schemas of OCPP 2.0.1 and later name the type of a member."""

_BARE = frozenset({"type", _TYPE_NAME})
"""What is left of a member whose type is known already."""


class Rule(StrEnum):
    """The constraint that a payload breaks, by its JSON schema keyword; ``null`` is a type error of its own."""

    REQUIRED = "required"
    TYPE = "type"
    NULL = "null"
    ENUM = "enum"
    MAX_LENGTH = "maxLength"
    ADDITIONAL = "additionalProperties"
    FORMAT = "format"
    MULTIPLE_OF = "multipleOf"
    MIN_ITEMS = "minItems"
    MAX_ITEMS = "maxItems"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"


@dataclass(frozen=True, slots=True)
class Invalid:
    """A payload that breaks exactly one constraint; ``required`` tells whether the broken member must be there."""

    id: str
    description: str
    rule: Rule
    payload: Any
    required: bool


@dataclass(frozen=True, slots=True)
class Valid:
    """A payload that is valid, however unusual."""

    id: str
    description: str
    payload: Any


def minimal(schema: Schema, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a valid payload with the required members only; ``given`` are values by member name."""
    payload: dict[str, Any] = _sample(schema, given or {}, full=False)
    return payload


def maximal(schema: Schema, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a valid payload with every member; ``given`` are values by member name."""
    payload: dict[str, Any] = _sample(schema, given or {}, full=True)
    return payload


def types(schema: Schema) -> frozenset[str]:
    """Return the names of the types that a schema is made of; those of OCPP 1.6 have none."""
    return frozenset(node[_TYPE_NAME] for _, node, _ in _nodes(schema) if _TYPE_NAME in node)


def invalid(
    schema: Schema, given: Mapping[str, Any] | None = None, *, known: Collection[str] = ()
) -> Iterator[Invalid]:
    """Yield one payload per constraint of the schema, made from the maximal one.

    A member whose type is ``known`` is only once replaced as a whole.
    """
    whole = maximal(schema, given)
    for path, node, required in _nodes(schema, known=known):
        name = _name(path)
        for rule, variant, description, value in _broken(node, _at(whole, path), optional=not path):
            id = "-".join(part for part in (name, variant) if part)
            yield Invalid(id, f"{name or 'payload'}: {description}", rule, _replaced(whole, path, value), required)


def valid(schema: Schema, given: Mapping[str, Any] | None = None, *, known: Collection[str] = ()) -> Iterator[Valid]:
    """Yield the minimal and the maximal payload, every enum value, the longest and empty texts, and odd numbers.

    A member whose type is ``known`` stays as it is.
    """
    whole = maximal(schema, given)
    yield Valid("minimal", "required members only", minimal(schema, given))
    yield Valid("maximal", "every member", whole)
    for path, node, required in _nodes(schema, known=known):
        name = _name(path)
        for variant, description, value in _edges(node, _at(whole, path)):
            yield Valid(f"{name}-{variant}", f"{name} {description}", _replaced(whole, path, value))
        if not required and _may_be_empty(node):
            yield Valid(f"{name}-empty", f"{name}, which may be left out, is empty", _replaced(whole, path, ""))


def _edges(node: Schema, value: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield id part, description and value for each edge of what one node allows."""
    for choice in node.get("enum", ()):
        yield _word(choice), f"is {choice}", choice
    for number in _numbers(node):
        yield str(number).replace(".", "_").replace("-", "minus_"), f"is {number}", number
    if "maxLength" in node and "enum" not in node:
        yield "longest", f"has all of its {node['maxLength']} characters", _stretched(str(value), node["maxLength"])
    if "maxItems" in node:
        yield "fullest", f"has all of its {node['maxItems']} items", _items(node, node["maxItems"])


def _may_be_empty(node: Schema) -> bool:
    """Return whether a node is a text without a form of its own, so that the empty one will do."""
    return node.get("type") == "string" and not {"enum", "format", "minLength", _TYPE_NAME} & node.keys()


def _numbers(node: Schema) -> Iterator[float]:
    """Yield the numbers at the bounds of a node, and decimals for one that takes them.

    Some of those are no multiple of 0.1 once they are binary fractions.
    """
    yield from (_bound(node, bound) for bound in ("minimum", "maximum") if bound in node)
    if node.get("type") == "number":
        yield from (number for number in (0.3, 8.1, 16.5) if _number(node, number) == number)


def _bound(node: Schema, name: str) -> float:
    """Return a bound as the type of its node has it: schemas write 0.0 where they mean the integer 0."""
    bound: float = node[name]
    return int(bound) if node["type"] == "integer" else bound


def _items(node: Schema, count: int) -> list[Any]:
    """Return a list of so many items of their required members."""
    return [_sample(node["items"], {}, full=False) for _ in range(count)]


def _broken(node: Schema, value: Any, *, optional: bool) -> Iterator[tuple[Rule, str, str, Any]]:
    """Yield rule, id part, description and value for each way to break one node; the root keeps its type.

    A node without a type takes anything.
    """
    if not optional and "type" in node:
        yield Rule.TYPE, "type", f"{_TYPE_NAMES[_wrong(node)]} instead of {node['type']}", _WRONG[_wrong(node)]
        if node.keys() != _BARE:
            yield Rule.NULL, "null", "null", None
    for member in node.get("required", ()):
        yield Rule.REQUIRED, f"without-{member}", f"{member} is missing", _without(value, member)
    if node.get("additionalProperties") is False and node.get("type") == "object":
        yield Rule.ADDITIONAL, "extra", "a member that the schema does not know", {**value, "plugfestExtra": "x"}
    if "enum" in node:
        yield Rule.ENUM, "enum", "a value that is not in the list", "NotInTheList"
    if "maxLength" in node and "enum" not in node:
        longer = _stretched(str(value), node["maxLength"] + 1)
        yield Rule.MAX_LENGTH, "longer", f"one character more than {node['maxLength']}", longer
    if node.get("format") == "date-time":
        yield Rule.FORMAT, "date", "no date and time", "the day before yesterday"
    if node.get("format") == "uri":
        yield Rule.FORMAT, "uri", "no URI", "not a URI at all"
    if "multipleOf" in node:
        yield Rule.MULTIPLE_OF, "precision", f"no multiple of {node['multipleOf']}", 16.25
    if "minimum" in node:
        yield Rule.MINIMUM, "less", f"less than {node['minimum']}", _bound(node, "minimum") - 1
    if "maximum" in node:
        yield Rule.MAXIMUM, "more", f"more than {node['maximum']}", _bound(node, "maximum") + 1
    if node.get("minItems", 0) > 0:
        yield Rule.MIN_ITEMS, "empty", "an empty list", []
    if "maxItems" in node:
        count = node["maxItems"] + 1
        yield Rule.MAX_ITEMS, "crowded", f"one item more than {node['maxItems']}", _items(node, count)


_WRONG: Mapping[str, Any] = {"string": "text", "integer": 42, "object": {"a": 1}}
_TYPE_NAMES = {"string": "a string", "integer": "a number", "object": "an object"}


def _wrong(node: Schema) -> str:
    """Return the name of a type that a node does not have."""
    return {"string": "integer", "object": "string", "array": "string"}.get(node["type"], "string")


def _nodes(
    schema: Schema, path: Path = (), *, required: bool = True, known: Collection[str] = ()
) -> Iterator[tuple[Path, Schema, bool]]:
    """Yield every node of a schema with its path, and whether it must be there; of a ``known`` type nothing within."""
    if schema.get(_TYPE_NAME) in known:
        yield path, {name: schema[name] for name in _BARE}, required
        return
    yield path, schema, required
    if schema.get("type") == "array":
        yield from _nodes(schema["items"], (*path, 0), required=True, known=known)
    for name, member in _members(schema, top=not path).items():
        yield from _nodes(member, (*path, name), required=name in schema.get("required", ()), known=known)


def _members(schema: Schema, *, top: bool) -> Mapping[str, Schema]:
    """Return the members of an object that take part, by name."""
    members: Mapping[str, Schema] = schema.get("properties", {})
    return members if top else {name: member for name, member in members.items() if name != CUSTOM_DATA}


def _sample(schema: Schema, given: Mapping[str, Any], *, full: bool, name: str = "") -> Any:
    if name in given:
        return copy.deepcopy(given[name])
    match schema.get("type"):
        case "object":
            members = _members(schema, top=not name)
            wanted = members if full else schema.get("required", ())
            return {key: _sample(members[key], given, full=full, name=key) for key in wanted}
        case "array":
            count = max(schema.get("minItems", 1), 1)
            return [_sample(schema["items"], given, full=full, name=name or "item") for _ in range(count)]
        case "string":
            return _string(schema)
        case "integer":
            return _number(schema, 1)
        case "number":
            return _number(schema, 8.1)
        case "boolean":
            return True
        case None:
            return "plugfest"
        case other:
            raise ValueError(f"no sample for the type {other}")


def _number(schema: Schema, usual: float) -> float:
    """Return the usual number, or the bound that keeps it out."""
    least = _bound(schema, "minimum") if "minimum" in schema else usual
    most = _bound(schema, "maximum") if "maximum" in schema else usual
    return min(max(usual, least), most)


def _string(schema: Schema) -> str:
    if "enum" in schema:
        return str(schema["enum"][0])
    formats = {"date-time": MOMENT, "uri": "https://plugfest.example/file"}
    text = formats.get(schema.get("format", ""), "plugfest")
    return text[: schema.get("maxLength", len(text))]


def _stretched(text: str, length: int) -> str:
    return (text * (length // max(len(text), 1) + 1))[:length]


def _at(payload: Any, path: Path) -> Any:
    for part in path:
        payload = payload[part]
    return payload


def _replaced(payload: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(payload)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def _without(value: Mapping[str, Any], member: str) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key != member}


def _name(path: Sequence[str | int]) -> str:
    return "_".join(str(part) for part in path if part != 0) + ("_item" if path and path[-1] == 0 else "")


def _word(choice: str) -> str:
    return choice.replace(".", "_").replace("-", "_").replace(" ", "_")
