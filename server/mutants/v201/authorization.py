"""Mutants of authorization: what idTokens are told to be worth (OCPP 2.0.1 C, E01, E03)."""

from __future__ import annotations

from typing import Any

from ocpp.exceptions import InternalError
from ocpp.v201.enums import AuthorizationStatusEnumType, IdTokenEnumType, ReasonEnumType
from ocpp.v201.enums import AuthorizeCertificateStatusEnumType as CertificateStatus
from sqlalchemy import Connection

from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, drop, loses, put, refuses, within
from server.mutants.v201 import request, response
from server.v201.bookkeeping import ENDED, Bookkeeping
from server.v201.id_tokens import ACCEPTED

_INVALID = put(idTokenInfo={"status": AuthorizationStatusEnumType.invalid.value})


def _is_of_nobody(asked: Payload) -> bool:
    return bool(asked.get("idToken", {}).get("type") == IdTokenEnumType.no_authorization)


def _is_by_master_pass(asked: Payload) -> bool:
    return bool(asked["transactionInfo"].get("stoppedReason") == ReasonEnumType.master_pass)


alters(response("Authorize"),
    Row("certificate-status-missing", "AuthorizeResponse does not tell how the certificate of a contract stands.",
        drop("certificateStatus")),
    Row("contract-never-good", "The certificate of a contract is told to lead to nobody who is trusted.",
        lambda payload: {**_INVALID(payload), "certificateStatus": CertificateStatus.cert_chain_error.value},
        when=lambda payload: "certificateStatus" in payload),
    Row("revoked-contract-accepted", "The certificate of a contract that is revoked is accepted.",
        put(idTokenInfo={"status": ACCEPTED}, certificateStatus=CertificateStatus.accepted.value),
        when=lambda payload: payload.get("certificateStatus") == CertificateStatus.certificate_revoked),
)  # fmt: skip
alters(response("Authorize", "TransactionEvent"),
    Row("token-group-lost", "The group of an idToken is not told.", within("idTokenInfo", how=drop("groupIdToken"))),
)  # fmt: skip
alters(response("TransactionEvent"),
    Row("event-without-token-info", "TransactionEventResponse does not tell what an idToken is worth.",
        drop("idTokenInfo")),
    Row("event-token-not-verified", "The idToken of an event is accepted, whatever it is.",
        put(idTokenInfo={"status": ACCEPTED}), to=lambda asked: "idToken" in asked),
    Row("event-group-lost", "TransactionEventResponse does not tell the group of an idToken.",
        within("idTokenInfo", how=drop("groupIdToken"))),
    Row("start-button-refused", "A transaction that needs no authorization is told Invalid.", _INVALID,
        to=_is_of_nobody, faults=["citrineos/citrineos-core#964"]),
)  # fmt: skip
loses(request("ClearCache"), Row("clear-cache-lost", "ClearCache is not sent.", lambda frame: True))
refuses(request("TransactionEvent"),
    Row("master-pass-refused", "The end of a transaction by a master pass is answered InternalError.",
        InternalError("not the token of the transaction"), when=_is_by_master_pass),
)  # fmt: skip


@mutant("stop-by-another-refused", "A transaction may only be stopped with the idToken that it was begun with.")
class _StopByAnotherRefused(Bookkeeping):
    def verify(self, tx: Connection, row: Any, event: Payload) -> Payload | None:
        info = super().verify(tx, row, event)
        foreign = event["eventType"] == ENDED and row.folded is not None and info is not None
        if foreign and self.id_tokens.fold(event["idToken"]) != row.folded:
            return {"status": AuthorizationStatusEnumType.invalid.value}
        return info
