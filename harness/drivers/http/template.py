"""Templates of paths and bodies, and JSON pointers into answers (RFC 6901)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

ABSENT = object()
"""Stands for a value that there is none of; null is a value."""


def placeholders(template: Any) -> Iterator[str]:
    """Yield the names of all placeholders in a template, at any depth."""
    match template:
        case str():
            yield from _PLACEHOLDER.findall(template)
        case Mapping():
            for value in template.values():
                yield from placeholders(value)
        case list() | tuple():
            for value in template:
                yield from placeholders(value)


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """Return the template with values for placeholders.

    A text that is one placeholder becomes the value itself, whatever its type. Members and items whose placeholder
    has no value are left out; ABSENT is returned when nothing is left of the template.
    """
    match template:
        case str():
            return _fill_text(template, values)
        case Mapping():
            filled = {key: fill(value, values) for key, value in template.items()}
            return {key: value for key, value in filled.items() if value is not ABSENT}
        case list() | tuple():
            return [value for item in template if (value := fill(item, values)) is not ABSENT]
    return template


def fill_path(template: str, values: Mapping[str, Any]) -> str:
    """Return the path with percent-encoded values for placeholders; raises KeyError for one that has no value."""
    return _PLACEHOLDER.sub(lambda match: quote(_text(values[match[1]]), safe=""), template)


def point(document: Any, pointer: str) -> Any:
    """Return what a JSON pointer finds in a document, ABSENT when it finds nothing."""
    found = document
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        match found:
            case dict() if key in found:
                found = found[key]
            case list() if key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            case _:
                return ABSENT
    return found


def _fill_text(template: str, values: Mapping[str, Any]) -> Any:
    if whole := _PLACEHOLDER.fullmatch(template):
        return values.get(whole[1], ABSENT)
    if any(name not in values for name in placeholders(template)):
        return ABSENT
    return _PLACEHOLDER.sub(lambda match: _text(values[match[1]]), template)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
