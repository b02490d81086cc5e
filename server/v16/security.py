"""Security events, logs and signed firmware (security white paper A04, N01, L01)."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Mapping, Sequence
from typing import ClassVar

from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.v16.enums import Action
from sqlalchemy import Connection

from server.core import instants, security_events
from server.core.bundle import InvalidOperation
from server.core.call_queue import Operation
from server.core.profile import Profile
from server.core.stations import Station
from server.core.store import Store
from server.core.tasks import DONE, FAILED, FIRMWARE, LOG, Tasks
from server.core.validation import Payload
from server.v16.firmware import check_location, check_retries

_KINDS: Mapping[str, str] = {Action.get_log.value: LOG, Action.signed_update_firmware.value: FIRMWARE}
_REFUSALS = frozenset({"Rejected", "InvalidCertificate", "RevokedCertificate"})


class Security(Profile):
    """Keeps security events, has logs uploaded and signed firmware installed, and tracks how that goes."""

    actions: ClassVar[frozenset[str]] = frozenset(_KINDS)

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tasks = Tasks()

    # CALLs of stations

    def security_event_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Record a security event of any type (A04.FR.03)."""
        try:
            at = instants.parse(payload["timestamp"])
        except ValueError:
            raise PropertyConstraintViolationError(description="timestamp: no instant of any calendar") from None

        def job(tx: Connection) -> Payload:
            security_events.note(tx, station.id, payload["type"], at, payload.get("techInfo"))
            return {}

        return self.store.write(job)

    def log_status_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Note how the upload of a log goes (N01.FR.12)."""
        return self.store.write(lambda tx: self.note(tx, station, LOG, payload))

    def signed_firmware_status_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Note how an update goes (L01.FR.10)."""
        return self.store.write(lambda tx: self.note(tx, station, FIRMWARE, payload))

    def note(self, tx: Connection, station: Station, kind: str, payload: Payload) -> Payload:
        """Note a status and return the answer, which is empty; a number that the store cannot hold is no request's."""
        number = payload.get("requestId")
        known = number if number is not None and abs(number) < 2**63 else None
        self.tasks.report(tx, station.id, kind, payload["status"], request_id=known)
        return {}

    # What operators ask for

    def complete(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Return the payload with a number of its own where none is given."""
        return {"requestId": self.new_number(), **payload}

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Check where files come from and go to, and the syntax of what the station is to verify."""
        check_retries(payload)
        if action == Action.get_log:
            log = payload["log"]
            check_location(tx, station, log["remoteLocation"])
            self.check_order(log, "oldestTimestamp", "latestTimestamp")
        else:
            firmware = payload["firmware"]
            check_location(tx, station, firmware["location"])
            self.check_order(firmware, "retrieveDateTime", "installDateTime")
            self.check_signature(firmware)
        return payload

    def check_order(self, members: Payload, first: str, second: str) -> None:
        """Raise InvalidOperation for two instants in the wrong order."""
        if first in members and second in members and instants.parse(members[second]) < instants.parse(members[first]):
            raise InvalidOperation(f"{second} must not be earlier than {first}")

    def check_signature(self, firmware: Payload) -> None:
        """Raise InvalidOperation for a signature or certificate that no station could read."""
        from server.core import pki

        try:
            base64.b64decode(firmware["signature"], validate=True)
            pki.certificates(firmware["signingCertificate"])
        except pki.Unusable as problem:
            raise InvalidOperation(f"signingCertificate: {problem}") from None
        except ValueError:
            raise InvalidOperation("signature: not base64") from None

    def begun(self, tx: Connection, operation: Operation, requests: Sequence[Payload]) -> None:
        """Begin the task before the station can report on it."""
        kind, number = _KINDS[operation.action], operation.payload["requestId"]
        self.tasks.begin(tx, operation.station, kind, operation=operation.id, request_id=number)

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """End a task that the station does not take up; a log without a file name has nothing in it."""
        if answer["status"] in _REFUSALS:
            self.tasks.end(tx, operation.id, FAILED)
        elif operation.action == Action.get_log and not answer.get("filename"):
            self.tasks.end(tx, operation.id, DONE)

    def failed(self, tx: Connection, operation: Operation) -> None:
        """End a task that the station has not taken."""
        self.tasks.end(tx, operation.id, FAILED)
