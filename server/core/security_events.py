"""Security events: what stations report, and what the central system notices itself (white paper A04, A00.FR.323)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from server.core import instants, tables

MAX_KEPT = 1000
"""Events of one station that are kept; older ones make room."""

REFUSED = "ConnectionRefused"
"""The type of the event that the central system has refused a connection."""

_known = tables.security_events.c


def note(tx: Connection, station: str, type: str, timestamp: datetime, info: str | None) -> None:
    """Record an event of a station."""
    row = {"station": station, "type": type, "timestamp": instants.to_store(timestamp), "info": info}
    tx.execute(insert(tables.security_events), row)
    newest = select(_known.number).where(_known.station == station).order_by(_known.number.desc())
    oldest = tx.execute(newest.offset(MAX_KEPT).limit(1)).scalar()
    if oldest is not None:
        tx.execute(delete(tables.security_events).where(_known.station == station, _known.number <= oldest))


def read(tx: Connection, station: str) -> Sequence[dict[str, Any]]:
    """Return the events of a station in the order in which they came."""
    rows = tx.execute(select(tables.security_events).where(_known.station == station).order_by(_known.number))
    return [
        {"type": row.type, "station": station, "timestamp": instants.parse(row.timestamp), "info": row.info}
        for row in rows
    ]
