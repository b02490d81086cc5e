"""Takes out of a log what must not leave the house: secrets, and consistently whose tag and which device it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.fieldlog.reading import Fieldlog

TAGS = frozenset({"idTag", "parentIdTag", "idToken"})
"""Members that hold an idTag or a token."""

SERIALS = frozenset(
    {"chargePointSerialNumber", "chargeBoxSerialNumber", "meterSerialNumber", "serialNumber", "iccid", "imsi"}
)
"""Members that tell one device, or its SIM, from all others."""

SECRETS = frozenset({"apnPassword", "simPin", "password"})
"""Members that hold a secret, where they hold a text."""

SECRET_KEYS = frozenset({"authorizationkey", "basicauthpassword"})
"""Configuration keys and variables, case-folded, whose values are secrets."""

HIDDEN = "***"


def redact(text: str, log: Fieldlog) -> str:
    """Return the text of a log with everything in it replaced that its frames say is personal or secret.

    The same value is replaced by the same word wherever it stands, in frames that cannot be read as well.
    """
    words: dict[str, str] = {}
    for frame in log.frames:
        for value, kind in _sensitive(frame.elements):
            if value and value not in words:
                number = sum(word.startswith(f"{kind}-") for word in words.values()) + 1
                words[value] = HIDDEN if kind == HIDDEN else f"{kind}-{number}"
    if not words:
        return text
    spelt = {json.dumps(value)[1:-1]: word for value, word in words.items()} | words
    longest_first = sorted(spelt, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")
    return pattern.sub(lambda match: spelt[match[1]], text)


def _sensitive(value: Any) -> Iterator[tuple[str, str]]:
    """Yield what is sensitive in a value, each with the word that begins what it is replaced by."""
    match value:
        case dict():
            yield from _of_pair(value)
            for name, member in value.items():
                if isinstance(member, str):
                    if name in TAGS:
                        yield member, "TAG"
                    elif name in SERIALS:
                        yield member, "SERIAL"
                    elif name in SECRETS:
                        yield member, HIDDEN
                yield from _sensitive(member)
        case list():
            for item in value:
                yield from _sensitive(item)


def _of_pair(members: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the value of a configuration key or a variable that is a secret."""
    variable = members.get("variable")
    name = variable.get("name") if isinstance(variable, dict) else members.get("key")
    if isinstance(name, str) and name.casefold() in SECRET_KEYS:
        for value in (members.get("value"), members.get("attributeValue")):
            if isinstance(value, str):
                yield value, HIDDEN
