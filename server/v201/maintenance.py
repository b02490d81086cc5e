"""What stations report besides: security events, logs, firmware, vendor data (OCPP 2.0.1 A04, L01, N01, P02)."""

from __future__ import annotations

from collections.abc import Awaitable

from sqlalchemy import Connection

from server.core import data_transfer, instants, security_events
from server.core.profile import Profile
from server.core.settings import ServerSettings
from server.core.stations import Station
from server.core.store import Store
from server.core.tasks import FIRMWARE, LOG, Tasks
from server.core.validation import Payload
from server.v201 import checks


class Maintenance(Profile):
    """Records what stations report of their own accord."""

    def __init__(self, settings: ServerSettings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.tasks = Tasks()

    def security_event_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Record a security event of any type (A04.FR.03)."""
        at = instants.parse(checks.instant(payload["timestamp"]))

        def job(tx: Connection) -> Payload:
            security_events.note(tx, station.id, payload["type"], at, payload.get("techInfo"))
            return {}

        return self.store.write(job)

    def log_status_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Note how the upload of a log goes (N01.FR.12)."""
        return self.note(station, LOG, payload)

    def firmware_status_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Note how an update goes (L01.FR.10)."""
        return self.note(station, FIRMWARE, payload)

    def note(self, station: Station, kind: str, payload: Payload) -> Awaitable[Payload]:
        """Note a status; the answer is empty."""
        number = payload.get("requestId")
        checks.number(number, "requestId")

        def job(tx: Connection) -> Payload:
            self.tasks.report(tx, station.id, kind, payload["status"], request_id=number)
            return {}

        return self.store.write(job)

    def data_transfer(self, station: Station, payload: Payload) -> Payload:
        """Echo the data of the one vendor that is known (P02)."""
        return data_transfer.echo(self.settings.data_transfer_vendor, payload)
