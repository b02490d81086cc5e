"""Moments as a station writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now() -> str:
    """Return the present time as a station writes it: UTC with milliseconds."""
    return timestamp(datetime.now(UTC))


def later(**delta: float) -> str:
    """Return a moment that lies ahead as a station writes it; ``delta`` are the arguments of a timedelta."""
    return timestamp(datetime.now(UTC) + timedelta(**delta))


def timestamp(moment: datetime) -> str:
    """Return a moment as a station writes it: UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
