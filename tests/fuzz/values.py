"""Values of any kind, as a user or a central system may write them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

WORDS = st.text(max_size=12)

JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=10,
)
"""Everything that JSON can say, NaN and infinity included."""

MOMENTS = st.integers(-(2**31), 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))

TOML: Any = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | WORDS | MOMENTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=10,
)
"""Everything that TOML can say."""


def named(names: Sequence[str], values: Any, *, max_size: int = 8) -> Any:
    """Return a strategy for objects whose members mostly have the given names."""
    return st.dictionaries(st.sampled_from(names) | WORDS, values, max_size=max_size)


def toml(value: object) -> str:
    """Return a value as TOML writes it, tables inline."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case float():
            return {"nan": "nan", "inf": "inf", "-inf": "-inf"}.get(str(value), f"{value:.17e}")
        case datetime():
            return value.isoformat()
        case Mapping():
            return "{" + ", ".join(f"{_text(key)} = {toml(member)}" for key, member in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
    return _text(str(value))


def _text(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=True)[1:-1].replace("\x7f", "\\u007f")
    pairs = quoted.encode().decode("ascii")
    return '"' + _without_surrogates(pairs) + '"'


def _without_surrogates(quoted: str) -> str:
    """Return a JSON text with the escapes of TOML, which has no surrogate pairs."""
    text: str = json.loads(f'"{quoted}"')
    return "".join(one if one.isascii() and one.isalnum() else f"\\U{ord(one):08x}" for one in text)
