"""A CALL is the wanted one if it has all that is wanted of it."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.inbox import covers


@pytest.mark.parametrize(
    ("found", "wanted", "covered"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 2}, {"a": 1}, False),
        ({}, {"a": None}, True),
        ({"a": [{"b": 1, "type": "Actual"}]}, {"a": [{"b": 1}]}, True),
        ({"a": [{"b": 1}, {"b": 1}]}, {"a": [{"b": 1}]}, False),
        ({"a": "text"}, {"a": [{"b": 1}]}, False),
        ({"a": "text"}, {"a": {"b": 1}}, False),
    ],
)
def test_more_members_do_no_harm(found: Any, wanted: Any, covered: bool) -> None:
    """Objects may have more members, at any depth; lists have as many items."""
    assert covers(found, wanted) is covered
