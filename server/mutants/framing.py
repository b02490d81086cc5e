"""Central systems that read or write frames wrongly (OCPP-J 1.6 section 4)."""

from __future__ import annotations

from typing import Any

import orjson
from ocpp.exceptions import FormationViolationError, OCPPError
from ocpp.messages import Call

from server.core.framing import BrokenAnswer, BrokenCall, Framing, Message, Unreadable
from server.core.validation import Payload
from server.mutants.registry import mutant

PING_INTERVAL = "WebSocketPingInterval"

# What is written


@mutant("json-trailing-comma", "CALLERRORs end with a comma that JSON forbids.")
class _TrailingComma(Framing):
    def encode_error(self, unique_id: str, error: OCPPError) -> bytes:
        return super().encode_error(unique_id, error)[:-1] + b",]"


@mutant("json-not-a-number", "Heartbeat.conf holds NaN, which JSON does not know.")
class _NotANumber(Framing):
    def encode_result(self, unique_id: str, payload: Payload) -> bytes:
        text = super().encode_result(unique_id, payload)
        return text[:-2] + b',"drift":NaN}]' if payload.keys() == {"currentTime"} else text


@mutant("error-type-as-text", "The message type of CALLERRORs is the text 4.")
class _TypeAsText(Framing):
    def encode_error(self, unique_id: str, error: OCPPError) -> bytes:
        return b'["4"' + super().encode_error(unique_id, error).removeprefix(b"[4")


@mutant("result-fourth-element", "CALLRESULTs have a fourth element.")
class _FourthElement(Framing):
    def encode_result(self, unique_id: str, payload: Payload) -> bytes:
        return orjson.dumps([3, unique_id, payload, {}])


@mutant("error-details-text", "The details of CALLERRORs are a text.", faults=["steve-community/steve#45"])
class _DetailsText(Framing):
    def encode_error(self, unique_id: str, error: OCPPError) -> bytes:
        return orjson.dumps([4, unique_id, error.code, error.description, "none"])


@mutant("error-details-array", "The details of CALLERRORs are an empty array.")
class _DetailsArray(Framing):
    def encode_error(self, unique_id: str, error: OCPPError) -> bytes:
        return orjson.dumps([4, unique_id, error.code, error.description, []])


@mutant("error-details-missing", "CALLERRORs end with the description.")
class _DetailsMissing(Framing):
    def encode_error(self, unique_id: str, error: OCPPError) -> bytes:
        return orjson.dumps([4, unique_id, error.code, error.description])


@mutant("error-code-of-later-version", "Every CALLERROR has a code that only later versions of OCPP know.")
class _LaterCode(Framing):
    def encode_error(self, unique_id: str, error: OCPPError) -> bytes:
        return orjson.dumps([4, unique_id, "RpcFrameworkError", error.description, {}])


@mutant("error-code-invented", "A violation of a type is refused with a code of the central system's own.")
class _InventedCode(Framing):
    def encode_error(self, unique_id: str, error: OCPPError) -> bytes:
        code = "SchemaViolation" if error.code == "TypeConstraintViolation" else error.code
        return orjson.dumps([4, unique_id, code, error.description, {}])


@mutant(
    "formation-violation-misspelt",
    "The code FormationViolation is spelt FormatViolation, as in later versions.",
    faults=["citrineos/citrineos-core#1050", "mobilityhouse/ocpp#490"],
    remarks=True,
)
class _FormationViolationMisspelt(Framing):
    def encode_error(self, unique_id: str, error: OCPPError) -> bytes:
        return super().encode_error(unique_id, error).replace(b"FormationViolation", b"FormatViolation")


@mutant("call-fifth-element", "CALLs have a fifth element.")
class _FifthElement(Framing):
    def encode_call(self, unique_id: str, action: str, payload: Payload) -> bytes:
        return orjson.dumps([2, unique_id, action, payload, {}])


@mutant("call-action-with-slash", "The action of Reset begins with a slash.")
class _ActionWithSlash(Framing):
    def encode_call(self, unique_id: str, action: str, payload: Payload) -> bytes:
        return super().encode_call(unique_id, "/Reset" if action == "Reset" else action, payload)


@mutant("ping-interval-as-number", "The value of WebSocketPingInterval is sent as a JSON number.")
class _PingIntervalAsNumber(Framing):
    def encode_call(self, unique_id: str, action: str, payload: Payload) -> bytes:
        if payload.get("key") == PING_INTERVAL:
            payload = {**payload, "value": int(payload["value"])}
        return super().encode_call(unique_id, action, payload)


@mutant("ping-interval-as-decimal", "The value of WebSocketPingInterval is sent with a decimal place.")
class _PingIntervalAsDecimal(Framing):
    def encode_call(self, unique_id: str, action: str, payload: Payload) -> bytes:
        if payload.get("key") == PING_INTERVAL:
            payload = {**payload, "value": f"{payload['value']}.0"}
        return super().encode_call(unique_id, action, payload)


# The unique id


@mutant("id-lower-case", "Answers repeat the unique id in lower case.")
class _IdLowerCase(Framing):
    def encode_result(self, unique_id: str, payload: Payload) -> bytes:
        return super().encode_result(unique_id.lower(), payload)


@mutant("answer-id-upper-case", "Answers repeat the unique id in upper case.")
class _AnswerIdUpperCase(Framing):
    def encode_result(self, unique_id: str, payload: Payload) -> bytes:
        return super().encode_result(unique_id.upper(), payload)


@mutant("id-trimmed", "Answers repeat the unique id without the white space around it.")
class _IdTrimmed(Framing):
    def encode_result(self, unique_id: str, payload: Payload) -> bytes:
        return super().encode_result(unique_id.strip(), payload)


# What is read


class _Choosy(Framing):
    """Refuses CALLs by how their text is written."""

    def decode(self, data: bytes) -> Message:
        message = super().decode(data)
        if isinstance(message, Call) and self.dislikes(data):
            raise BrokenCall(message.unique_id, FormationViolationError(description="the text is not understood"))
        return message

    def dislikes(self, data: bytes) -> bool:
        raise NotImplementedError


@mutant("text-ascii-only", "A CALL with a character beyond ASCII is refused.")
class _AsciiOnly(_Choosy):
    def dislikes(self, data: bytes) -> bool:
        return not data.isascii()


@mutant("json-compact-only", "A CALL with white space before its unique id is refused.")
class _CompactOnly(_Choosy):
    def dislikes(self, data: bytes) -> bool:
        return not data.startswith(b'[2,"')


@mutant("json-escapes-refused", "A CALL with characters written as escapes is refused.")
class _EscapesRefused(_Choosy):
    def dislikes(self, data: bytes) -> bool:
        return b"\\u" in data


@mutant("json-member-order-fixed", "A BootNotification that names the model before the vendor is refused.")
class _MemberOrderFixed(_Choosy):
    def dislikes(self, data: bytes) -> bool:
        model = data.find(b"chargePointModel")
        return 0 <= model < data.find(b"chargePointVendor")


@mutant("text-garbled", "Text beyond ASCII is read in the wrong encoding.")
class _Garbled(Framing):
    def decode(self, data: bytes) -> Message:
        return super().decode(data.decode("latin-1").encode())


@mutant("malformed-call-unanswered", "A CALL that has not four elements is not answered.", remarks=True)
class _MalformedCallUnanswered(Framing):
    def decode(self, data: bytes) -> Message:
        try:
            return super().decode(data)
        except BrokenCall as broken:
            if len(orjson.loads(data)) == 4:
                raise
            raise Unreadable(str(broken)) from None


@mutant("malformed-error-answered", "A malformed CALLERROR of the station is answered with CALLERROR.")
class _MalformedErrorAnswered(Framing):
    def decode(self, data: bytes) -> Message:
        try:
            return super().decode(data)
        except BrokenAnswer as broken:
            raise BrokenCall(broken.unique_id, FormationViolationError(description=str(broken))) from None


@mutant(
    "duplicate-members-accepted",
    "Of a member that occurs twice the last one counts.",
    faults=["dallmann-consulting/OCPP.Core#36"],
    remarks=True,
)
class _DuplicateMembersAccepted(Framing):
    def check_members(self, unique_id: str, data: bytes, elements: list[Any]) -> None:
        pass
