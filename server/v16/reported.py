"""What a station has reported of its configuration, as the central system reads it (OCPP 1.6 section 9)."""

from __future__ import annotations

from sqlalchemy import Connection, select

from server.v16 import tables

_known = tables.configuration.c


def text(tx: Connection, station: str, key: str) -> str | None:
    """Return the value of a configuration key, None where the station has told none."""
    told = select(_known.value).where(_known.station == station, _known.folded == key.casefold())
    return tx.execute(told).scalar()


def number(tx: Connection, station: str, key: str) -> int | None:
    """Return the value of a key that is a whole number, None where the station has told none."""
    told = (text(tx, station, key) or "").strip()
    return int(told) if told.isascii() and told.isdigit() else None


def members(tx: Connection, station: str, key: str) -> frozenset[str]:
    """Return the case-folded items of a key that is a list, none where the station has told none."""
    told = text(tx, station, key) or ""
    return frozenset(item for part in told.split(",") if (item := part.strip().casefold()))
