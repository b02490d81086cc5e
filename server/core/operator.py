"""What an operator can do: provision, decide on registrations, perform operations, and read what is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert
from websockets.frames import CloseCode

from server.core import instants, tables, tasks
from server.core.bundle import Bundle, InvalidOperation, Service, UnsuitableOperation
from server.core.call_queue import CallQueue, Operation, Outcome
from server.core.frame_log import hidden
from server.core.links import Links
from server.core.readings import Readings
from server.core.stations import Registration, Station, Stations
from server.core.store import Store
from server.core.tags import Tag, Tags
from server.core.validation import Payload

T = TypeVar("T")


class Refused(Exception):
    """A request that the central system does not take; the text says why."""


class UnknownStation(Refused):
    """A request for a station that is not known."""


class UnknownTag(Refused):
    """A request for a tag that is not known."""


class UnknownOperation(Refused):
    """A request for an operation that was never taken."""


class Impossible(Refused):
    """A request that is wrong in itself: an unknown action, a value that OCPP forbids."""


class Conflict(Refused):
    """A request that the station, as it stands, must not be sent."""


class Operator:
    """The console of the central system; it offers what its versions know but for what is ``not_offered``."""

    not_offered: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self,
        services: Mapping[str, Service],
        *,
        store: Store,
        known_stations: Stations,
        known_tags: Tags,
        links: Links,
        queue: CallQueue,
    ) -> None:
        """Prepare it; ``services`` are the versions that are served."""
        self.services = services
        self.store = store
        self.known_stations = known_stations
        self.known_tags = known_tags
        self.links = links
        self.queue = queue

    # Provisioning

    async def provision_station(self, id: str) -> None:
        """Register a station so that its next BootNotification is accepted; raises Impossible for an empty id."""
        if not id:
            raise Impossible("a station needs an identity")
        await self.known_stations.provision(id, Registration.ACCEPTED.value)

    async def remove_station(self, id: str) -> None:
        """Forget a station and all that was recorded of it; one that is not known is no error."""
        station = self.known_stations.get(id)
        link = None if station is None else self.links.of(station)
        if link is not None:
            link.close(CloseCode.POLICY_VIOLATION, "the station has been removed")
        await self.known_stations.remove(id)
        if station is not None:
            self.queue.forget(station)

    async def set_registration(self, id: str, registration: str) -> None:
        """Set what the next BootNotification of a known station is answered."""
        if registration not in [*Registration]:
            raise Impossible(f"a registration is Accepted, Pending or Rejected, not {registration!r}")
        await self.known_stations.provision(self.known(id).id, registration)

    async def provision_tag(self, tag: Tag) -> None:
        """Create an idTag, or change it where it exists; raises Impossible for one that OCPP cannot carry."""
        for name, value in (("id_tag", tag.id_tag), ("parent", tag.parent)):
            if value is not None and not 1 <= len(value) <= 20:
                raise Impossible(f"{name} has 1 to 20 characters, not {len(value)}")
        if tag.status not in ("Accepted", "Blocked", "Expired"):
            raise Impossible(f"status is Accepted, Blocked or Expired, not {tag.status!r}")
        try:
            expires = None if tag.expires is None else instants.zoned(tag.expires)
        except OverflowError:
            raise Impossible(f"expires: {tag.expires} is outside of the calendar") from None
        await self.known_tags.provision(replace(tag, expires=expires))

    def tags(self) -> Sequence[Tag]:
        """Return all tags that are known."""
        return list(self.known_tags)

    def tag(self, id_tag: str) -> Tag:
        """Return a tag; raises UnknownTag."""
        found = self.known_tags.find(id_tag)
        if found is None:
            raise UnknownTag(f"there is no tag {id_tag!r}")
        return found

    async def remove_tag(self, id_tag: str) -> None:
        """Forget a tag; one that is not known is no error."""
        await self.known_tags.remove(id_tag)

    # Operations

    @classmethod
    def offered(cls, bundle: Bundle) -> frozenset[str]:
        """Return the operations of a version that an operator can have performed."""
        return bundle.orders - cls.not_offered

    async def perform(self, id: str, action: str, payload: Mapping[str, Any], version: str | None = None) -> str:
        """Take an operation and return its id, under which its outcome can be asked for; raises Refused.

        ``version`` is that of OCPP, without it the one that the station spoke last, or the oldest that has the action.
        """
        station = self.known(id)
        service = self.service(station, action, version)
        operations = service.operations
        entered: Payload = orjson.loads(orjson.dumps(dict(payload)))
        try:
            asked = await self.store.read(lambda tx: operations.prepare(tx, station, action, entered))
        except InvalidOperation as problem:
            raise Impossible(str(problem)) from None
        except UnsuitableOperation as problem:
            raise Conflict(str(problem)) from None
        if (reason := operations.may_ask(station, action, asked)) is not None:
            raise Conflict(reason)
        operation = Operation(id, service.bundle.version, action, asked)
        await self.queue.add(station, operation)
        return operation.id

    def service(self, station: Station, action: str, version: str | None) -> Service:
        """Return the version by which an operation is to be judged; raises Impossible where none has it."""
        if version is not None and version not in self.services:
            raise Impossible(f"OCPP {version} is not served; there are: {', '.join(self.services)}")
        spoken = self.services.get(version or station.version or "")
        candidates = list(self.services.values()) if spoken is None else [spoken]
        for service in candidates:
            if action in self.offered(service.bundle):
                return service
        offered = sorted({one for service in candidates for one in self.offered(service.bundle)})
        raise Impossible(f"unknown operation {action!r}; there are: {', '.join(offered)}")

    async def outcome(self, operation: str, patience: float = 0.0) -> Outcome | None:
        """Return what became of an operation, waiting up to ``patience`` seconds; None for an unknown one."""
        found = await self.queue.outcome(operation, patience)
        return None if found is None else replace(found, waits_for=self.waits_for(operation))

    def waits_for(self, operation: str) -> str | None:
        """Return what an operation waits for, in words, None if it has an outcome or is not known."""
        pending = self.queue.pending(operation)
        station = self.known_stations.get(pending.station) if pending else None
        return self.queue.waits_for(station, pending) if pending and station else None

    async def withdraw(self, operation: str) -> None:
        """Have an operation not performed that has not been sent.

        Raises UnknownOperation, or Conflict for one that has been sent or has an outcome.
        """
        if (pending := self.queue.pending(operation)) is not None:
            if await self.queue.withdraw(self.known(pending.station), pending):
                return
            raise Conflict("the operation has been sent to the station: it cannot be withdrawn")
        if (found := await self.outcome(operation)) is None:
            raise UnknownOperation(f"there is no operation {operation!r}")
        raise Conflict(f"the operation is over: {found.reason or found.status or found.state}")

    async def operations_of(self, id: str) -> Sequence[Payload]:
        """Return the operations of a station, the oldest first."""
        query = select(tables.operations).where(tables.operations.c.station == self.known(id).id)
        rows = await self.store.read(lambda tx: tx.execute(query.order_by(tables.operations.c.number)).all())
        return [self._operation_view(row) for row in rows]

    # Reading

    async def ping(self) -> None:
        """Return once the store has written something: one that can only be read is not well; raises StoreError."""
        await self.store.append(_CHECKED, {"number": 1, "checked": instants.to_wire(instants.now())}, None)

    def known(self, id: str) -> Station:
        """Return a station; raises UnknownStation."""
        station = self.known_stations.get(id)
        if station is None:
            raise UnknownStation(f"there is no station {id!r}")
        return station

    def station(self, id: str) -> Payload:
        """Return what is known of a station."""
        station = self.known(id)
        return {
            "online": station in self.links,
            "version": station.version,
            "registration": station.standing,
            "latest_boot": station.answered,
            "last_seen": station.last_seen,
            "firmware_version": station.firmware_version,
            "vendor": station.vendor,
            "model": station.model,
        }

    def stations(self) -> Mapping[str, Payload]:
        """Return what is known of all stations."""
        return {station.id: self.station(station.id) for station in self.known_stations}

    async def connector(self, id: str, connector_id: int, evse_id: int | None = None) -> Payload | None:
        """Return what is known of a connector, None if the station has never spoken of it.

        In OCPP 1.6 there are no EVSEs, and connector 0 is the station; from 2.0.1 on it is its EVSE.
        """
        return (await self.connectors(id, evse_id)).get(connector_id)

    async def connectors(self, id: str, evse_id: int | None = None) -> Mapping[int, Payload]:
        """Return what is known of all connectors of a station without EVSEs, or of one EVSE, by their numbers."""
        return (await self.evses(id)).get(evse_id or 0, {})

    async def evses(self, id: str) -> Mapping[int, Mapping[int, Payload]]:
        """Return what is known of the connectors of all EVSEs of a station, by the numbers of both."""
        known = tables.connectors.c
        query = select(tables.connectors).where(known.station == self.known(id).id)
        query = query.order_by(known.evse_id, known.connector_id)
        found: dict[int, dict[int, Payload]] = {}
        for row in await self.store.read(lambda tx: tx.execute(query).all()):
            found.setdefault(row.evse_id, {})[row.connector_id] = self.connector_view(row)
        return found

    def connector_view(self, row: Any) -> Payload:
        """Return one connector as it is shown."""
        return {
            "status": row.status,
            "error_code": row.error_code,
            "info": row.info,
            "timestamp": _instant(row.timestamp),
            "availability": "Scheduled" if row.wanted else row.availability,
        }

    async def transactions(self, id: str) -> Sequence[Payload]:
        """Return the transactions of a station, those of each version in the order in which they began."""
        return await self._all(id, lambda readings, tx: readings.transactions(tx, id))

    async def meter_values(self, id: str, latest: int) -> Sequence[Payload]:
        """Return the ``latest`` sampled values of a station, the oldest first, with and without a transaction."""
        values = await self._all(id, lambda readings, tx: readings.meter_values(tx, id, latest))
        return values[-latest:]

    async def configuration(self, id: str) -> Mapping[str, str | None]:
        """Return the configuration keys and values that a station has reported or taken."""
        found = await self._each(id, lambda readings, tx: readings.configuration(tx, id))
        return {key: value for one in found for key, value in one.items()}

    async def variables(self, id: str) -> Sequence[Payload]:
        """Return the attributes of the device model that a station has reported, answered or taken."""
        return await self._all(id, lambda readings, tx: readings.variables(tx, id))

    async def events(self, id: str) -> Sequence[Payload]:
        """Return the events that a station has notified of, in wire spelling, in the order in which they came."""
        return await self._all(id, lambda readings, tx: readings.events(tx, id))

    async def local_list(self, id: str) -> Payload:
        """Return version and entries of the local list that a station holds; without a version, neither is known."""
        found = await self._each(id, lambda readings, tx: readings.local_list(tx, id))
        return next((one for one in found if one is not None), {"version": None, "entries": []})

    async def reservations(self, id: str) -> Sequence[Payload]:
        """Return the reservations of a station in the order in which they were made."""
        return await self._all(id, lambda readings, tx: readings.reservations(tx, id))

    async def charging_profiles(self, id: str) -> Sequence[Payload]:
        """Return the charging profiles that are installed at a station."""
        return await self._all(id, lambda readings, tx: readings.charging_profiles(tx, id))

    async def installed_certificates(self, id: str) -> Sequence[Payload]:
        """Return the root certificates that a station has told of, when it was last asked, by their hash data."""
        return await self._all(id, lambda readings, tx: readings.installed_certificates(tx, id))

    async def tasks(self, id: str) -> Sequence[Payload]:
        """Return the tasks of a station, the latest last."""
        station = self.known(id).id
        rows = await self.store.read(lambda tx: tasks.read(tx, station))
        return [{name: getattr(row, name) for name in ("kind", "state", "status", "request_id")} for row in rows]

    async def _each(self, id: str, read: Callable[[Readings, Connection], T]) -> Sequence[T]:
        """Return what each version has on record of a station; raises UnknownStation."""
        self.known(id)
        services = self.services.values()
        return await self.store.read(lambda tx: [read(service.readings, tx) for service in services])

    async def _all(self, id: str, read: Callable[[Readings, Connection], Sequence[Payload]]) -> Sequence[Payload]:
        return [one for found in await self._each(id, read) for one in found]

    def _operation_view(self, row: Any) -> Payload:
        return {
            "id": row.id,
            "version": row.version,
            "action": row.action,
            "payload": hidden(orjson.loads(row.payload)),
            "state": row.state if row.state in ("answered", "failed") else "pending",
            "status": row.status,
            "reason": row.reason,
            "waits_for": self.waits_for(row.id),
        }


_checked = insert(tables.health)
_CHECKED = _checked.on_conflict_do_update(index_elements=["number"], set_={"checked": _checked.excluded.checked})


def _instant(text: str | None) -> datetime | None:
    return instants.parse(text) if text else None
