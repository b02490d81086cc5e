"""What ``plugfest explain`` tells, for a person and for a script."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

MOST = 12
"""How many things of a list are told a person, each by itself; of the rest only how many there are."""

_LABEL = 15
_WIDTH = 118


@dataclass(frozen=True, slots=True)
class Entry:
    """Something else that an explanation names, in a sentence."""

    id: str
    text: str

    def __str__(self) -> str:
        return f"{self.id}: {self.text}"


Fact = tuple[str, str | Sequence[Entry] | Sequence[str]]
"""A label, and what is told under it; an empty one is not told."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known under a name: of which kind that is, what it says of itself, and facts."""

    name: str
    kind: str
    text: str
    facts: Sequence[Fact]

    def json(self) -> str:
        """Return it as one JSON object, with the labels of its facts as members."""
        facts = {
            label.replace(" ", "_"): fact if isinstance(fact, str) else [_plain(one) for one in fact]
            for label, fact in self.facts
            if fact
        }
        members = {"name": self.name, "kind": self.kind, "text": self.text.strip(), **facts}
        return json.dumps(members, ensure_ascii=False, indent=1)

    def lines(self) -> Iterator[str]:
        """Yield it for a person, with the most that is told of a list."""
        yield f"{self.name} ({self.kind})"
        yield ""
        for paragraph in self.text.strip().split("\n\n") if self.text else ():
            yield textwrap.fill(" ".join(paragraph.split()), _WIDTH)
            yield ""
        for label, fact in self.facts:
            yield from _fact(label, fact) if isinstance(fact, str) else _list(label, [str(one) for one in fact])


def _plain(one: Entry | str) -> Any:
    return one if isinstance(one, str) else asdict(one)


def _fact(label: str, text: str) -> Iterator[str]:
    """Yield a labelled text, nothing for none."""
    if text:
        indent = " " * _LABEL
        yield textwrap.fill(
            " ".join(text.split()),
            _WIDTH,
            initial_indent=f"{label:<{_LABEL}}",
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _list(label: str, texts: list[str]) -> Iterator[str]:
    """Yield texts under one label, and how many there are beyond the most that are told."""
    for number, text in enumerate(texts[:MOST]):
        yield from _fact("" if number else label, text)
    if len(texts) > MOST:
        yield from _fact("", f"and {len(texts) - MOST} more; see plugfest catalogue")
