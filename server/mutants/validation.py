"""Central systems that tell valid and invalid payloads apart wrongly."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from ocpp.exceptions import (
    FormationViolationError,
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

ACCEPTED = {"status": "Accepted"}
ANSWERS: Mapping[str, Payload] = {
    "Authorize": {"idTagInfo": ACCEPTED},
    "BootNotification": {**ACCEPTED, "currentTime": "2026-01-01T00:00:00Z", "interval": 300},
    "DataTransfer": ACCEPTED,
    "Heartbeat": {"currentTime": "2026-01-01T00:00:00Z"},
    "SignCertificate": ACCEPTED,
    "StartTransaction": {"idTagInfo": ACCEPTED, "transactionId": 1},
}


@mutant(
    "payloads-unchecked",
    "CALLs whose payload breaks the schema are answered as if they were valid.",
    faults=["dallmann-consulting/OCPP.Core#98", "lorenzodonini/ocpp-go#379", "citrineos/citrineos#154"],
)
class _Unchecked(Session):
    def serve(self, call: Call, began: float) -> None:
        if call.action in self.handlers and not self.bundle.schemas.request(call.action).is_valid(call.payload):
            self.answer(call, ANSWERS.get(call.action, {}), began)
        else:
            super().serve(call, began)


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


@mutant(
    "hostile-message-stops-others", "After a message that is no proper one, the central system serves nobody any more."
)
class _StopsOthers(Session):
    def ignore(self, problem: str) -> None:
        super().ignore(problem)
        self._stop()

    def refuse(self, call: Call, error: OCPPError) -> None:
        super().refuse(call, error)
        self._stop()

    def _stop(self) -> None:
        for link in self.links:
            if link is not self:
                link.abort()


@mutant("binary-message-stops-others", "After a binary message, the central system serves nobody any more.")
class _BinaryStopsOthers(Connection):
    def binary(self) -> None:
        for link in self.handshake.links:
            link.abort()


# Rules that some systems have in a way of their own


class _Tolerant(Session):
    """Lets payloads pass whose only violations are of one rule."""

    rule = ""

    def check_payload(self, action: str, payload: Payload) -> None:
        try:
            super().check_payload(action, payload)
        except OCPPError as error:
            if not error.description.endswith(f"breaks the rule {self.rule}"):
                raise


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


@mutant(
    "unknown-members-accepted",
    "Members that a message does not define are ignored.",
    faults=["dallmann-consulting/OCPP.Core#36"],
    remarks=True,
)
class _UnknownMembersAccepted(_Tolerant):
    rule = "additionalProperties"


@mutant("max-length-unchecked", "Texts of any length are taken.", faults=["steve-community/steve#1259"], remarks=True)
class _MaxLengthUnchecked(_Tolerant):
    rule = "maxLength"


@mutant(
    "invalid-field-stops-everything",
    "After a member that is too long, null or of the wrong type, the central system serves nobody any more.",
    faults=["citrineos/citrineos#131", "thoughtworks/maeve-csms@2992547"],
)
class _InvalidFieldStopsEverything(Session):
    def check_payload(self, action: str, payload: Payload) -> None:
        try:
            super().check_payload(action, payload)
        except (TypeConstraintViolationError, PropertyConstraintViolationError):
            for link in self.links:
                link.abort()
            raise
