"""Tests of templates and JSON pointers."""

from __future__ import annotations

from typing import Any

import pytest

from harness.drivers.http.template import ABSENT, fill, fill_path, placeholders, point, value_at

VALUES = {"n": 7, "yes": True, "text": "a b", "list": [1], "none": None}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{n}", 7),
        ("{yes}", True),
        ("{list}", [1]),
        ("{none}", None),
        ("{text}", "a b"),
        ("no {n} of {yes} and {list}", "no 7 of true and [1]"),
        ("{missing}", ABSENT),
        ("no {missing}", ABSENT),
        ("plain", "plain"),
        ("{}", "{}"),
        (3, 3),
        ({"a": "{n}", "b": "{missing}", "c": {"d": "{missing}"}}, {"a": 7, "c": {}}),
        (["{n}", "{missing}", ["{text}"]], [7, ["a b"]]),
    ],
)
def test_fill(template: Any, filled: Any) -> None:
    """Placeholders keep the type of their value; what has no value is left out."""
    assert fill(template, VALUES) == filled


def test_path_is_percent_encoded() -> None:
    """A value cannot leave its segment of the path."""
    assert fill_path("/s/{id}/{n}", {"id": "a/b ?%é", "n": 0}) == "/s/a%2Fb%20%3F%25%C3%A9/0"


def test_path_without_value() -> None:
    """A path is never sent with a hole in it."""
    with pytest.raises(KeyError, match="id"):
        fill_path("/s/{id}", {})


def test_placeholders_at_any_depth() -> None:
    """All placeholders of a template are found."""
    assert list(placeholders({"a": ["{x.a}", {"b": "{y}{z.*.b}"}], "{k}": 1})) == ["x.a", "y", "z.*.b"]


@pytest.mark.parametrize(
    ("placeholder", "value"),
    [("a.0.b", 1), ("a.*.b", [1, 2]), ("a.*.c.*.d", [3, 4]), ("a.*", [{"b": 1, "c": [{"d": 3}, {"d": 4}]}, {"b": 2}])],
)
def test_placeholder_that_leads_into_a_value(placeholder: str, value: Any) -> None:
    """A placeholder leads into members and items, and ``*`` makes one list of what every item has."""
    values = {"a": ({"b": 1, "c": [{"d": 3}, {"d": 4}]}, {"b": 2})}
    assert value_at(values, placeholder) == (list(value) if isinstance(value, list) else value)


DOCUMENT = {"a": [{"b": 1}, None], "x/y": 2, "m~n": 3, "": 4}


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("", DOCUMENT),
        ("/a/0/b", 1),
        ("/a/1", None),
        ("/x~1y", 2),
        ("/m~0n", 3),
        ("/", 4),
        ("/a/2", ABSENT),
        ("/a/-", ABSENT),
        ("/a/0/c", ABSENT),
        ("/a/1/c", ABSENT),
        ("/nothing", ABSENT),
        ("/a/*/b", [1]),
        ("/m~0n/*", ABSENT),
    ],
)
def test_pointer(pointer: str, found: Any) -> None:
    """A pointer finds a value, null included, or nothing."""
    assert point(DOCUMENT, pointer) == found
