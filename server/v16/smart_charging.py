"""The Smart Charging profile: charging profiles installed and removed (OCPP 1.6 3.13, 5.5, 5.7, 5.16)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import orjson
from ocpp.v16.enums import (
    Action,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingProfileStatus,
    ClearChargingProfileStatus,
    RemoteStartStopStatus,
)
from sqlalchemy import Connection, Row, and_, delete, insert, or_, select

from server.core import instants
from server.core.bundle import InvalidOperation, UnsuitableOperation
from server.core.call_queue import Operation
from server.core.links import CallFailed
from server.core.profile import Profile
from server.core.stations import Station
from server.core.tags import Tags
from server.core.validation import Payload
from server.v16 import reported, tables
from server.v16.charging_profiles import ProfileRules

_known = tables.charging_profiles.c
_remote = tables.remote_starts.c
_booked = tables.transactions.c

_TX = ChargingProfilePurposeType.tx_profile.value
_MAX = ChargingProfilePurposeType.charge_point_max_profile.value


class SmartCharging(Profile):
    """Installs charging profiles where the text allows it, and knows which are installed."""

    actions: ClassVar[frozenset[str]] = frozenset(
        {
            Action.set_charging_profile.value,
            Action.clear_charging_profile.value,
            Action.get_composite_schedule.value,
            Action.remote_start_transaction.value,
        }
    )

    def __init__(self, tags: Tags) -> None:
        self.tags = tags
        self.rules = ProfileRules()

    # Before an operation is taken

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Check a charging profile and the request that carries it, and fill in what the text demands."""
        match action:
            case Action.set_charging_profile:
                return self.prepare_set(tx, station.id, payload)
            case Action.remote_start_transaction if "chargingProfile" in payload:
                return self.prepare_remote_start(tx, station.id, payload)
            case Action.get_composite_schedule:
                if payload["duration"] < 0:
                    raise InvalidOperation(f"duration must be 0 or more, not {payload['duration']}")
                self.rules.check_unit(tx, station.id, payload)
        return payload

    def prepare_set(self, tx: Connection, station: str, payload: Payload) -> Payload:
        """Return a SetChargingProfile whose profile goes with its connector (OCPP 1.6 5.16)."""
        connector_id, profile = payload["connectorId"], self.scheduled(payload["csChargingProfiles"])
        self.rules.check(profile)
        self.rules.check_capabilities(tx, station, profile)
        self.check_room(tx, station, connector_id, profile)
        if profile["chargingProfilePurpose"] == _MAX:
            self.check_whole_station(connector_id)
        if profile["chargingProfilePurpose"] == _TX:
            profile = profile | {"transactionId": self.transaction(tx, station, connector_id, profile)}
        return payload | {"csChargingProfiles": profile}

    def scheduled(self, profile: Payload) -> Payload:
        """Return a profile with its startSchedule, which all kinds but Relative have; by default it is now."""
        schedule = profile["chargingSchedule"]
        if profile["chargingProfileKind"] == ChargingProfileKindType.relative or "startSchedule" in schedule:
            return profile
        return profile | {"chargingSchedule": schedule | {"startSchedule": instants.to_wire(instants.now())}}

    def check_whole_station(self, connector_id: int) -> None:
        """Raise InvalidOperation for a limit of the station as a whole that is set on one connector."""
        if connector_id != 0:
            raise InvalidOperation(f"a {_MAX} is set on connector 0, not on {connector_id}")

    def transaction(self, tx: Connection, station: str, connector_id: int, profile: Payload) -> int:
        """Return the id of the running transaction that a TxProfile is for; raises where there is none."""
        if connector_id == 0:
            raise InvalidOperation(f"a {_TX} is set on a connector above 0")
        running = select(_booked.id).where(
            _booked.station == station, _booked.connector_id == connector_id, _booked.active
        )
        ids = tx.execute(running.order_by(_booked.number.desc())).scalars().all()
        if not ids:
            raise UnsuitableOperation(f"no transaction is running on connector {connector_id}")
        wanted: int = profile.get("transactionId", ids[0])
        if wanted not in ids:
            raise UnsuitableOperation(f"transaction {wanted} is not running on connector {connector_id}")
        return wanted

    def check_room(self, tx: Connection, station: str, connector_id: int, profile: Payload) -> None:
        """Raise UnsuitableOperation for one profile more than the station has reported to hold (OCPP 1.6 9.4.5)."""
        most = reported.number(tx, station, "MaxChargingProfilesInstalled")
        if most is None:
            return
        replaced = tx.execute(select(_known.number).where(self.replaced(station, connector_id, profile))).scalars()
        kept = {row.number for row in self.read(tx, station)} - set(replaced)
        if len(kept) >= most:
            raise UnsuitableOperation(f"the station holds {most} charging profiles at most")

    def prepare_remote_start(self, tx: Connection, station: str, payload: Payload) -> Payload:
        """Return a remote start whose profile is for the transaction to come (OCPP 1.6 5.16.2)."""
        profile = self.scheduled(payload["chargingProfile"])
        self.rules.check(profile)
        self.rules.check_capabilities(tx, station, profile)
        if profile["chargingProfilePurpose"] != _TX:
            raise InvalidOperation(f"the profile of a remote start is a {_TX}")
        if "transactionId" in profile:
            raise InvalidOperation("the profile of a remote start has no transactionId: there is no transaction yet")
        return payload | {"chargingProfile": profile}

    # When it is sent and answered

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return the request, unless the transaction that it is for has ended in the meantime."""
        transaction = operation.payload.get("csChargingProfiles", {}).get("transactionId")
        running = select(_booked.number).where(_booked.id == transaction, _booked.active)
        if transaction is not None and tx.execute(running).first() is None:
            raise CallFailed(f"transaction {transaction} has ended before the profile could be sent")
        return [operation.payload]

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Record what is installed: Accepted alone changes that (OCPP 1.6 7.11)."""
        match operation.action:
            case Action.set_charging_profile if answer["status"] == ChargingProfileStatus.accepted:
                self.installed(tx, station.id, operation.payload)
            case Action.remote_start_transaction if answer["status"] == RemoteStartStopStatus.accepted:
                self.started_remotely(tx, station.id, operation.payload)
            case Action.clear_charging_profile if answer["status"] == ClearChargingProfileStatus.accepted:
                self.cleared(tx, station.id, operation.payload)

    def installed(self, tx: Connection, station: str, payload: Payload) -> None:
        """Record a profile, in the place of those that it replaces."""
        connector_id, profile = payload["connectorId"], payload["csChargingProfiles"]
        tx.execute(delete(tables.charging_profiles).where(self.replaced(station, connector_id, profile)))
        row = {
            "station": station,
            "id": profile["chargingProfileId"],
            "connector_id": connector_id,
            "purpose": profile["chargingProfilePurpose"],
            "stack_level": profile["stackLevel"],
            "transaction_id": profile.get("transactionId"),
            "profile": orjson.dumps(profile),
        }
        tx.execute(insert(tables.charging_profiles), row)

    def started_remotely(self, tx: Connection, station: str, payload: Payload) -> None:
        """Remember the profile of a remote start for the transaction to come; it takes the place of earlier ones."""
        connector_id, folded = payload.get("connectorId"), self.tags.fold(payload["idTag"])
        tx.execute(delete(tables.remote_starts).where(_remote.station == station, self.rivals(connector_id, folded)))
        if "chargingProfile" in payload:
            profile = orjson.dumps(payload["chargingProfile"])
            row = {"station": station, "connector_id": connector_id, "folded": folded, "profile": profile}
            tx.execute(insert(tables.remote_starts), row)

    def begun_remotely(self, tx: Connection, station: str, transaction: int, payload: Payload) -> None:
        """Record the profile of the remote start that a StartTransaction follows, if there was one (OCPP 1.6 5.11)."""
        connector_id, folded = payload["connectorId"], self.tags.fold(payload["idTag"])
        concerned = and_(_remote.station == station, self.rivals(connector_id, folded))
        fits = and_(_remote.folded == folded, or_(_remote.connector_id.is_(None), _remote.connector_id == connector_id))
        row = tx.execute(select(tables.remote_starts).where(concerned, fits)).first()
        if row is not None:
            profile = orjson.loads(row.profile) | {"transactionId": transaction}
            self.installed(tx, station, {"connectorId": connector_id, "csChargingProfiles": profile})
        tx.execute(delete(tables.remote_starts).where(concerned))

    def rivals(self, connector_id: int | None, folded: str) -> Any:
        """Return the condition of the remote starts that one of this connector or tag ends."""
        return or_(_remote.connector_id == connector_id, _remote.folded == folded)

    def forget_remote_starts(self, tx: Connection, station: str) -> None:
        """Expect no transaction of earlier remote starts any more."""
        tx.execute(delete(tables.remote_starts).where(_remote.station == station))

    def replaced(self, station: str, connector_id: int, profile: Payload) -> Any:
        """Return the condition of the profiles that a new one replaces: by id, or by place (OCPP 1.6 5.16)."""
        place = and_(
            _known.connector_id == connector_id,
            _known.purpose == profile["chargingProfilePurpose"],
            _known.stack_level == profile["stackLevel"],
        )
        return and_(_known.station == station, or_(_known.id == profile["chargingProfileId"], place))

    def cleared(self, tx: Connection, station: str, payload: Payload) -> None:
        """Remove the profiles that a ClearChargingProfile names: by id, by all criteria, or all (OCPP 1.6 5.5)."""
        tx.execute(delete(tables.charging_profiles).where(_known.station == station, *self.named(payload)))

    def named(self, payload: Payload) -> Sequence[Any]:
        """Return the conditions of the profiles that a ClearChargingProfile names."""
        if "id" in payload:
            return [_known.id == payload["id"]]
        criteria = {
            "connectorId": _known.connector_id,
            "chargingProfilePurpose": _known.purpose,
            "stackLevel": _known.stack_level,
        }
        return [column == payload[name] for name, column in criteria.items() if name in payload]

    # Reading

    def read(self, tx: Connection, station: str) -> Sequence[Row[Any]]:
        """Return the profiles that are installed; those of a transaction end with it (OCPP 1.6 3.13.1)."""
        running = select(_booked.id).where(_booked.station == station, _booked.active)
        valid = or_(_known.transaction_id.is_(None), _known.transaction_id.in_(running))
        found = select(tables.charging_profiles).where(_known.station == station, valid)
        return tx.execute(found.order_by(_known.number)).all()
