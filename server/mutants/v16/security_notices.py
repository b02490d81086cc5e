"""Defects in serving what stations report about security, logs and firmware (security white paper A04, L01, N01)."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from ocpp.exceptions import InternalError, OCPPError, PropertyConstraintViolationError
from sqlalchemy import Connection
from websockets.frames import CloseCode

from server.core import instants, tasks
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.firmware import FIRMWARE
from server.v16.security import LOG, Security


async def _filled(answer: Awaitable[Payload]) -> Payload:
    return {**await answer, "status": "Accepted"}


# Security events


@mutant("security-event-answer-filled", "The answer to SecurityEventNotification has a status in it.")
class _EventAnswerFilled(Security):
    def security_event_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        return _filled(super().security_event_notification(station, payload))


@mutant("security-event-information-refused", "Technical information of more than 200 characters is refused.")
class _InformationRefused(Security):
    def security_event_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        if len(payload.get("techInfo", "")) > 200:
            raise PropertyConstraintViolationError(description="techInfo: too long")
        return super().security_event_notification(station, payload)


@mutant("security-event-old-refused", "A security event that happened more than an hour ago is refused.")
class _OldRefused(Security):
    def security_event_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        if instants.now() - instants.parse(payload["timestamp"]) > timedelta(hours=1):
            raise PropertyConstraintViolationError(description="timestamp: too long ago")
        return super().security_event_notification(station, payload)


@mutant("security-event-too-long-closes", "A security event that breaks its schema ends the connection.")
class _TooLongCloses(Session):
    def check_payload(self, action: str, payload: Payload) -> None:
        try:
            super().check_payload(action, payload)
        except OCPPError:
            if action == "SecurityEventNotification":
                self.connection.close(CloseCode.POLICY_VIOLATION, "that is no security event")
            raise


# Logs and firmware


class _Filled(Security):
    """Puts a status into the answers to the notices of one kind."""

    kind: str

    def note(self, tx: Connection, station: Station, kind: str, payload: Payload) -> Payload:
        """Note a status and return the answer."""
        answer = super().note(tx, station, kind, payload)
        return answer | ({"status": "Accepted"} if kind == self.kind else {})


@mutant("log-status-answer-filled", "The answer to LogStatusNotification has a status in it.")
class _LogAnswerFilled(_Filled):
    kind = LOG


@mutant("signed-firmware-status-answer-filled", "The answer to SignedFirmwareStatusNotification has a status in it.")
class _FirmwareAnswerFilled(_Filled):
    kind = FIRMWARE


@mutant("log-request-must-be-known", "A status of a log is refused if its requestId is not one of a request.")
class _RequestMustBeKnown(Security):
    def note(self, tx: Connection, station: Station, kind: str, payload: Payload) -> Payload:
        numbers = {task.request_id for task in tasks.read(tx, station.id)}
        if kind == LOG and payload.get("requestId") not in {None, *numbers}:
            raise InternalError(description="nobody has asked for that")
        return super().note(tx, station, kind, payload)


@mutant("firmware-request-needed", "A status of signed firmware is refused if it has no requestId.")
class _FirmwareRequestNeeded(Security):
    def note(self, tx: Connection, station: Station, kind: str, payload: Payload) -> Payload:
        if kind == FIRMWARE and "requestId" not in payload:
            raise PropertyConstraintViolationError(description="requestId: missing")
        return super().note(tx, station, kind, payload)


@mutant("invalid-signature-status-refused", "The status InvalidSignature is refused.")
class _InvalidSignatureRefused(Security):
    def note(self, tx: Connection, station: Station, kind: str, payload: Payload) -> Payload:
        if payload["status"] == "InvalidSignature":
            raise PropertyConstraintViolationError(description="status: not one that is known here")
        return super().note(tx, station, kind, payload)


@mutant("firmware-status-after-boot-unserved", "The end of an installation is refused on another connection.")
class _AfterBootUnserved(Security):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.rebooting: dict[str, Any] = {}

    def signed_firmware_status_notification(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        if payload["status"] == "InstallRebooting":
            self.rebooting[station.id] = self.context.links.of(station)
        elif self.rebooting.get(station.id, link := self.context.links.of(station)) is not link:
            raise InternalError(description="no installation is going on")
        return super().signed_firmware_status_notification(station, payload)
