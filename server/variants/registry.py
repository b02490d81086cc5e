"""The registry of variants: a variant is a lawful habit, declared with a name, one sentence and its grounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from server.registry import Altered, Registry

Part = TypeVar("Part", bound=type)


@dataclass(frozen=True, slots=True)
class Variant(Altered):
    """A central system with one lawful habit.

    ``grounds`` are the clause that allows the habit, or a product that has it. ``settings`` are those that the habit
    consists in or needs. ``target`` is what the target file of such a product would truthfully say, section by section.
    One that is operated ``over_http`` has its habit in the operator API, where no other driver sees it.
    """

    grounds: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    target: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    over_http: bool = False


VARIANTS: Registry[Variant] = Registry("variant")
"""All variants by name."""


def variant(
    name: str,
    description: str,
    *,
    grounds: str,
    also: tuple[type, ...] = (),
    settings: Mapping[str, Any] | None = None,
    target: Mapping[str, Mapping[str, Any]] | None = None,
    over_http: bool = False,
) -> Callable[[Part], Part]:
    """Declare the decorated part as the variant ``name``, with whatever parts its habit takes ``also``.

    Raises ValueError for a name that is taken.
    """

    def declare(part: Part) -> Part:
        VARIANTS.add(Variant(name, description, (part, *also), grounds, settings or {}, target or {}, over_http))
        return part

    return declare
