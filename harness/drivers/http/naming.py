"""Styles of names: how a product spells the members and actions that OCPP spells in camel case."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


class Style(StrEnum):
    """A style of names, named as it spells."""

    CAMEL = "camelCase"
    PASCAL = "PascalCase"
    SNAKE = "snake_case"
    KEBAB = "kebab-case"

    def spell(self, name: str) -> str:
        """Return a name in this style: ``idTag`` is ``id_tag`` in snake_case."""
        words: list[str] = [word.lower() for word in _WORD.findall(name)]
        capitals = "".join(word.capitalize() for word in words)
        match self:
            case Style.CAMEL:
                return words[0] + capitals[len(words[0]) :]
            case Style.PASCAL:
                return capitals
            case Style.SNAKE:
                return "_".join(words)
            case Style.KEBAB:
                return "-".join(words)

    def respell(self, value: Any) -> Any:
        """Return a value with the names of all members in this style, at any depth."""
        match value:
            case dict():
                return {self.spell(name): self.respell(member) for name, member in value.items()}
            case list() | tuple():
                return [self.respell(item) for item in value]
        return value
