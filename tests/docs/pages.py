"""The pages that users read, and the blocks of code in them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "ARCHITECTURE.md",
    "benchmarks/README.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
)

_FENCE = re.compile(r"^ *```(?P<info>.*)\n(?P<text>(?:.*\n)*?) *```$", re.MULTILINE)
_TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: its language, and the file that it shows, if it has a name."""

    page: str
    line: int
    language: str
    title: str | None
    text: str

    def __str__(self) -> str:
        """Say where it stands."""
        return f"{self.page}:{self.line}"


def read(page: str) -> str:
    """Return the text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str | None = None) -> Iterator[Block]:
    """Yield the blocks of a page from top to bottom, of one language if one is given."""
    text = read(page)
    for found in _FENCE.finditer(text):
        word, _, rest = found["info"].partition(" ")
        title = _TITLE.search(rest)
        line = text.count("\n", 0, found.start()) + 1
        if language in (None, word):
            yield Block(page, line, word, title and title[1], textwrap.dedent(found["text"]))
