"""Instants: read from any ISO 8601 form a station may send, stored and sent as UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_LEAP_SECOND = re.compile(r"(T\d\d:\d\d):60")


def now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


def to_wire(instant: datetime) -> str:
    """Return an instant as the central system sends it: UTC, milliseconds, Z (OCPP 1.6 3.15)."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_store(instant: datetime) -> str:
    """Return an instant in a form of fixed width, so that texts sort as instants do."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def zoned(instant: datetime) -> datetime:
    """Return an instant in UTC; without a zone it is UTC already."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def parse(text: str) -> datetime:
    """Return the instant that a text names; without a zone it is UTC.

    A leap second becomes the second before it, fractions beyond microseconds are cut. Raises ValueError for a text
    that is no instant, or one that no calendar holds.
    """
    try:
        return zoned(datetime.fromisoformat(_LEAP_SECOND.sub(r"\1:59", text.upper())))
    except OverflowError:
        raise ValueError(f"{text} is outside of the calendar") from None


def in_utc(text: str) -> str:
    """Return an instant as the central system writes it; one that no calendar holds stays as it came."""
    try:
        return to_wire(parse(text))
    except ValueError:
        return text
