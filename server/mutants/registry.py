"""The registry of mutants: a mutant is a subclass of one part, declared with a name and one sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from server.registry import Altered, Registry

Part = TypeVar("Part", bound=type)


@dataclass(frozen=True, slots=True)
class Broken:
    """The payload that a generated mutant breaks: ``kind`` is request or response."""

    version: str
    action: str
    kind: str


@dataclass(frozen=True, slots=True)
class Mutant(Altered):
    """A central system with one defect.

    ``faults`` are public threads and commits about real central systems that had this defect. One that ``remarks`` is
    a defect over which the text, or the practice of fair systems, forbids to fail anybody: scenarios remark on it. One
    that ``crashes`` has an internal error as its very defect; in any other an internal error is no proof of anything.
    A generated one says which payload it has ``broken``. One that is merely slow is caught by no scenario but by a load
    run, which misses its ``gates``.
    """

    faults: tuple[str, ...] = ()
    remarks: bool = False
    crashes: bool = False
    broken: Broken | None = None
    gates: tuple[str, ...] = ()


MUTANTS: Registry[Mutant] = Registry("mutant")
"""All mutants by name."""


def mutant(
    name: str,
    description: str,
    *,
    also: tuple[type, ...] = (),
    faults: Sequence[str] = (),
    remarks: bool = False,
    crashes: bool = False,
    gates: Sequence[str] = (),
) -> Callable[[Part], Part]:
    """Declare the decorated part as the mutant ``name``, with whatever parts its defect takes ``also``.

    Raises ValueError for a name that is taken.
    """

    def declare(part: Part) -> Part:
        MUTANTS.add(Mutant(name, description, (part, *also), tuple(faults), remarks, crashes, gates=tuple(gates)))
        return part

    return declare
