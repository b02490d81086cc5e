"""Altered central systems: the reference with parts replaced by subclasses, declared with a name and a sentence."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from server.parts import Parts


class UnknownName(Exception):
    """A name that nothing in a registry has; the text lists those that are near, or says what does."""


@dataclass(frozen=True, slots=True)
class Altered:
    """A central system that differs from the reference in one respect.

    Each of ``classes`` takes the place of the part that it derives from.
    """

    name: str
    description: str
    classes: tuple[type, ...]

    @property
    def parts(self) -> Parts:
        """The classes that it is made of; raises TypeError for one that is a subclass of no part."""
        found = Parts()
        for one in self.classes:
            found = found.with_part(one)
        return found


A = TypeVar("A", bound=Altered)


class Registry(Mapping[str, A]):
    """Altered central systems of one kind by name; ``kind`` is what one of them is called.

    Beside those that were declared, ``generate`` may make others, once they are asked for.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.generate: Callable[[], Iterable[A]] = tuple
        self._known: dict[str, A] = {}

    @cached_property
    def generated(self) -> Mapping[str, A]:
        """Those that are generated, by name."""
        return {one.name: one for one in self.generate()}

    def __getitem__(self, name: str) -> A:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def add(self, one: A) -> None:
        """Take one up; raises ValueError for a name that is taken, TypeError for a class that is no part."""
        if one.name in self._known:
            raise ValueError(f"there are two {self.kind}s named {one.name}")
        _ = one.parts
        self._known[one.name] = one

    def find(self, name: str) -> A:
        """Return the one of this name, also a generated one; raises UnknownName."""
        found = self._known.get(name) or self.generated.get(name)
        if found is None:
            known = [*self._known, *self.generated]
            near = difflib.get_close_matches(name, known, n=5, cutoff=0.4)
            hint = f"near are: {', '.join(near)}" if near else f"plugfest serve --{self.kind}=list names all of them"
            raise UnknownName(f"there is no {self.kind} {name!r}; {hint}")
        return found

    def listing(self) -> str:
        """Return a line for each, in the order of the names, those that are generated at the end."""
        found = [*(self._known[name] for name in sorted(self._known)), *self.generated.values()]
        return "\n".join(f"{one.name}: {one.description}" for one in found)
