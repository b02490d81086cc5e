"""The stations that the central system knows, kept in memory beside their rows in the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from server.core import tables
from server.core.credentials import STORE, Credentials
from server.core.frame_log import FrameLog
from server.core.store import Store, StoreError


class Registration(StrEnum):
    """What a BootNotification is answered, in the words of all versions."""

    ACCEPTED = "Accepted"
    PENDING = "Pending"
    REJECTED = "Rejected"


@dataclass(slots=True, eq=False)
class Station:
    """The record of one station: what it may do, and what is known of it.

    ``registration`` is what its next BootNotification is answered, ``answered`` what the latest was, None before the
    first. ``version`` is that of OCPP which it spoke last, None where it never has. ``triggered`` counts the messages
    that the central system asked for and that are still to come.
    """

    id: str
    registration: str = Registration.ACCEPTED.value
    version: str | None = None
    answered: str | None = None
    last_heard: float | None = None
    vendor: str | None = None
    model: str | None = None
    firmware_version: str | None = None
    serial: str | None = None
    credentials: Credentials = field(default_factory=Credentials)
    triggered: Counter[str] = field(default_factory=Counter)

    @property
    def last_seen(self) -> datetime | None:
        """When the latest sign of life came."""
        return None if self.last_heard is None else datetime.fromtimestamp(self.last_heard, UTC)

    @property
    def accepted(self) -> bool:
        """Whether its latest BootNotification was accepted; that outlives connections (OCPP-J 1.6 5.4)."""
        return self.answered == Registration.ACCEPTED

    @property
    def standing(self) -> str:
        """What it has been told, or before its first boot will be."""
        return self.answered or self.registration

    def booted(self, row: Mapping[str, Any]) -> None:
        """Become what a boot has told and been answered, as it is stored; nothing that was asked for is to come."""
        self.answered, self.vendor, self.model = row["answered"], row["vendor"], row["model"]
        self.firmware_version, self.serial = row["firmware_version"], row["serial"]
        self.triggered.clear()


_upsert = insert(tables.stations)
_upsert = _upsert.on_conflict_do_update(index_elements=["id"], set_={"registration": _upsert.excluded.registration})

_booted = insert(tables.stations)
BOOTED = _booted.on_conflict_do_update(
    index_elements=["id"],
    set_={
        name: _booted.excluded[name]
        for name in ("version", "answered", "last_heard", "vendor", "model", "firmware_version", "serial", "boot")
    },
)
"""Stores a boot, also of a station that could not be stored at its first contact."""


class Stations:
    """All known stations; changes are durable before they show."""

    def __init__(self, store: Store, log: FrameLog, credentials: Credentials | None = None) -> None:
        """Prepare them; ``credentials`` are those of stations without any of their own."""
        self._store = store
        self._log = log
        self._usual = credentials or Credentials()
        self._known: dict[str, Station] = {}

    def __iter__(self) -> Iterator[Station]:
        return iter(tuple(self._known.values()))

    def get(self, id: str) -> Station | None:
        """Return the station of this identity, None if it is not known."""
        return self._known.get(id)

    async def load(self) -> None:
        """Read all stations from the store."""
        both = select(tables.stations, tables.credentials).outerjoin(tables.credentials, _OF_STATION)
        for row in await self._store.read(lambda tx: tx.execute(both).all()):
            station = self._station(row.id)
            station.registration, station.answered, station.last_heard = row.registration, row.answered, row.last_heard
            station.version, station.vendor, station.model = row.version, row.vendor, row.model
            station.firmware_version, station.serial = row.firmware_version, row.serial
            if row.profile is not None:
                station.credentials = Credentials(
                    profile=row.profile, fallback=row.fallback, password=row.password, offered=row.offered
                )

    async def provision(self, id: str, registration: str) -> Station:
        """Make a station known, or change what its next BootNotification is answered."""
        await self._store.append(_upsert, {"id": id, "registration": registration}, None)
        station = self._station(id)
        station.registration = registration
        return station

    def admit(self, id: str) -> Station:
        """Make a station known at once and store it lazily."""
        station = self._station(id)
        stored = self._store.append(_upsert, {"id": id, "registration": station.registration}, None)
        self._log.watch(stored, "station not stored", station=id)
        return station

    def _station(self, id: str) -> Station:
        station = self._known.get(id)
        if station is None:
            station = self._known[id] = Station(id, credentials=self._usual)
        return station

    async def secure(self, station: Station, credentials: Credentials) -> None:
        """Set how a station proves who it is."""

        def job(tx: Connection) -> None:
            tx.execute(_upsert, {"id": station.id, "registration": station.registration})
            tx.execute(STORE, credentials.row(station.id))

        await self._store.write(job)
        station.credentials = credentials

    def named(self, station: Station, name: str) -> bool:
        """Return whether a certificate with this name is one of the station (security white paper A00.FR.405).

        That is its identity, or the serial number it has told, unless that is the name of another station, too.
        """
        if name == station.id:
            return True
        others = (one for one in self._known.values() if one is not station)
        return name == station.serial and not any(name in (one.id, one.serial) for one in others)

    async def remove(self, id: str) -> Station | None:
        """Forget a station with all that was recorded of it; return it if it was known.

        It is unknown at once, so that nothing it still sends is recorded; it is known again if the store fails.
        """
        belongings = [table for table in tables.metadata.tables.values() if "station" in table.c]

        def job(tx: Connection) -> None:
            tx.execute(delete(tables.stations).where(tables.stations.c.id == id))
            for table in belongings:
                tx.execute(delete(table).where(table.c.station == id))

        station = self._known.pop(id, None)
        try:
            await self._store.write(job)
        except StoreError:
            if station is not None:
                self._known.setdefault(id, station)
            raise
        return station

    def remember(self, station: Station) -> None:
        """Store lazily when a station was last seen, and which version it spoke."""
        row = {"station": station.id, "heard": station.last_heard, "spoken": station.version}
        self._log.watch(self._store.append(_HEARD, row, None), "last sign of life not stored", station=station.id)


_OF_STATION = tables.stations.c.id == tables.credentials.c.station
_HEARD = (
    tables.stations.update()
    .where(tables.stations.c.id == bindparam("station"))
    .values(last_heard=bindparam("heard"), version=bindparam("spoken"))
)
