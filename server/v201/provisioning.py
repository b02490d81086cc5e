"""Block B, provisioning: boots, resets and network profiles (OCPP 2.0.1 B01 to B12); heartbeats (G02)."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson
from ocpp.v201.enums import Action, OCPPTransportEnumType
from sqlalchemy import Connection

from server.core.bundle import InvalidOperation
from server.core.profile import Profile
from server.core.registrar import Registrar
from server.core.settings import ServerSettings
from server.core.stations import BOOTED, Station
from server.core.store import Store
from server.core.validation import Payload


class Provisioning(Registrar, Profile):
    """Decides on stations as they boot, resets them, and tells them how to connect."""

    actions: ClassVar[frozenset[str]] = frozenset({Action.reset.value, Action.set_network_profile.value})

    def __init__(self, settings: ServerSettings, store: Store) -> None:
        self.settings = settings
        self.store = store

    # BootNotification and Heartbeat

    async def boot_notification(self, station: Station, payload: Payload) -> Payload:
        """Decide on a station afresh with each of its boots (B01.FR.02, B02, B03)."""
        status, told = self.registration(station), payload["chargingStation"]
        row = {
            "id": station.id,
            "registration": station.registration,
            "version": station.version,
            "answered": status,
            "last_heard": station.last_heard,
            "vendor": told["vendorName"],
            "model": told["model"],
            "firmware_version": told.get("firmwareVersion"),
            "serial": told.get("serialNumber"),
            "boot": orjson.dumps(payload),
        }
        await self.store.append(BOOTED, row, None)
        station.booted(row)
        return self.boot_answer(status)

    def heartbeat(self, station: Station, payload: Payload) -> Payload:
        """Tell the time (G02.FR.02)."""
        return {"currentTime": self.current_time()}

    # Reset and SetNetworkProfile

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Check that a reset names an EVSE that can be, and a network profile what OCPP-J can do."""
        if payload.get("evseId", 1) < 1:
            raise InvalidOperation(f"evseId must be 1 or more, not {payload['evseId']}")
        data: dict[str, Any] = payload.get("connectionData", {})
        if data and data["ocppTransport"] != OCPPTransportEnumType.json:
            raise InvalidOperation(f"ocppTransport: OCPP 2.0.1 travels as JSON, not as {data['ocppTransport']}")
        return payload
