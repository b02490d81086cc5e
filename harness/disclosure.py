"""What of a target's settings may be shown to others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.settings import Settings

SECRET = "(secret)"  # noqa: S105 - what stands in the place of one

_NAMES = re.compile(
    r"password|passphrase|secret|token|credential|authorization|basic_auth|headers|(?:^|[_-])key$", re.I
)
_PLACEHOLDERS = re.compile(r"(?:\$?\{[^{}]*\})+")
_USER_INFORMATION = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def disclosed(settings: Settings) -> dict[str, Any]:
    """Return the settings as a target file would have them, without what a person keeps to himself.

    What lets somebody in is replaced: passwords, tokens, keys, headers, and the name and password of an address.
    """
    members = settings.model_dump(mode="json", exclude={"path", "gates"}, exclude_none=True)
    gates = (str(gate).partition("=") for gate in settings.gates)
    told: dict[str, Any] = _told(members | {"gates": {name: limit for name, _, limit in gates}})
    return {name: section for name, section in told.items() if section}


def user_information(address: str) -> str:
    """Return the name and password in an address, empty where it has none."""
    found = _USER_INFORMATION.search(address)
    return found[0] if found else ""


def _told(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _hidden(one) if _NAMES.search(key) else _told(one) for key, one in value.items()}
        case list():
            return [_told(one) for one in value]
        case str():
            return _USER_INFORMATION.sub(SECRET, value)
    return value


def _hidden(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _hidden(one) for key, one in value.items()}
        case str() if _PLACEHOLDERS.fullmatch(value):
            return value
    return SECRET
