"""OCPP 1.6, JSON over WebSocket (OCPP-J 1.6)."""

from __future__ import annotations

from collections.abc import Mapping

from harness.corpus import Rule
from harness.verdict import POLICY, SHALL, SHOULD
from harness.versions.version import Fairness, Version

_CODES = frozenset(
    {
        "NotImplemented",
        "NotSupported",
        "InternalError",
        "ProtocolError",
        "SecurityError",
        "FormationViolation",
        "PropertyConstraintViolation",
        "OccurenceConstraintViolation",
        "TypeConstraintViolation",
        "GenericError",
    }
)
"""OCPP-J 1.6 table 7, with its historical spellings."""

_INCOMPLETE = frozenset({"ProtocolError", "OccurenceConstraintViolation", "FormationViolation"})
_MISTYPED = frozenset({"TypeConstraintViolation"})
_OUT_OF_RANGE = frozenset({"PropertyConstraintViolation"})

_FAIRNESS: Mapping[Rule, Fairness] = {
    Rule.REQUIRED: Fairness(_INCOMPLETE, SHALL),
    Rule.TYPE: Fairness(_MISTYPED, SHALL),
    Rule.NULL: Fairness(_MISTYPED | _INCOMPLETE, SHALL),
    Rule.ENUM: Fairness(_OUT_OF_RANGE, SHALL),
    Rule.MAX_LENGTH: Fairness(_OUT_OF_RANGE | _MISTYPED, SHOULD, POLICY),
    Rule.ADDITIONAL: Fairness(frozenset({"FormationViolation"}), SHOULD, POLICY),
    Rule.FORMAT: Fairness(_CODES, SHOULD),
    Rule.MULTIPLE_OF: Fairness(_OUT_OF_RANGE | _MISTYPED, SHOULD),
    Rule.MIN_ITEMS: Fairness(_CODES, SHOULD),
    Rule.MAX_ITEMS: Fairness(_CODES, SHOULD),
    Rule.MINIMUM: Fairness(_OUT_OF_RANGE, SHALL),
    Rule.MAXIMUM: Fairness(_OUT_OF_RANGE, SHALL),
}
"""What OCPP-J 1.6 table 7 and its errata leave of each constraint; systems differ on the rest for good reasons."""

_MESSAGES: Mapping[str, frozenset[str]] = {
    "Core": frozenset(
        {
            "Authorize",
            "BootNotification",
            "ChangeAvailability",
            "ChangeConfiguration",
            "ClearCache",
            "DataTransfer",
            "GetConfiguration",
            "Heartbeat",
            "MeterValues",
            "RemoteStartTransaction",
            "RemoteStopTransaction",
            "Reset",
            "StartTransaction",
            "StatusNotification",
            "StopTransaction",
            "UnlockConnector",
        }
    ),
    "FirmwareManagement": frozenset(
        {"DiagnosticsStatusNotification", "FirmwareStatusNotification", "GetDiagnostics", "UpdateFirmware"}
    ),
    "LocalAuthListManagement": frozenset({"GetLocalListVersion", "SendLocalList"}),
    "Reservation": frozenset({"CancelReservation", "ReserveNow"}),
    "SmartCharging": frozenset({"ClearChargingProfile", "GetCompositeSchedule", "SetChargingProfile"}),
    "RemoteTrigger": frozenset({"TriggerMessage"}),
    "Security": frozenset(
        {
            "CertificateSigned",
            "DeleteCertificate",
            "ExtendedTriggerMessage",
            "GetInstalledCertificateIds",
            "GetLog",
            "InstallCertificate",
            "LogStatusNotification",
            "SecurityEventNotification",
            "SignCertificate",
            "SignedFirmwareStatusNotification",
            "SignedUpdateFirmware",
        }
    ),
}
"""Feature profile → the actions that belong to it (OCPP 1.6 3.3, and the security white paper)."""

V16 = Version(
    name="1.6",
    subprotocol="ocpp1.6",
    message_types=frozenset({2, 3, 4}),
    error_codes=_CODES,
    misspelt=frozenset({"FormatViolation", "OccurrenceConstraintViolation"}),
    malformed="FormationViolation",
    unanswered=SHALL,
    fraction_digits=frozenset({3}),
    clauses={
        "connection.frames": "RFC 6455 5",
        "connection.flood": "OCPP-J 1.6 4.1.1",
        "frame.text": "OCPP-J 1.6 4.1.2",
        "frame.json": "OCPP-J 1.6 4.1.2",
        "frame.array": "OCPP-J 1.6 4.2",
        "frame.message-type": "OCPP-J 1.6 4.1.3",
        "unique-id": "OCPP-J 1.6 4.1.4",
        "answer.once": "OCPP-J 1.6 4.2",
        "call.one-at-a-time": "OCPP-J 1.6 4.1.1",
        "call": "OCPP-J 1.6 4.2.1",
        "call-result": "OCPP-J 1.6 4.2.2",
        "call-error": "OCPP-J 1.6 4.2.3",
        "timestamp.form": "OCPP 1.6 3.15",
        "payload": "OCPP-J 1.6 4.2.4",
    },
    profiles={
        "transport": "Transport",
        "resilience": "Resilience",
        "core": "Core",
        "firmware": "FirmwareManagement",
        "local-auth-list": "LocalAuthListManagement",
        "reservation": "Reservation",
        "smart-charging": "SmartCharging",
        "remote-trigger": "RemoteTrigger",
        "security": "Security",
        "validation": "Validation",
        "simulated": "Simulated",
        "microocpp": "MicroOCPP",
    },
    always=frozenset({"Transport", "Resilience", "Core", "Validation", "Simulated", "MicroOCPP"}),
    messages=_MESSAGES,
    fairness=_FAIRNESS,
)
