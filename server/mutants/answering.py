"""Central systems that answer the CALLs of a station wrongly, or not at all (OCPP-J 1.6 4.1 to 4.2)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, ClassVar

from ocpp.exceptions import (
    InternalError,
    OCPPError,
    ProtocolError,
    SecurityError,
)
from ocpp.messages import Call
from ocpp.v16.enums import Action

from server.core.connection import Connection
from server.core.session import Session
from server.mutants.registry import mutant
from server.mutants.rows import ERRORS, Row, code, exchange, fails, loses, reframes, response, stubs, swap

# Refusals


def _with_code(code: str) -> Callable[[list[Any]], bool]:
    return lambda frame: bool(frame[2] == code)


loses(ERRORS,
    Row("refusals-unanswered", "A CALL that is to be refused is not answered.", lambda frame: True),
    Row("unknown-action-unanswered", "A CALL of an unknown action is not answered.", _with_code("NotImplemented")),
    Row("mistyped-call-unanswered", "A CALL with a member of the wrong type is not answered.",
        _with_code("TypeConstraintViolation")),
    Row("misshapen-call-unanswered", "A CALL without a payload object is not answered.",
        _with_code("FormationViolation")),
    Row("unaccepted-station-unanswered", "A CALL of a station that is not accepted is not answered.",
        _with_code("SecurityError")),
)  # fmt: skip
reframes(ERRORS,
    Row("unknown-action-internal-error", "A CALL of an unknown action is answered with InternalError.",
        code(exchange("NotImplemented", "InternalError")), faults=["citrineos/citrineos-core#996"]),
    Row("not-supported-swapped", "NotSupported and NotImplemented are taken for each other.",
        code(swap("NotSupported", "NotImplemented")),
        faults=["mobilityhouse/ocpp#426", "mobilityhouse/ocpp#744"], remarks=True),
    Row("database-error-leaked", "The description of a CALLERROR quotes the statement and the driver of the database.",
        lambda frame: [*frame[:3], "SQL [insert into charge_box]; com.mysql.jdbc.MysqlDataTruncation", {}],
        faults=["steve-community/steve#2107", "steve-community/steve@469126f3"], remarks=True),
)  # fmt: skip
loses(response("MeterValues"),
    Row("meter-values-unanswered", "MeterValues is not answered.", lambda frame: True),
)  # fmt: skip
fails(response("BootNotification"),
    Row("rejected-boot-call-error", "The BootNotification of a rejected station is answered with CALLERROR.",
        SecurityError("the station is rejected"), when=lambda payload: payload["status"] == "Rejected"),
)  # fmt: skip

_ACTIONS = frozenset(action.value for action in Action)

# Which CALLs are served


@mutant(
    "crossing-call-refused",
    "A CALL is refused while one of the central system's own is unanswered.",
    faults=["citrineos/citrineos#178", "citrineos/citrineos#189"],
)
class _CrossingRefused(Session):
    def serve(self, call: Call, began: float) -> None:
        if self._outstanding:
            self.refuse(call, InternalError(description="a call is already in progress"))
        else:
            super().serve(call, began)


@mutant("id-of-own-call-refused", "A CALL is refused under the unique id of a pending CALL of the central system.")
class _IdOfOwnCallRefused(Session):
    def check_unique(self, unique_id: str) -> None:
        if unique_id in self._outstanding:
            raise ProtocolError(description="the unique id is in use")
        super().check_unique(unique_id)


@mutant("ids-remembered-across-connections", "A unique id of an earlier connection is refused as a duplicate.")
class _IdsRemembered(Session):
    seen: ClassVar[dict[str, OrderedDict[str, None]]] = {}

    def take_over(self) -> None:
        self._seen = self.seen.setdefault(self.station.id, OrderedDict())
        super().take_over()


@mutant("actions-of-any-case", "The case of an action does not matter.")
class _ActionsOfAnyCase(Session):
    def serve(self, call: Call, began: float) -> None:
        spelled = {action.casefold(): action for action in self.handlers}
        call.action = spelled.get(call.action.casefold(), call.action)
        super().serve(call, began)


@mutant("actions-with-slash", "An action may begin with a slash.")
class _ActionsWithSlash(Session):
    def serve(self, call: Call, began: float) -> None:
        call.action = call.action.removeprefix("/")
        super().serve(call, began)


@mutant("unknown-action-confirmed", "A CALL of an unknown action is confirmed with an empty payload.")
class _UnknownActionConfirmed(Session):
    def serve(self, call: Call, began: float) -> None:
        if call.action in _ACTIONS:
            super().serve(call, began)
        else:
            self.answer(call, {}, began)


stubs(Session, "check_unique",
    Row("duplicate-id-served", "A CALL is served though its unique id was used before on the connection.",
        None, faults=["steve-community/steve#1305", "citrineos/citrineos#212"], remarks=True),
)  # fmt: skip


@mutant(
    "repeated-call-refused-first",
    "The refusal of a CALL that comes twice at once overtakes the answer to the first.",
    remarks=True,
)
class _RepeatedCallRefusedFirst(Session):
    def refuse(self, call: Call, error: OCPPError) -> None:
        self._serving.pop(call.unique_id, None)
        super().refuse(call, error)


stubs(Session, "check_admitted",
    Row("unaccepted-station-served", "A station is served before it is accepted.",
        None, faults=["motown-io/motown#19"], remarks=True),
)  # fmt: skip


# CALLs that stay unanswered


@mutant(
    "null-payload-unanswered", "A CALL whose payload is null is not answered.", faults=["steve-community/steve#1109"]
)
class _NullPayloadUnanswered(Session):
    def receive(self, data: bytes) -> None:
        if not data.rstrip().endswith(b",null]"):
            super().receive(data)


@mutant("large-messages-lost", "Messages of more than 16 KiB are lost.", faults=["ChargeTimeEU/Java-OCA-OCPP#89"])
class _LargeMessagesLost(Session):
    def receive(self, data: bytes) -> None:
        if len(data) <= 16 * 1024:
            super().receive(data)


@mutant(
    "invalid-call-ignored", "A CALL whose payload breaks its schema is not answered.", faults=["citrineos/citrineos#41"]
)
class _InvalidCallIgnored(Session):
    def serve(self, call: Call, began: float) -> None:
        if call.action in self.handlers and not self.bundle.schemas.request(call.action).is_valid(call.payload):
            self.ignore("an invalid payload")
        else:
            super().serve(call, began)


@mutant("heartbeat-answer-binary", "Heartbeat is answered in a binary message.")
class _HeartbeatAnswerBinary(Connection):
    def send(self, data: bytes) -> bool:
        if b'{"currentTime":' not in data or not self.open:
            return super().send(data)
        self._websocket.send_binary(data)
        self._flush()
        return True


stubs(Session, "receive", Row("nothing-answered", "No message of a station is answered.", None))
