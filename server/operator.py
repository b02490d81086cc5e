"""What an operator can do: provision, decide on registrations, perform operations, and read what is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import orjson
from ocpp.v16.enums import RegistrationStatus
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert
from websockets.frames import CloseCode

from server.core import instants, tables, tasks
from server.core.bundle import Bundle, InvalidOperation, Service, UnsuitableOperation
from server.core.call_queue import Operation, Outcome
from server.core.context import Context
from server.core.frame_log import hidden
from server.core.profile import Profile
from server.core.stations import Station
from server.core.tags import Tag
from server.core.validation import Payload
from server.v16 import VERSION, samples
from server.v16 import transactions as booked
from server.v16.local_list import LocalList
from server.v16.operations import Operations
from server.v16.reservation import Reservations
from server.v16.smart_charging import SmartCharging

P = TypeVar("P", bound=Profile)


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

    def __init__(self, context: Context, services: Mapping[str, Service]) -> None:
        """Prepare it; ``services`` are the versions that are served."""
        self.context = context
        self.services = services

    # Provisioning

    async def provision_station(self, id: str) -> None:
        """Register a station so that its next BootNotification is accepted; raises Impossible for an empty id."""
        if not id:
            raise Impossible("a station needs an identity")
        await self.context.stations.provision(id, RegistrationStatus.accepted.value)

    async def remove_station(self, id: str) -> None:
        """Forget a station and all that was recorded of it; one that is not known is no error."""
        station = self.context.stations.get(id)
        if station is not None and station.session is not None:
            station.session.connection.close(CloseCode.POLICY_VIOLATION, "the station has been removed")
        await self.context.stations.remove(id)
        if station is not None:
            self.context.queue.forget(station)

    async def set_registration(self, id: str, registration: str) -> None:
        """Set what the next BootNotification of a known station is answered."""
        if registration not in {status.value for status in RegistrationStatus}:
            raise Impossible(f"a registration is Accepted, Pending or Rejected, not {registration!r}")
        await self.context.stations.provision(self.known(id).id, registration)

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
        await self.context.tags.provision(replace(tag, expires=expires))

    def tags(self) -> Sequence[Tag]:
        """Return all tags that are known."""
        return list(self.context.tags)

    def tag(self, id_tag: str) -> Tag:
        """Return a tag; raises UnknownTag."""
        found = self.context.tags.find(id_tag)
        if found is None:
            raise UnknownTag(f"there is no tag {id_tag!r}")
        return found

    async def remove_tag(self, id_tag: str) -> None:
        """Forget a tag; one that is not known is no error."""
        await self.context.tags.remove(id_tag)

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
            asked = await self.context.store.read(lambda tx: operations.prepare(tx, station, action, entered))
        except InvalidOperation as problem:
            raise Impossible(str(problem)) from None
        except UnsuitableOperation as problem:
            raise Conflict(str(problem)) from None
        if (reason := operations.may_ask(station, action)) is not None:
            raise Conflict(reason)
        operation = Operation(id, service.bundle.version, action, asked)
        await self.context.queue.add(station, operation)
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
        found = await self.context.queue.outcome(operation, patience)
        return None if found is None else replace(found, waits_for=self.waits_for(operation))

    def waits_for(self, operation: str) -> str | None:
        """Return what an operation waits for, in words, None if it has an outcome or is not known."""
        pending = self.context.queue.pending(operation)
        station = self.context.stations.get(pending.station) if pending else None
        return self.context.queue.waits_for(station, pending) if pending and station else None

    async def withdraw(self, operation: str) -> None:
        """Have an operation not performed that has not been sent.

        Raises UnknownOperation, or Conflict for one that has been sent or has an outcome.
        """
        if (pending := self.context.queue.pending(operation)) is not None:
            if await self.context.queue.withdraw(self.known(pending.station), pending):
                return
            raise Conflict("the operation has been sent to the station: it cannot be withdrawn")
        if (found := await self.outcome(operation)) is None:
            raise UnknownOperation(f"there is no operation {operation!r}")
        raise Conflict(f"the operation is over: {found.reason or found.status or found.state}")

    async def operations_of(self, id: str) -> Sequence[Payload]:
        """Return the operations of a station, the oldest first."""
        query = select(tables.operations).where(tables.operations.c.station == self.known(id).id)
        rows = await self.context.store.read(lambda tx: tx.execute(query.order_by(tables.operations.c.number)).all())
        return [self._operation_view(row) for row in rows]

    # Reading

    async def ping(self) -> None:
        """Return once the store has written something: one that can only be read is not well; raises StoreError."""
        await self.context.store.append(_CHECKED, {"number": 1, "checked": instants.to_wire(instants.now())}, None)

    def known(self, id: str) -> Station:
        """Return a station; raises UnknownStation."""
        station = self.context.stations.get(id)
        if station is None:
            raise UnknownStation(f"there is no station {id!r}")
        return station

    def station(self, id: str) -> Payload:
        """Return what is known of a station."""
        station = self.known(id)
        return {
            "online": station.online,
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
        return {station.id: self.station(station.id) for station in self.context.stations}

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
        for row in await self.context.store.read(lambda tx: tx.execute(query).all()):
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

    async def meter_values(self, id: str, latest: int) -> Sequence[Payload]:
        """Return the ``latest`` sampled values of a station, the oldest first, with and without a transaction."""
        station = self.known(id).id
        rows = await self.context.store.read(lambda tx: booked.read_meter_values(tx, station, latest))
        values = [
            {"connector_id": row.connector_id, "transaction_id": row.transaction_id, **sample}
            for row in rows
            for sample in samples.complete(orjson.loads(row.meter_value))
        ]
        return values[-latest:]

    async def transactions(self, id: str) -> Sequence[Payload]:
        """Return the transactions of a station in the order in which they began."""
        station = self.known(id).id
        records = await self.context.store.read(lambda tx: booked.read(tx, station))
        return [self.transaction_view(record) for record in records]

    def transaction_view(self, record: booked.TransactionRecord) -> Payload:
        """Return one transaction as it is shown."""
        row = record.row
        return {
            "id": row.id,
            "active": row.active,
            "connector_id": row.connector_id,
            "id_tag": row.id_tag,
            "meter_start": row.meter_start,
            "meter_stop": row.meter_stop,
            "started": record.instant("started"),
            "stopped": record.instant("stopped"),
            "reason": row.reason,
            "meter_values": [dict(one) for values in record.meter_values for one in samples.complete(values)],
        }

    async def configuration(self, id: str) -> Mapping[str, str | None]:
        """Return the configuration keys and values that a station has reported or taken."""
        known, station = tables.configuration.c, self.known(id).id

        def job(tx: Connection) -> Mapping[str, str | None]:
            rows = tx.execute(select(known.key, known.value).where(known.station == station))
            return {row.key: row.value for row in rows}

        return await self.context.store.read(job)

    async def local_list(self, id: str) -> Payload:
        """Return version and entries of the local list that a station holds; without a version, neither is known."""
        station, lists = self.known(id).id, self._profile(LocalList)

        def job(tx: Connection) -> Payload:
            return {"version": lists.version(tx, station), "entries": list(lists.entries(tx, station).values())}

        return await self.context.store.read(job)

    async def reservations(self, id: str) -> Sequence[Payload]:
        """Return the reservations of a station in the order in which they were made."""
        station, made = self.known(id).id, self._profile(Reservations)
        return [
            {
                "id": row.id,
                "status": made.status(row),
                "connector_id": row.connector_id,
                "id_tag": row.id_tag,
                "expires": _instant(row.expires),
            }
            for row in await self.context.store.read(lambda tx: made.read(tx, station))
        ]

    async def charging_profiles(self, id: str) -> Sequence[Payload]:
        """Return the charging profiles that are installed at a station."""
        station, charging = self.known(id).id, self._profile(SmartCharging)
        rows = await self.context.store.read(lambda tx: charging.read(tx, station))
        members = ("id", "connector_id", "purpose", "stack_level", "transaction_id")
        return [{name: getattr(row, name) for name in members} for row in rows]

    async def tasks(self, id: str) -> Sequence[Payload]:
        """Return the tasks of a station, the latest last."""
        station = self.known(id).id
        rows = await self.context.store.read(lambda tx: tasks.read(tx, station))
        return [{name: getattr(row, name) for name in ("kind", "state", "status", "request_id")} for row in rows]

    def _profile(self, kind: type[P]) -> P:
        operations = self.services[VERSION].operations
        assert isinstance(operations, Operations)
        return operations.of(kind)

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
