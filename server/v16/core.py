"""The Core profile: the CALLs that a charge point sends (OCPP 1.6 section 4)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable
from typing import Any

import orjson
from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.v16.enums import (
    AuthorizationStatus,
)
from sqlalchemy import Connection, insert

from server.core import connectors, data_transfer, instants
from server.core.registrar import Registrar
from server.core.settings import ServerSettings
from server.core.stations import BOOTED, Station
from server.core.store import Store
from server.core.validation import Payload
from server.v16 import tables
from server.v16.id_tags import IdTags
from server.v16.reservation import Reservations
from server.v16.smart_charging import SmartCharging
from server.v16.transactions import Transactions

_LARGEST = 2**63 - 1
"""The largest integer that the store holds; the schemas name no limit."""

_METER_VALUES = insert(tables.meter_values).prefix_with("OR IGNORE")
"""What comes again, because its answer was lost, is stored once."""


class CoreHandlers(Registrar):
    """Serves the CALLs of the Core profile; each method is named after the action it serves."""

    def __init__(
        self,
        settings: ServerSettings,
        store: Store,
        id_tags: IdTags,
        *,
        transactions: Transactions,
        reservations: Reservations,
        charging: SmartCharging,
    ) -> None:
        self.settings = settings
        self.store = store
        self.id_tags = id_tags
        self.transactions = transactions
        self.reservations = reservations
        self.charging = charging

    # BootNotification and Heartbeat

    async def boot_notification(self, station: Station, payload: Payload) -> Payload:
        """Decide on a station afresh with each of its boots (OCPP 1.6 4.2)."""
        status = self.registration(station)
        row = {
            "id": station.id,
            "registration": station.registration,
            "version": station.version,
            "answered": status,
            "last_heard": station.last_heard,
            "vendor": payload["chargePointVendor"],
            "model": payload["chargePointModel"],
            "firmware_version": payload.get("firmwareVersion"),
            "serial": payload.get("chargePointSerialNumber"),
            "boot": orjson.dumps(payload),
        }
        await self.store.write(lambda tx: self.booted(tx, station, row))
        station.booted(row)
        return self.boot_answer(status)

    def heartbeat(self, station: Station, payload: Payload) -> Payload:
        """Tell the time (OCPP 1.6 4.6)."""
        return {"currentTime": self.current_time()}

    def booted(self, tx: Connection, station: Station, row: dict[str, Any]) -> None:
        """Record a boot; a remote start that has not become a transaction by then never will."""
        tx.execute(BOOTED, row)
        self.charging.forget_remote_starts(tx, station.id)

    # Authorize, StartTransaction and StopTransaction

    def authorize(self, station: Station, payload: Payload) -> Payload:
        """Tell what an idTag is worth (OCPP 1.6 4.1)."""
        return {"idTagInfo": self.id_tags.info(payload["idTag"])}

    def start_transaction(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Book the start of a transaction; it always gets an id (OCPP 1.6 4.8)."""
        self.check_connector(payload["connectorId"], at_least=1)
        self.check_instant(payload["timestamp"])
        self.check_integers(payload, "connectorId", "meterStart", "reservationId")
        return self.store.write(lambda tx: self.start(tx, station, payload))

    def start(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        """Book the start and return the StartTransaction.conf."""
        started = self.transactions.start(tx, station.id, payload)
        if started.info["status"] == AuthorizationStatus.accepted:
            self.reservations.used(tx, station.id, payload)
        self.charging.begun_remotely(tx, station.id, started.id, payload)
        return {"transactionId": started.id, "idTagInfo": started.info}

    def stop_transaction(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Book the end of a transaction; an id that means nothing is confirmed all the same (OCPP 1.6 4.10)."""
        self.check_instant(payload["timestamp"])
        self.check_integers(payload, "meterStop")
        return self.store.write(lambda tx: self.stop(tx, station, payload))

    def stop(self, tx: Connection, station: Station, payload: Payload) -> Payload:
        """Book the end and return the StopTransaction.conf."""
        self.transactions.stop(tx, station.id, payload)
        return {"idTagInfo": self.id_tags.info(payload["idTag"])} if "idTag" in payload else {}

    # MeterValues and StatusNotification

    def meter_values(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Store meter values as they came, for whatever transaction they name (OCPP 1.6 4.7)."""
        self.check_connector(payload["connectorId"], at_least=0)
        self.check_integers(payload, "connectorId", "transactionId")
        return self.store.append(_METER_VALUES, self.meter_values_row(station, payload), {})

    def meter_values_row(self, station: Station, payload: Payload) -> dict[str, Any]:
        """Return the row of a MeterValues message."""
        connector, transaction = payload["connectorId"], payload.get("transactionId")
        values = orjson.dumps(payload["meterValue"])
        said = f"{station.id}\n{connector}\n{transaction}\n".encode() + values
        return {
            "station": station.id,
            "connector_id": connector,
            "transaction_id": transaction,
            "received": time.time(),
            "meter_value": values,
            "digest": None if transaction is None else hashlib.blake2b(said, digest_size=16).digest(),
        }

    def status_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Store the state of a connector; the latest message wins (OCPP 1.6 4.9)."""
        self.check_connector(payload["connectorId"], at_least=0)
        self.check_integers(payload, "connectorId")
        row = self.status_row(station, payload)
        if not self.reservations.is_out_of_order(payload["status"]):
            return self.store.append(connectors.STATUS, row, {})
        return self.store.write(lambda tx: self.out_of_order(tx, station, payload, row))

    def out_of_order(self, tx: Connection, station: Station, payload: Payload, row: dict[str, Any]) -> Payload:
        """Store a state that ends reservations, and return the StatusNotification.conf."""
        tx.execute(connectors.STATUS, row)
        self.reservations.terminated(tx, station.id, payload["connectorId"])
        return {}

    def status_row(self, station: Station, payload: Payload) -> dict[str, Any]:
        """Return the row of a StatusNotification; without a timestamp it holds from its receipt."""
        told = payload.get("timestamp")
        timestamp = self.check_instant(told) if told is not None else instants.to_store(instants.now())
        return {
            "station": station.id,
            "evse_id": 0,
            "connector_id": payload["connectorId"],
            "status": payload["status"],
            "error_code": payload["errorCode"],
            "info": payload.get("info"),
            "vendor_id": payload.get("vendorId"),
            "vendor_error_code": payload.get("vendorErrorCode"),
            "timestamp": timestamp,
        }

    # DataTransfer

    def data_transfer(self, station: Station, payload: Payload) -> Payload:
        """Echo the data of the one vendor that is known (OCPP 1.6 4.3)."""
        return data_transfer.echo(self.settings.data_transfer_vendor, payload)

    # Rules that the schemas do not hold

    def check_connector(self, connector_id: int, *, at_least: int) -> None:
        """Raise the CALLERROR for a connectorId below the range that the text gives."""
        if connector_id < at_least:
            raise PropertyConstraintViolationError(description=f"connectorId: must be {at_least} or more")

    def check_instant(self, text: str) -> str:
        """Return an instant as it is stored; raises the CALLERROR for one that no calendar holds."""
        try:
            return instants.to_store(instants.parse(text))
        except ValueError:
            raise PropertyConstraintViolationError(description="timestamp: no instant of any calendar") from None

    def check_integers(self, payload: Payload, *names: str) -> None:
        """Raise the CALLERROR for an integer that the store cannot hold."""
        for name in names:
            if abs(payload.get(name) or 0) > _LARGEST:
                raise PropertyConstraintViolationError(description=f"{name}: beyond 64 bits")
