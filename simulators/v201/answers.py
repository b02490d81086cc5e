"""What a CSMS said of an idToken (OCPP 2.0.1)."""

from __future__ import annotations

from harness.ocppj import Payload
from simulators.observation import Answer


def token_info(answer: Answer) -> Payload:
    """Return the idTokenInfo of an answer, empty where it has none."""
    info = answer.payload.get("idTokenInfo")
    return info if isinstance(info, dict) else {}


def token_status(answer: Answer) -> object:
    """Return the status in the idTokenInfo of an answer, None where it has none."""
    return token_info(answer).get("status")
