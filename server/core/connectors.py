"""The connectors of stations: their states, and whether they are to be used.

In OCPP 1.6 all of them belong to EVSE 0, and connector 0 is the station; from 2.0.1 on connector 0 of an EVSE is the
EVSE itself, and that of EVSE 0 the station.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, case, not_, or_, update
from sqlalchemy.dialects.sqlite import insert

from server.core import instants, tables

OPERATIVE, INOPERATIVE = "Operative", "Inoperative"
UNAVAILABLE, FAULTED = "Unavailable", "Faulted"
"""The words of all versions for what a connector may be."""

_TOLD = ("status", "error_code", "info", "vendor_id", "vendor_error_code", "timestamp")

NOTHING_ELSE: dict[str, Any] = dict.fromkeys(("error_code", "info", "vendor_id", "vendor_error_code"))
"""What a state comes without that is nothing but a state."""


def _status() -> Any:
    """Return the statement that stores a state.

    One that shows a scheduled availability ends the schedule; otherwise an availability that is known follows what
    the connector shows, for a station may change it at its own discretion (OCPP 1.6 4.9). A fault shows neither.
    """
    statement = insert(tables.connectors)
    old, new = tables.connectors.c, statement.excluded
    unavailable = new.status == UNAVAILABLE
    reached = or_(and_(old.wanted == INOPERATIVE, unavailable), and_(old.wanted == OPERATIVE, not_(unavailable)))
    follows = and_(old.wanted.is_(None), old.availability.is_not(None), new.status != FAULTED)
    seen = case((unavailable, INOPERATIVE), else_=OPERATIVE)
    return statement.on_conflict_do_update(
        index_elements=["station", "evse_id", "connector_id"],
        set_={
            **{name: new[name] for name in _TOLD},
            "availability": case((reached, old.wanted), (follows, seen), else_=old.availability),
            "wanted": case((reached, None), else_=old.wanted),
        },
    )


STATUS = _status()
"""Stores the state of a connector, the latest that came."""


def shown(
    tx: Connection, station: str, evse_id: int, connector_id: int, status: str, timestamp: str | None = None
) -> None:
    """Store a state that a station shows in passing; without a timestamp it holds from its receipt."""
    at = instants.to_store(instants.parse(timestamp) if timestamp else instants.now())
    place = {"station": station, "evse_id": evse_id, "connector_id": connector_id}
    tx.execute(STATUS, NOTHING_ELSE | place | {"status": status, "timestamp": at})


def change(
    tx: Connection, station: str, wanted: str, *, evse_id: int | None, connector_id: int | None, scheduled: bool
) -> None:
    """Record an availability that is reached, or scheduled until a state shows it.

    Without a connector it is that of a whole EVSE, without an EVSE that of the whole station.
    """
    known = tables.connectors.c
    changes = {"wanted": wanted} if scheduled else {"availability": wanted, "wanted": None}
    place = {"station": station, "evse_id": evse_id or 0, "connector_id": connector_id or 0}
    tx.execute(insert(tables.connectors).on_conflict_do_nothing(), place)
    concerned = update(tables.connectors).where(known.station == station)
    if evse_id is not None:
        concerned = concerned.where(known.evse_id == evse_id)
    if connector_id is not None:
        concerned = concerned.where(known.connector_id == connector_id)
    tx.execute(concerned.values(changes))
