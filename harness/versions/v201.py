"""OCPP 2.0.1, JSON over WebSocket (OCPP-J 2.0.1, Part 4)."""

from __future__ import annotations

from collections.abc import Mapping

from harness.corpus import Rule
from harness.verdict import POLICY, SHALL, SHOULD
from harness.versions.version import Fairness, Version

_CODES = frozenset(
    {
        "FormatViolation",
        "GenericError",
        "InternalError",
        "MessageTypeNotSupported",
        "NotImplemented",
        "NotSupported",
        "OccurrenceConstraintViolation",
        "PropertyConstraintViolation",
        "ProtocolError",
        "RpcFrameworkError",
        "SecurityError",
        "TypeConstraintViolation",
    }
)
"""OCPP-J 2.0.1 table 8."""

_INCOMPLETE = frozenset({"ProtocolError", "OccurrenceConstraintViolation", "FormatViolation"})
_MISTYPED = frozenset({"TypeConstraintViolation", "FormatViolation"})
_OUT_OF_RANGE = frozenset({"PropertyConstraintViolation", "FormatViolation"})
_TOO_MANY = frozenset({"OccurrenceConstraintViolation", "PropertyConstraintViolation", "FormatViolation"})

_FAIRNESS: Mapping[Rule, Fairness] = {
    Rule.REQUIRED: Fairness(_INCOMPLETE, SHALL),
    Rule.TYPE: Fairness(_MISTYPED, SHALL),
    Rule.NULL: Fairness(_MISTYPED | _INCOMPLETE, SHALL),
    Rule.ENUM: Fairness(_OUT_OF_RANGE, SHALL),
    Rule.MAX_LENGTH: Fairness(_OUT_OF_RANGE | _MISTYPED, SHOULD, POLICY),
    Rule.ADDITIONAL: Fairness(frozenset({"FormatViolation", "OccurrenceConstraintViolation"}), SHOULD, POLICY),
    Rule.FORMAT: Fairness(_CODES, SHOULD),
    Rule.MULTIPLE_OF: Fairness(_OUT_OF_RANGE | _MISTYPED, SHOULD),
    Rule.MIN_ITEMS: Fairness(_TOO_MANY, SHOULD),
    Rule.MAX_ITEMS: Fairness(_TOO_MANY, SHOULD),
    Rule.MINIMUM: Fairness(_OUT_OF_RANGE, SHALL),
    Rule.MAXIMUM: Fairness(_OUT_OF_RANGE, SHALL),
}
"""What OCPP-J 2.0.1 table 8 leaves of each constraint: a syntax error is one of form, whatever else it is."""

_MESSAGES: Mapping[str, frozenset[str]] = {
    "Provisioning": frozenset(
        {
            "BootNotification",
            "GetBaseReport",
            "GetReport",
            "GetVariables",
            "Heartbeat",
            "NotifyReport",
            "Reset",
            "SetNetworkProfile",
            "SetVariables",
        }
    ),
    "Authorization": frozenset({"Authorize", "ClearCache"}),
    "Transactions": frozenset({"GetTransactionStatus", "MeterValues", "TransactionEvent"}),
    "RemoteControl": frozenset(
        {"RequestStartTransaction", "RequestStopTransaction", "TriggerMessage", "UnlockConnector"}
    ),
    "Availability": frozenset({"ChangeAvailability", "NotifyEvent", "StatusNotification"}),
}
"""Functional block → the actions that belong to it, as far as the suite plays them."""

V201 = Version(
    name="2.0.1",
    subprotocol="ocpp2.0.1",
    message_types=frozenset({2, 3, 4}),
    error_codes=_CODES,
    misspelt=frozenset({"FormationViolation", "OccurenceConstraintViolation"}),
    malformed="FormatViolation",
    unanswered=SHOULD,  # 4.1.7 demands a CALLERROR, 4.2.3 lets a message be dropped that is invalid
    fraction_digits=frozenset({1, 2, 3}),
    clauses={
        "connection.frames": "RFC 6455 5",
        "connection.flood": "OCPP-J 2.0.1 4.1.1",
        "frame.text": "OCPP-J 2.0.1 4.1.2",
        "frame.json": "OCPP-J 2.0.1 4.1.2",
        "frame.array": "OCPP-J 2.0.1 4.2",
        "frame.message-type": "OCPP-J 2.0.1 4.1.3",
        "unique-id": "OCPP-J 2.0.1 4.1.4",
        "answer.once": "OCPP-J 2.0.1 4.2",
        "call.one-at-a-time": "OCPP-J 2.0.1 4.1.1",
        "call": "OCPP-J 2.0.1 4.2.1",
        "call-result": "OCPP-J 2.0.1 4.2.2",
        "call-error": "OCPP-J 2.0.1 4.2.3",
        "timestamp.form": "OCPP 2.0.1 Part 2",
        "payload": "OCPP-J 2.0.1 4.2",
    },
    profiles={
        "transport": "Transport",
        "resilience": "Resilience",
        "provisioning": "Provisioning",
        "authorization": "Authorization",
        "transactions": "Transactions",
        "remote-control": "RemoteControl",
        "availability": "Availability",
        "validation": "Validation",
        "simulated": "Simulated",
        "microocpp": "MicroOCPP",
    },
    always=frozenset(
        {
            "Transport",
            "Resilience",
            "Provisioning",
            "Authorization",
            "Transactions",
            "RemoteControl",
            "Availability",
            "Validation",
            "Simulated",
            "MicroOCPP",
        }
    ),
    messages=_MESSAGES,
    fairness=_FAIRNESS,
)
