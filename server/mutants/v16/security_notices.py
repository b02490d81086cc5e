"""Defects in serving what stations report about security, logs and firmware (security white paper A04, L01, N01)."""

from __future__ import annotations

from datetime import timedelta

from ocpp.exceptions import InternalError, OCPPError, PropertyConstraintViolationError
from ocpp.v16.enums import Action
from sqlalchemy import Connection
from websockets.frames import CloseCode

from server.core import instants, tasks
from server.core.session import Session
from server.core.stations import Station
from server.core.tasks import LOG
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, put, refuses
from server.mutants.v16 import request, response
from server.v16.security import Security

_LISTED = ("Firmware", "Failed", "Startup", "Reset", "Settings", "Security", "Invalid")
"""How the types of security events begin that the white paper lists."""

_FILLED = put(status="Accepted")

alters(response("SecurityEventNotification"),
    Row("security-event-answer-filled", "The answer to SecurityEventNotification has a status in it.", _FILLED),
)  # fmt: skip
alters(response("LogStatusNotification"),
    Row("log-status-answer-filled", "The answer to LogStatusNotification has a status in it.", _FILLED),
)  # fmt: skip
alters(response("SignedFirmwareStatusNotification"),
    Row("signed-firmware-status-answer-filled",
        "The answer to SignedFirmwareStatusNotification has a status in it.", _FILLED),
)  # fmt: skip
refuses(request("SecurityEventNotification"),
    Row("security-event-information-refused", "Technical information of more than 200 characters is refused.",
        PropertyConstraintViolationError("techInfo: too long"),
        when=lambda payload: len(payload.get("techInfo", "")) > 200),
    Row("security-event-old-refused", "A security event that happened more than an hour ago is refused.",
        PropertyConstraintViolationError("timestamp: too long ago"),
        when=lambda payload: instants.now() - instants.parse(payload["timestamp"]) > timedelta(hours=1)),
    Row("security-event-types-fixed", "Security events of types that the white paper does not list are refused.",
        PropertyConstraintViolationError("type: unknown"),
        when=lambda payload: not payload["type"].startswith(_LISTED)),
)  # fmt: skip
refuses(request("LogStatusNotification"),
    Row("log-status-needs-request", "LogStatusNotification without a requestId is refused.",
        PropertyConstraintViolationError("requestId: missing"), when=lambda payload: "requestId" not in payload),
)  # fmt: skip
refuses(request("SignedFirmwareStatusNotification"),
    Row("firmware-request-needed", "A status of signed firmware is refused if it has no requestId.",
        PropertyConstraintViolationError("requestId: missing"), when=lambda payload: "requestId" not in payload),
    Row("invalid-signature-status-refused", "The status InvalidSignature is refused.",
        PropertyConstraintViolationError("status: not one that is known here"),
        when=lambda payload: payload["status"] == "InvalidSignature"),
)  # fmt: skip

# Security events


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


@mutant("log-request-must-be-known", "A status of a log is refused if its requestId is not one of a request.")
class _RequestMustBeKnown(Security):
    def note(self, tx: Connection, station: Station, kind: str, payload: Payload) -> Payload:
        numbers = {task.request_id for task in tasks.read(tx, station.id)}
        if kind == LOG and payload.get("requestId") not in {None, *numbers}:
            raise InternalError(description="nobody has asked for that")
        return super().note(tx, station, kind, payload)


@mutant("firmware-status-after-boot-unserved", "The end of an installation is refused on another connection.")
class _AfterBootUnserved(Session):
    rebooting = False

    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        if action == Action.signed_firmware_status_notification:
            self.rebooting = self.rebooting or payload["status"] == "InstallRebooting"
            if payload["status"] == "Installed" and not self.rebooting:
                raise InternalError(description="no installation is going on")
