"""Frames are compared: structure first, and nothing that is another thing each time."""

from __future__ import annotations

from typing import Any

import pytest

from harness.fieldlog.comparison import Deviation, Sort, compare, shown
from harness.fieldlog.rewriting import Rewriting
from harness.versions import V16

BOOT = {"status": "Accepted", "currentTime": "2026-01-05T07:01:01Z", "interval": 300}


def found(was: list[Any], now: list[Any], action: str = "BootNotification", *ignored: str) -> list[Deviation]:
    """Return how a frame differs from a recorded one."""
    return list(compare(was, now, action, Rewriting(V16), ignored))


def results(was: Any, now: Any, action: str = "BootNotification", *ignored: str) -> list[Deviation]:
    """Return how a payload of a CALLRESULT differs from a recorded one."""
    return found([3, "1", was], [3, "2", now], action, *ignored)


def test_volatile_members_are_ignored() -> None:
    """Ids, moments and settings may be others, as long as they are of the same kind."""
    assert results(BOOT, {**BOOT, "currentTime": "2027-01-01T00:00:00.000Z", "interval": 1}) == []
    assert [one.sort for one in results(BOOT, {**BOOT, "interval": "1"})] == [Sort.TYPE]
    assert results(BOOT, {**BOOT, "currentTime": "now"}) == [Deviation(Sort.TYPE, "a moment", '"now"', "/currentTime")]


@pytest.mark.parametrize(
    ("now", "deviation"),
    [
        ([4, "1", "NotSupported", "", {}], Deviation(Sort.MESSAGE, "CALLRESULT", "CALLERROR NotSupported")),
        ([3, "1", BOOT, 1], Deviation(Sort.MESSAGE, "3 elements", "4 elements")),
        ([], Deviation(Sort.MESSAGE, "CALLRESULT", "[]")),
        ([3, "1", []], Deviation(Sort.TYPE, f"object {shown(BOOT)}", "list []", "")),
    ],
)
def test_message_is_compared(now: list[Any], deviation: Deviation) -> None:
    """What a message is comes before what is in it."""
    assert found([3, "1", BOOT], now) == [deviation]


def test_code_of_an_error_is_compared() -> None:
    """Description and details of an error are not."""
    error = [4, "1", "NotSupported", "no", {}]
    assert found(error, [4, "2", "NotSupported", "never", {"a": 1}]) == []
    assert found(error, [4, "1", "NotImplemented", "no", {}]) == [
        Deviation(Sort.ERROR_CODE, "CALLERROR NotSupported", "CALLERROR NotImplemented")
    ]


@pytest.mark.parametrize(
    ("was", "now", "deviation"),
    [
        ({}, {"a": 1}, Deviation(Sort.MEMBER, "absent", "1", "/a")),
        ({"a": 1}, {}, Deviation(Sort.MEMBER, "1", "absent", "/a")),
        ({"a": 1}, {"a": True}, Deviation(Sort.TYPE, "number 1", "boolean true", "/a")),
        ({"a": None}, {"a": 1}, Deviation(Sort.TYPE, "null null", "number 1", "/a")),
        ({"a": "x"}, {"a": "y"}, Deviation(Sort.VALUE, '"x"', '"y"', "/a")),
        ({"a": [1]}, {"a": [1, 2]}, Deviation(Sort.MEMBER, "1 items", "2 items", "/a")),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, Deviation(Sort.VALUE, "1", "2", "/a/0/b")),
    ],
)
def test_members_are_compared(was: Any, now: Any, deviation: Deviation) -> None:
    """Members that are missing or new, types and values are told with their place."""
    assert results(was, now, "DataTransfer") == [deviation]


def test_number_may_be_written_otherwise() -> None:
    """16 and 16.0 are one number."""
    assert results({"a": 16}, {"a": 16.0}, "NoSuchAction") == []


def test_member_can_be_ignored() -> None:
    """What somebody has named is not compared, nor missed."""
    assert results({"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}, "DataTransfer", "b", "c") == []


def test_reference_has_to_be_consistent() -> None:
    """A new transaction has a new id, which is the same in each message."""
    rewriting = Rewriting(V16)

    def compared(was: int, now: int) -> list[Deviation]:
        old, new = ([2, "1", "RemoteStopTransaction", {"transactionId": id}] for id in (was, now))
        return list(compare(old, new, "RemoteStopTransaction", rewriting))

    assert compared(7, 19) == []
    assert compared(8, 19) == [Deviation(Sort.VALUE, "one that nothing else has", "19", "/transactionId")]
    assert compared(7, 20) == [Deviation(Sort.VALUE, "19, which it is now", "20", "/transactionId")]


def test_replaced_tag_is_expected() -> None:
    """A tag that takes the place of another is no difference."""
    rewriting = Rewriting(V16, tokens={"OLD": "NEW"})
    old, new = ([2, "1", "RemoteStartTransaction", {"idTag": tag}] for tag in ("OLD", "NEW"))
    assert list(compare(old, new, "RemoteStartTransaction", rewriting)) == []


def test_long_value_is_cut() -> None:
    """Nobody reads a certificate in a list of differences."""
    assert shown("x" * 500).endswith("…")
