"""Mutants of remote starts and triggers (OCPP 2.0.1 F)."""

from __future__ import annotations

from typing import Any

from ocpp.exceptions import InternalError

from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, closes, drop, put, refuses, turn
from server.mutants.v201 import request
from server.v201.bookkeeping import Bookkeeping

alters(request("RequestStartTransaction"),
    Row("remote-start-evse-lost", "A remote start for one EVSE is sent as one for any.", drop("evseId")),
    Row("remote-start-token-mangled", "The token of a remote start is sent in small letters.",
        turn(idToken=turn(idToken=str.lower))),
)  # fmt: skip
refuses(request("TransactionEvent"),
    Row("remote-start-event-refused", "An event that a remote start caused is answered InternalError.",
        InternalError("nobody presented a token"), when=lambda payload: payload["triggerReason"] == "RemoteStart"),
    Row("connect-timeout-refused", "The end of a transaction for which nobody plugged in is answered InternalError.",
        InternalError("no energy"), when=lambda payload: payload["triggerReason"] == "EVConnectTimeout"),
)  # fmt: skip
alters(request("TriggerMessage"),
    Row("requested-message-mistaken", "Whatever message is wanted, a MeterValues is triggered.",
        put(requestedMessage="MeterValues")),
    Row("trigger-evse-lost", "A trigger for one EVSE is sent as one for all.", drop("evse")),
)  # fmt: skip
closes(
    Row("unimplemented-trigger-closes", "A trigger that a station does not implement ends the connection.",
        lambda answer: answer.get("status") == "NotImplemented"),
)  # fmt: skip


@mutant("remote-start-id-forgotten", "The id of a remote start is not recorded with its transaction.", remarks=True)
class _RemoteStartIdForgotten(Bookkeeping):
    def changes(self, row: Any, event: Payload, info: Payload | None) -> dict[str, Any]:
        return super().changes(row, {**event, "transactionInfo": drop("remoteStartId")(event["transactionInfo"])}, info)
