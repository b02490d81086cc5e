"""Central systems that read or write frames wrongly (OCPP-J 1.6 section 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from ocpp.exceptions import FormationViolationError
from ocpp.messages import Call

from server.core.framing import BrokenAnswer, BrokenCall, Framing, Message, Unreadable
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import ERRORS, Row, alters, reframes, request, response, rewrites, stubs, turn, within

# What is written

rewrites(ERRORS,
    Row("json-trailing-comma", "CALLERRORs end with a comma that JSON forbids.", lambda text: text[:-1] + b",]"),
    Row("error-code-invented", "A violation of a type is refused with a code of the central system's own.",
        lambda text: text.replace(b"TypeConstraintViolation", b"SchemaViolation")),
    Row("formation-violation-misspelt", "The code FormationViolation is spelt FormatViolation, as in later versions.",
        lambda text: text.replace(b"FormationViolation", b"FormatViolation"),
        faults=["citrineos/citrineos-core#1050", "mobilityhouse/ocpp#490"],
        remarks=True),
)  # fmt: skip
rewrites(response("Heartbeat"),
    Row("json-not-a-number", "Heartbeat.conf holds NaN, which JSON does not know.",
        lambda text: text[:-2] + b',"drift":NaN}]'),
)  # fmt: skip
reframes(ERRORS,
    Row("error-type-as-text", "The message type of CALLERRORs is the text 4.", lambda frame: ["4", *frame[1:]]),
    Row("error-details-text", "The details of CALLERRORs are a text.",
        lambda frame: [*frame[:4], "none"], faults=["steve-community/steve#45"]),
    Row("error-details-array", "The details of CALLERRORs are an empty array.", lambda frame: [*frame[:4], []]),
    Row("error-details-missing", "CALLERRORs end with the description.", lambda frame: frame[:4]),
    Row("error-code-of-later-version", "Every CALLERROR has a code that only later versions of OCPP know.",
        lambda frame: [*frame[:2], "RpcFrameworkError", *frame[3:]]),
)  # fmt: skip
reframes(response(), Row("result-fourth-element", "CALLRESULTs have a fourth element.", lambda frame: [*frame, {}]))
reframes(request(), Row("call-fifth-element", "CALLs have a fifth element.", lambda frame: [*frame, {}]))
reframes(request("Reset"),
    Row("call-action-with-slash", "The action of Reset begins with a slash.",
        lambda frame: [*frame[:2], "/Reset", frame[3]]),
)  # fmt: skip


def _of_ping_interval(payload: Payload) -> bool:
    return bool(payload["key"] == "WebSocketPingInterval")


alters(request("ChangeConfiguration"),
    Row("ping-interval-as-number", "The value of WebSocketPingInterval is sent as a JSON number.", turn(value=int),
        when=_of_ping_interval),
    Row("ping-interval-as-decimal", "The value of WebSocketPingInterval is sent with a decimal place.",
        turn(value="{}.0".format), when=_of_ping_interval),
)  # fmt: skip


def _of_ping_variable(payload: Payload) -> bool:
    return any(one["variable"]["name"] == "WebSocketPingInterval" for one in payload["setVariableData"])


alters(request("SetVariables"),
    Row("ping-variable-as-number", "The value of the variable WebSocketPingInterval is sent as a JSON number.",
        within("setVariableData", how=turn(attributeValue=int)), when=_of_ping_variable),
    Row("ping-variable-as-decimal", "The value of the variable WebSocketPingInterval is sent with a decimal place.",
        within("setVariableData", how=turn(attributeValue="{}.0".format)), when=_of_ping_variable),
)  # fmt: skip

# The unique id


def _id(how: Callable[[str], str]) -> Callable[[list[Any]], list[Any]]:
    return lambda frame: [frame[0], how(frame[1]), *frame[2:]]


reframes(response(),
    Row("id-lower-case", "Answers repeat the unique id in lower case.", _id(str.lower)),
    Row("answer-id-upper-case", "Answers repeat the unique id in upper case.", _id(str.upper)),
    Row("id-trimmed", "Answers repeat the unique id without the white space around it.", _id(str.strip)),
)  # fmt: skip

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
        model = data.find(b'odel":')
        return 0 <= model < data.find(b"endor")


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


stubs(Framing, "check_members",
    Row("duplicate-members-accepted", "Of a member that occurs twice the last one counts.",
        None, faults=["dallmann-consulting/OCPP.Core#36"], remarks=True),
)  # fmt: skip
