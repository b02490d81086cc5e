"""Templates of paths and bodies, and JSON pointers into answers (RFC 6901)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

_PLACEHOLDER = re.compile(r"\{(\w+(?:\.(?:\w+|\*))*)\}")

EACH = "*"
"""The step that leads into every item of a list."""

ABSENT = object()
"""Stands for a value that there is none of; null is a value."""


def placeholders(template: Any) -> Iterator[str]:
    """Yield all placeholders in a template, at any depth, such as "type" or "log.remoteLocation"."""
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

    def encoded(match: re.Match[str]) -> str:
        value = value_at(values, match[1])
        if value is ABSENT:
            raise KeyError(match[1])
        return quote(text_of(value), safe="")

    return _PLACEHOLDER.sub(encoded, template)


def value_at(values: Any, placeholder: str) -> Any:
    """Return the value of a placeholder, ABSENT where there is none; ``*`` makes a list of what each item has."""
    return _step(values, placeholder.split("."))


def point(document: Any, pointer: str) -> Any:
    """Return what a JSON pointer finds in a document, ABSENT when it finds nothing.

    The step ``*`` makes one list of what the rest of the pointer finds in every item of a list.
    """
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    return _step(document, steps)


def text_of(value: Any) -> str:
    """Return a value as it stands within a text."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _step(found: Any, steps: list[str]) -> Any:
    for number, step in enumerate(steps):
        match found:
            case dict() if step in found:
                found = found[step]
            case list() | tuple() if step.isdecimal() and int(step) < len(found):
                found = found[int(step)]
            case list() | tuple() if step == EACH:
                return [
                    value for item in found for value in _items(_step(item, steps[number + 1 :]), steps[number + 1 :])
                ]
            case _:
                return ABSENT
    return found


def _items(found: Any, steps: list[str]) -> list[Any]:
    if found is ABSENT:
        return []
    return found if EACH in steps else [found]


def _fill_text(template: str, values: Mapping[str, Any]) -> Any:
    if whole := _PLACEHOLDER.fullmatch(template):
        return value_at(values, whole[1])
    if any(value_at(values, name) is ABSENT for name in placeholders(template)):
        return ABSENT
    return _PLACEHOLDER.sub(lambda match: text_of(value_at(values, match[1])), template)
