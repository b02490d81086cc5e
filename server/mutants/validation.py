"""Central systems that tell valid and invalid payloads apart wrongly."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from ocpp.exceptions import (
    FormationViolationError,
    OccurenceConstraintViolationError,
    OccurrenceConstraintViolationError,
    OCPPError,
    PropertyConstraintViolationError,
    TypeConstraintViolationError,
)
from ocpp.messages import Call, CallResult

from server.core.connection import Connection
from server.core.links import CallFailed
from server.core.session import Session
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row

ACCEPTED = {"status": "Accepted"}
ANSWERS: Mapping[str, Payload] = {
    "Authorize": {"idTagInfo": ACCEPTED},
    "BootNotification": {**ACCEPTED, "currentTime": "2026-01-01T00:00:00Z", "interval": 300},
    "DataTransfer": ACCEPTED,
    "Heartbeat": {"currentTime": "2026-01-01T00:00:00Z"},
    "SignCertificate": ACCEPTED,
    "StartTransaction": {"idTagInfo": ACCEPTED, "transactionId": 1},
}


def _confirms(*rows: Row[tuple[type[OCPPError], ...]]) -> None:
    """Declare mutants that answer CALLs with violations of some kinds as if nothing were wrong with them."""
    for row in rows:
        row.declare(_confirming(row.how))


def _confirming(tolerated: tuple[type[OCPPError], ...]) -> type[Session]:
    class Confirming(Session):
        def serve(self, call: Call, began: float) -> None:
            schema = self.bundle.schemas.request(call.action) if call.action in self.handlers else None
            if schema is not None and isinstance(schema.violation(call.payload), tolerated):
                self.answer(call, ANSWERS.get(call.action, {}), began)
            else:
                super().serve(call, began)

    return Confirming


_confirms(
    Row("payloads-unchecked", "CALLs whose payload breaks the schema are answered as if they were valid.", (OCPPError,),
        faults=["dallmann-consulting/OCPP.Core#98", "lorenzodonini/ocpp-go#379", "citrineos/citrineos#154"]),
    Row("schema-not-checked", "The payloads of CALLs are not checked against their schemas.", (OCPPError,)),
    Row("missing-members-unchecked", "Nobody checks that required members are there.",
        (OccurenceConstraintViolationError, OccurrenceConstraintViolationError)),
    Row("types-unchecked", "Nobody checks the types of members.", (TypeConstraintViolationError,)),
    Row("values-unchecked", "Nobody checks that values are those of their enumerations, or of legal length.",
        (PropertyConstraintViolationError,)),
)  # fmt: skip


@mutant("valid-refused", "Once a station has booted, every CALL is refused, however valid.")
class _ValidRefused(Session):
    _booted = False

    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        if self._booted:
            raise FormationViolationError("not to my taste")
        self._booted = True


_ANYTHING: Payload = {**ACCEPTED, "listVersion": 1, "getVariableResult": [], "setVariableResult": []}
"""What passes for a good answer to every CALL."""


@mutant("answers-unchecked", "Whatever a station answers to a CALL counts as a good answer.")
class _AnswersUnchecked(Session):
    def take_result(self, result: CallResult) -> None:
        self.answered(result.unique_id, lambda _: _ANYTHING)


@mutant("valid-answers-refused", "Whatever a station answers to a CALL counts as a bad answer.")
class _ValidAnswersRefused(Session):
    def take_result(self, result: CallResult) -> None:
        self.answered(result.unique_id, lambda _: CallFailed("not to my taste"))


@mutant("binary-message-stops-others", "After a binary message, the central system serves nobody any more.")
class _BinaryStopsOthers(Connection):
    def binary(self) -> None:
        for link in self.handshake.links:
            link.abort()


# Rules that some systems have in a way of their own


def _tolerates(*rows: Row[str]) -> None:
    """Declare mutants that let payloads pass whose only violations are of one rule."""
    for row in rows:
        row.declare(_tolerant(row.how))


def _tolerant(rule: str) -> type[Session]:
    class Tolerant(Session):
        def check_payload(self, action: str, payload: Payload) -> None:
            try:
                super().check_payload(action, payload)
            except OCPPError as error:
                if not error.description.endswith(f"breaks the rule {rule}"):
                    raise

    return Tolerant


_tolerates(
    Row("unknown-members-accepted", "Members that a message does not define are ignored.", "additionalProperties",
        faults=["dallmann-consulting/OCPP.Core#36"], remarks=True),
    Row("max-length-unchecked", "Texts of any length are taken.", "maxLength",
        faults=["steve-community/steve#1259"], remarks=True),
)  # fmt: skip


@mutant("empty-texts-refused", "CALLs and answers of a station in which a text is empty are refused.")
class _EmptyTextsRefused(Session):
    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        if b'""' in orjson.dumps(payload):
            raise PropertyConstraintViolationError(description="a text is empty")

    def take_result(self, result: CallResult) -> None:
        if b'""' in orjson.dumps(result.payload):
            self.answered(result.unique_id, lambda _: CallFailed("a text is empty"))
        else:
            super().take_result(result)
