"""What a central system said of a tag or a transaction (OCPP 1.6)."""

from __future__ import annotations

from harness.ocppj import Payload
from harness.verdict import Nonconformity
from simulators.observation import Answer


def tag_info(answer: Answer) -> Payload:
    """Return the idTagInfo of an answer, empty where it has none."""
    info = answer.payload.get("idTagInfo")
    return info if isinstance(info, dict) else {}


def tag_status(answer: Answer) -> object:
    """Return the status in the idTagInfo of an answer, None where it has none."""
    return tag_info(answer).get("status")


def transaction_id(answer: Answer) -> int:
    """Return the transactionId of a StartTransaction.conf, which is owed; raises Nonconformity."""
    id = answer.payload.get("transactionId")
    if type(id) is int:
        return id
    expected, evidence = "an integer transactionId", answer.entry.index
    raise Nonconformity(expected, str(answer), clause="OCPP 1.6 6.46", evidence=evidence)
