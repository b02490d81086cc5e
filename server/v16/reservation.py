"""The Reservation profile: reservations from their request to their end (OCPP 1.6 5.1, 5.13)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ocpp.v16.enums import Action, CancelReservationStatus, ChargePointStatus, ReservationStatus
from sqlalchemy import Connection, Row, delete, insert, select, update

from server.core import instants
from server.core.bundle import InvalidOperation, UnsuitableOperation
from server.core.call_queue import Operation
from server.core.links import CallFailed
from server.core.profile import Profile
from server.core.stations import Station
from server.core.tags import Tags
from server.core.validation import Payload
from server.v16 import reported, tables

REQUESTED, ACTIVE, USED, CANCELLED = "requested", "active", "used", "cancelled"
EXPIRED, TERMINATED, REFUSED = "expired", "terminated", "refused"

_known = tables.reservations.c


class Reservations(Profile):
    """Reserves connectors and knows what has become of each reservation."""

    actions: ClassVar[frozenset[str]] = frozenset({Action.reserve_now.value, Action.cancel_reservation.value})

    def __init__(self, tags: Tags) -> None:
        self.tags = tags

    # Before a reservation is asked for

    def complete(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Choose a reservationId if none was entered."""
        if action == Action.reserve_now and "reservationId" not in payload:
            return {**payload, "reservationId": self.new_id(tx)}
        return payload

    def new_id(self, tx: Connection) -> int:
        """Return an id that no reservation has (OCPP 1.6 5.13)."""
        while True:
            id = self.new_number()
            if tx.execute(select(_known.number).where(_known.id == id)).first() is None:
                return id

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Check a reservation, and name the group of its tag if there is one."""
        if action != Action.reserve_now:
            return payload
        if self.is_past(payload["expiryDate"]):
            raise InvalidOperation("expiryDate lies in the past")
        if payload["connectorId"] == 0:
            self.check_any_connector(tx, station)
        return {**payload, **self.parent(payload)}

    def is_past(self, expiry: str) -> bool:
        """Return whether a reservation until this instant is over."""
        return instants.parse(expiry) <= instants.now()

    def check_any_connector(self, tx: Connection, station: Station) -> None:
        """Raise UnsuitableOperation where the station has told that it reserves single connectors only."""
        told = reported.text(tx, station.id, "ReserveConnectorZeroSupported") or ""
        if told.strip().casefold() == "false":
            raise UnsuitableOperation("the station does not reserve connector 0")

    def parent(self, payload: Payload) -> Payload:
        """Return the parentIdTag of the tag, unless one was entered or there is none (OCPP 1.6 5.13)."""
        tag = self.tags.find(payload["idTag"])
        if "parentIdTag" in payload or tag is None or tag.parent is None:
            return {}
        return {"parentIdTag": tag.parent}

    # While it is asked for

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return the request, unless the station was away for so long that it has become pointless."""
        if operation.action == Action.reserve_now and self.is_past(operation.payload["expiryDate"]):
            raise CallFailed("the reservation has expired before it could be sent")
        return [operation.payload]

    def begun(self, tx: Connection, operation: Operation, requests: Sequence[Payload]) -> None:
        """Record the request before the station can act on it."""
        if operation.action != Action.reserve_now:
            return
        asked = operation.payload
        row = {
            "station": operation.station,
            "id": asked["reservationId"],
            "operation": operation.id,
            "connector_id": asked["connectorId"],
            "id_tag": asked["idTag"],
            "expires": instants.to_store(instants.parse(asked["expiryDate"])),
            "status": REQUESTED,
        }
        tx.execute(insert(tables.reservations), row)

    # When there is an answer

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Record that a reservation is active or was refused, or that it is cancelled."""
        if operation.action == Action.reserve_now:
            self.reserved(tx, operation, answer["status"])
        elif answer["status"] == CancelReservationStatus.accepted:
            self.cancelled(tx, station.id, operation.payload["reservationId"])

    def reserved(self, tx: Connection, operation: Operation, status: str) -> None:
        """Record what a station answers: Accepted alone reserves, and replaces the same id (OCPP 1.6 5.13, 7.40)."""
        accepted = status == ReservationStatus.accepted
        self.change(tx, ACTIVE if accepted else REFUSED, _known.operation == operation.id, _known.status == REQUESTED)
        if accepted:
            same = _known.station == operation.station, _known.id == operation.payload["reservationId"]
            tx.execute(delete(tables.reservations).where(*same, _known.operation != operation.id))

    def failed(self, tx: Connection, operation: Operation) -> None:
        """Record that a reservation did not come about."""
        self.change(tx, REFUSED, _known.operation == operation.id, _known.status == REQUESTED)

    def cancelled(self, tx: Connection, station: str, id: int) -> None:
        """Record the end of a reservation that was cancelled (OCPP 1.6 5.1)."""
        self.change(tx, CANCELLED, _known.station == station, _known.id == id, *self.alive(_now()))

    # What else ends a reservation

    def used(self, tx: Connection, station: str, payload: Payload) -> None:
        """Record that a StartTransaction ends a reservation that stands: the one that it names (OCPP 1.6 4.8).

        One that names none ends the reservation of its tag or group on the connector, or else on any connector:
        the station lets nobody else start there, and stations in the field leave the number out.
        """
        started = instants.to_store(instants.parse(payload["timestamp"]))
        standing = select(tables.reservations).where(_known.station == station, *self.alive(started))
        rows = tx.execute(standing.order_by(_known.connector_id.desc())).all()
        ended = next((row for row in rows if row.id == payload.get("reservationId")), None)
        ended = ended or next((row for row in rows if self.is_for(row, payload)), None)
        if ended is not None:
            self.change(tx, USED, _known.number == ended.number)

    def is_for(self, row: Row[Any], payload: Payload) -> bool:
        """Return whether a reservation is one of the connector and of the tag or group of a StartTransaction."""
        if row.connector_id not in (payload["connectorId"], 0):
            return False
        if self.tags.fold(row.id_tag) == self.tags.fold(payload["idTag"]):
            return True
        tags = [tag for one in (row.id_tag, payload["idTag"]) if (tag := self.tags.find(one)) is not None]
        groups = [self.tags.fold(tag.parent) for tag in tags if tag.parent is not None]
        return len(groups) == 2 and groups[0] == groups[1]

    def terminated(self, tx: Connection, station: str, connector_id: int) -> None:
        """Record that a connector that is out of order is reserved no longer; 0 stands for all (OCPP 1.6 5.13)."""
        concerned = [_known.station == station, *self.alive(_now())]
        if connector_id > 0:
            concerned.append(_known.connector_id == connector_id)
        self.change(tx, TERMINATED, *concerned)

    def is_out_of_order(self, status: str) -> bool:
        """Return whether a connector in this state ends its reservation."""
        return status in (ChargePointStatus.faulted.value, ChargePointStatus.unavailable.value)

    def alive(self, at: str) -> tuple[Any, ...]:
        """Return the conditions of a reservation that stands, or may stand, at an instant."""
        return _known.status.in_((REQUESTED, ACTIVE)), _known.expires > at

    def change(self, tx: Connection, status: str, *concerned: Any) -> None:
        """Store a status of the reservations that are concerned."""
        tx.execute(update(tables.reservations).where(*concerned).values(status=status))

    # Reading

    def read(self, tx: Connection, station: str) -> Sequence[Row[Any]]:
        """Return the reservations of a station that it has answered to, in the order in which they were made."""
        answered = select(tables.reservations).where(_known.station == station, _known.status != REQUESTED)
        return tx.execute(answered.order_by(_known.number)).all()

    def status(self, row: Row[Any]) -> str:
        """Return the status of a reservation as it is now: an active one expires by itself."""
        return EXPIRED if row.status == ACTIVE and row.expires <= _now() else row.status


def _now() -> str:
    return instants.to_store(instants.now())
