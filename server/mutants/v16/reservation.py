"""Mutants of the Reservation profile (OCPP 1.6 4.8, 5.1, 5.13)."""

from __future__ import annotations

from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.v16.enums import Action, AuthorizationStatus, ChargePointStatus
from sqlalchemy import Connection, select

from server.core.stations import Station
from server.core.tables import connectors
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, drop, shifted, stubs, turn
from server.mutants.v16 import request
from server.v16 import tables
from server.v16.core import CoreHandlers
from server.v16.reservation import Reservations

# What a station is asked for

alters(request("ReserveNow"),
    Row("reservation-connector-shifted", "A reservation names the connector after the one that is meant.",
        turn(connectorId=lambda number: number + 1)),
    Row("reservation-connector-zero-lost", "A reservation of any connector is sent for connector 1.",
        turn(connectorId=lambda number: number or 1)),
    Row("reservation-tag-mangled", "A reservation names the idTag without its last character.",
        turn(idTag=lambda tag: tag[:-1])),
    Row("reservation-expiry-shifted", "The expiry of a reservation is sent in local time, marked as UTC.",
        turn(expiryDate=shifted(hours=2))),
    Row("reservation-id-lost", "A reservation has no reservationId.", drop("reservationId")),
    Row("reservation-parent-lost", "A reservation leaves out the parentIdTag.", drop("parentIdTag")),
    Row("reservation-parent-invented", "A reservation for a tag without a parent names the tag as its own parent.",
        lambda payload: {"parentIdTag": payload["idTag"], **payload}),
)  # fmt: skip
alters(request("CancelReservation"),
    Row("cancelled-reservation-mistaken", "CancelReservation names an id that belongs to no reservation.",
        turn(reservationId=lambda number: number ^ 1)),
)  # fmt: skip

# The numbers of reservations


stubs(Reservations, "new_id", Row("reservation-id-constant", "All reservations have the same id.", 1))


class _Numbered(Reservations):
    """Numbers reservations in a way of its own."""

    def complete(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Choose a reservationId."""
        if action != Action.reserve_now:
            return payload
        return {"reservationId": self.number(tx, station, payload)} | payload

    def number(self, tx: Connection, station: Station, payload: Payload) -> int:
        """Return the number of a new reservation."""
        raise NotImplementedError


@mutant("reservation-id-per-connector", "The id of a reservation is the number of its connector.")
class _ReservationIdPerConnector(_Numbered):
    def number(self, tx: Connection, station: Station, payload: Payload) -> int:
        return int(payload["connectorId"])


@mutant("reservation-id-per-station", "The ids of reservations count from 1 for each station.")
class _ReservationIdPerStation(_Numbered):
    def number(self, tx: Connection, station: Station, payload: Payload) -> int:
        known = tables.reservations.c
        return len(tx.execute(select(known.id).where(known.station == station.id)).all()) + 1


# What a station reports


@mutant("reserved-connector-preparing-refused", "A reserved connector that is being plugged in is refused.")
class _ReservedConnectorPreparingRefused(CoreHandlers):
    async def status_notification(self, station: Station, payload: Payload) -> Payload:
        known = connectors.c
        told = select(known.status).where(known.station == station.id, known.connector_id == payload["connectorId"])
        before = await self.store.read(lambda tx: tx.execute(told).scalar())
        if (before, payload["status"]) == (ChargePointStatus.reserved, ChargePointStatus.preparing):
            raise PropertyConstraintViolationError(description="status: the connector is reserved")
        return await super().status_notification(station, payload)


@mutant("reserved-start-of-others-refused", "Under a reservation, only the very idTag that it names is accepted.")
class _ReservedStartOfOthersRefused(CoreHandlers):
    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        known = tables.reservations.c
        named = select(known.id_tag).where(known.station == station.id, known.id == payload.get("reservationId"))
        foreign = tx.execute(named).scalar() not in (None, payload["idTag"])
        conf = super().start(tx, station, payload)
        return conf | {"idTagInfo": {"status": AuthorizationStatus.invalid.value}} if foreign else conf


stubs(Reservations, "terminated",
    Row("reservation-outlives-failure", "A reservation stays active when its connector becomes unavailable or faulty.",
        None, faults=["steve-community/steve#1979", "steve-community/steve#1398"], remarks=True),
)  # fmt: skip


@mutant(
    "refused-start-uses-reservation",
    "A start whose idTag is not accepted uses the reservation that it names.",
    faults=["citrineos/citrineos-core#588"],
    remarks=True,
)
class _RefusedStartUsesReservation(CoreHandlers):
    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        self.reservations.used(tx, station.id, payload)
        return super().start(tx, station, payload)
