"""Tests of members of a payload."""

from __future__ import annotations

from simulators.members import given


def test_member_that_is_none_is_left_out() -> None:
    """What is not given is not there; what is false or empty is."""
    assert given({"a": None, "b": 0, "c": "", "d": [1]}) == {"b": 0, "c": "", "d": [1]}
