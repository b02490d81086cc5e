"""Tests of members of a payload."""

from __future__ import annotations

import json

import pytest

from harness.verdict import Inconclusive
from simulators.members import Received, given


def test_member_that_is_none_is_left_out() -> None:
    """What is not given is not there; what is false or empty is."""
    assert given({"a": None, "b": 0, "c": "", "d": [1]}) == {"b": 0, "c": "", "d": [1]}


def test_member_that_never_came_leaves_open_what_was_asked() -> None:
    """Its absence is judged by the rules of the wire, and is no trouble of ours, however deep it would have been."""
    found = Received({"status": "Accepted", "schedule": {"periods": [{"limit": 6.0}]}})
    assert found["schedule"]["periods"][0]["limit"] == 6.0
    with pytest.raises(Inconclusive, match="there is no reservationId"):
        found["reservationId"]
    with pytest.raises(Inconclusive, match="there is no startPeriod"):
        found["schedule"]["periods"][0]["startPeriod"]


def test_payload_that_came_is_one_like_any_other() -> None:
    """It equals, and is written, as what was sent; asking whether a member is there is no trouble."""
    sent = {"a": {"b": [1, None]}, "c": "d"}
    found = Received(sent)
    assert (found, str(found), json.dumps(found)) == (sent, str(sent), json.dumps(sent))
    assert (found.get("x"), "x" in found) == (None, False)
