"""Templates and pointers of the http driver: any template is filled, any pointer finds something or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.drivers.http.template import ABSENT, fill, fill_path, placeholders, point
from tests.fuzz.values import JSON, WORDS

TEXTS = st.lists(WORDS | st.sampled_from(["{station}", "{}", "{ a }", "{a}", "{{a}}"]), max_size=4).map("".join)
TEMPLATES: Any = st.recursive(
    TEXTS | JSON,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
VALUES = st.dictionaries(st.sampled_from(["station", "a", "b"]), JSON, max_size=3)


@given(TEMPLATES, VALUES)
def test_any_template_is_filled(template: Any, values: dict[str, Any]) -> None:
    """What is filled needs no value that is not there."""
    filled = fill(template, values)
    if not list(placeholders(template)):
        assert repr(filled) == repr(template)
    assert filled is not ABSENT or isinstance(template, str)


@given(TEXTS, VALUES)
def test_any_path_is_filled(template: str, values: dict[str, Any]) -> None:
    """A value never adds a segment to a path; a missing one is the documented error."""
    if missing := set(placeholders(template)) - values.keys():
        with pytest.raises(KeyError, match="|".join(missing)):
            fill_path(template, values)
    else:
        assert fill_path(template, values).count("/") == template.count("/")


@given(JSON, st.lists(WORDS | st.integers(-5, 5).map(str) | st.sampled_from(["~0", "~1", "²", "٣"]), max_size=4))
def test_any_pointer_finds_something_or_nothing(document: Any, steps: list[str]) -> None:
    """A pointer of any text never fails."""
    point(document, "".join(f"/{step}" for step in steps))
