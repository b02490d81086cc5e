"""The registry of mutants: a mutant is a subclass of one part, declared with a name and one sentence."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from server.parts import Parts

Part = TypeVar("Part", bound=type)


class UnknownMutant(Exception):
    """A name that no mutant has; the text lists those that are near."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A central system with one defect: ``part`` takes the place of the class that it derives from.

    ``also`` are further parts that the defect takes. ``faults`` are public threads and commits about real central
    systems that had this defect. One that ``remarks`` is a defect over which the text, or the practice of fair
    systems, forbids to fail anybody: scenarios remark on it.
    """

    name: str
    description: str
    part: type
    also: tuple[type, ...] = ()
    faults: tuple[str, ...] = ()
    remarks: bool = False


_known: dict[str, Mutant] = {}

MUTANTS: Mapping[str, Mutant] = MappingProxyType(_known)
"""All mutants by name."""


def mutant(
    name: str,
    description: str,
    *,
    also: tuple[type, ...] = (),
    faults: Sequence[str] = (),
    remarks: bool = False,
) -> Callable[[Part], Part]:
    """Declare the decorated part as the mutant ``name``; raises ValueError for a name that is taken."""

    def declare(part: Part) -> Part:
        if name in _known:
            raise ValueError(f"there are two mutants named {name}")
        declared = Mutant(name, description, part, also, tuple(faults), remarks)
        _parts(declared)
        _known[name] = declared
        return part

    return declare


def parts(name: str | None = None) -> Parts:
    """Return the parts of the clean central system, or of a mutant; raises UnknownMutant."""
    if name is None:
        return Parts()
    if name not in _known:
        near = difflib.get_close_matches(name, _known, n=5, cutoff=0.4) or sorted(_known)
        raise UnknownMutant(f"there is no mutant {name!r}; near are: {', '.join(near)}")
    return _parts(_known[name])


def _parts(mutant: Mutant) -> Parts:
    found = Parts().with_part(mutant.part)
    for part in mutant.also:
        found = found.with_part(part)
    return found
