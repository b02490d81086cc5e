"""The Firmware Management profile: updates of firmware and uploads of diagnostics (OCPP 1.6 4.4, 4.5, 5.9, 5.19)."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from ocpp.v16.enums import Action
from sqlalchemy import Connection

from server.core import instants
from server.core.bundle import InvalidOperation, UnsuitableOperation
from server.core.call_queue import Operation
from server.core.profile import Profile
from server.core.stations import Station
from server.core.store import Store
from server.core.tasks import DIAGNOSTICS, DONE, FAILED, FIRMWARE, Tasks
from server.core.validation import Payload
from server.v16 import reported


def check_location(tx: Connection, station: Station, location: str) -> None:
    """Raise for a location that is no absolute URI, or of a scheme that the station does not list (OCPP 1.6 8)."""
    scheme, rest = urlsplit(location).scheme, urlsplit(location).netloc
    if not scheme or not rest:
        raise InvalidOperation(f"a location is an absolute URI, not {location!r}")
    listed = reported.members(tx, station.id, "SupportedFileTransferProtocols")
    if listed and scheme not in listed:
        raise UnsuitableOperation(f"the station transfers files by {', '.join(sorted(listed))}, not by {scheme}")


def check_retries(payload: Payload) -> None:
    """Raise InvalidOperation for a number of attempts, or a pause between them, that is negative."""
    for name in ("retries", "retryInterval"):
        if payload.get(name, 0) < 0:
            raise InvalidOperation(f"{name} must be 0 or more, not {payload[name]}")


class Firmware(Profile):
    """Has firmware updated and diagnostics uploaded, and tracks how that goes."""

    actions: ClassVar[frozenset[str]] = frozenset({Action.update_firmware.value, Action.get_diagnostics.value})

    def __init__(self, store: Store) -> None:
        self.store = store
        self.tasks = Tasks()

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Check where files come from and go to, and the times that an operator has entered."""
        check_location(tx, station, payload["location"])
        check_retries(payload)
        began, ended = (payload.get(name) for name in ("startTime", "stopTime"))
        if began and ended and instants.parse(began) > instants.parse(ended):
            raise InvalidOperation("startTime must not be later than stopTime")
        return payload

    def begun(self, tx: Connection, operation: Operation, requests: Sequence[Payload]) -> None:
        """Begin the task before the station can report on it."""
        self.tasks.begin(tx, operation.station, self.kind(operation), operation=operation.id)

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """End a task that the station has nothing to do for: without a file name nothing comes (OCPP 1.6 5.9)."""
        if operation.action == Action.get_diagnostics and not answer.get("fileName"):
            self.tasks.end(tx, operation.id, DONE)

    def failed(self, tx: Connection, operation: Operation) -> None:
        """End a task that the station has not taken."""
        self.tasks.end(tx, operation.id, FAILED)

    def kind(self, operation: Operation) -> str:
        """Return the kind of the task that an operation begins."""
        return FIRMWARE if operation.action == Action.update_firmware else DIAGNOSTICS

    def firmware_status_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Note how an update goes (OCPP 1.6 4.5)."""
        return self.store.write(lambda tx: self.note(tx, station, FIRMWARE, payload["status"]))

    def diagnostics_status_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Note how an upload goes (OCPP 1.6 4.4)."""
        return self.store.write(lambda tx: self.note(tx, station, DIAGNOSTICS, payload["status"]))

    def note(self, tx: Connection, station: Station, kind: str, status: str) -> Payload:
        """Note a status and return the answer, which is empty."""
        self.tasks.report(tx, station.id, kind, status)
        return {}
