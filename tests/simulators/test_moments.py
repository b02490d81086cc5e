"""Tests of moments as a station writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from simulators.moments import later, now, timestamp


def test_timestamp_is_utc_with_milliseconds() -> None:
    """A station writes timestamps that every central system reads."""
    moment = datetime(2030, 1, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(moment) == "2030-01-01T10:00:00.123Z"
    assert timestamp(datetime(2030, 1, 1, tzinfo=UTC)) == "2030-01-01T00:00:00.000Z"


def test_later_lies_ahead_of_now() -> None:
    """A moment that lies ahead is later than the present by what was asked for."""
    ahead = datetime.fromisoformat(later(hours=1)) - datetime.fromisoformat(now())
    assert timedelta(minutes=59) < ahead <= timedelta(hours=1)
