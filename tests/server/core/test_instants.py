"""Instants: read, stored and sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from server.core import instants


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-29T12:00:00.5Z",
        "2024-02-29T12:00:00.500000000Z",
        "2024-02-29t12:00:00.5z",
        "2024-02-29T14:00:00.5+02:00",
        "2024-02-29T06:30:00.5-05:30",
        "2024-02-29T12:00:00.5",
    ],
)
def test_every_form_is_understood(text: str) -> None:
    """Fractions, letters of any case and offsets name the same instant."""
    assert instants.parse(text) == datetime(2024, 2, 29, 12, 0, 0, 500_000, UTC)


def test_leap_second_is_the_second_before() -> None:
    """A leap second is no error."""
    assert instants.parse("2016-12-31T23:59:60Z") == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00"])
def test_what_no_calendar_holds_is_an_error(text: str) -> None:
    """A text that names no instant is a ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        instants.parse(text)


def test_sent_with_milliseconds_and_z() -> None:
    """What is sent is UTC with three digits of fraction."""
    assert instants.to_wire(instants.parse("2024-05-01T12:00:00+02:00")) == "2024-05-01T10:00:00.000Z"


def test_stored_texts_sort_as_instants() -> None:
    """The stored form has a fixed width."""
    earlier, later = instants.parse("2024-05-01T12:00:00Z"), instants.parse("2024-05-01T12:00:00.000001Z")
    assert instants.to_store(earlier) < instants.to_store(later)
