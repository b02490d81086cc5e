"""Central systems that answer the CALLs of a station wrongly, or not at all (OCPP-J 1.6 4.1 to 4.2)."""

from __future__ import annotations

from collections import OrderedDict
from typing import ClassVar

from ocpp.exceptions import (
    FormationViolationError,
    InternalError,
    NotImplementedError,  # noqa: A004  (that is its name in ocpp)
    NotSupportedError,
    OccurenceConstraintViolationError,
    OCPPError,
    PropertyConstraintViolationError,
    ProtocolError,
    SecurityError,
    TypeConstraintViolationError,
)
from ocpp.messages import Call
from ocpp.v16.enums import Action

from server.core.bundle import Handler
from server.core.connection import Connection
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.validation import ANSWERS
from server.v16.core import CoreHandlers

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


@mutant(
    "unknown-action-internal-error",
    "A CALL of an unknown action is answered with InternalError.",
    faults=["citrineos/citrineos-core#996"],
)
class _UnknownActionInternalError(Session):
    def route(self, action: str) -> Handler:
        try:
            return super().route(action)
        except NotImplementedError:
            raise InternalError(description="no handler") from None


@mutant(
    "not-supported-swapped",
    "NotSupported and NotImplemented are taken for each other.",
    faults=["mobilityhouse/ocpp#426", "mobilityhouse/ocpp#744"],
    remarks=True,
)
class _NotSupportedSwapped(Session):
    def route(self, action: str) -> Handler:
        try:
            return super().route(action)
        except NotImplementedError as error:
            raise NotSupportedError(description=error.description) from None
        except NotSupportedError as error:
            raise NotImplementedError(description=error.description) from None


@mutant(
    "duplicate-id-served",
    "A CALL is served though its unique id was used before on the connection.",
    faults=["steve-community/steve#1305", "citrineos/citrineos#212"],
    remarks=True,
)
class _DuplicateIdServed(Session):
    def check_unique(self, unique_id: str) -> None:
        pass


@mutant(
    "repeated-call-refused-first",
    "The refusal of a CALL that comes twice at once overtakes the answer to the first.",
    remarks=True,
)
class _RepeatedCallRefusedFirst(Session):
    def refuse(self, call: Call, error: OCPPError) -> None:
        self._serving.pop(call.unique_id, None)
        super().refuse(call, error)


@mutant(
    "unaccepted-station-served",
    "A station is served before it is accepted.",
    faults=["motown-io/motown#19"],
    remarks=True,
)
class _UnacceptedServed(Session):
    def check_admitted(self, action: str) -> None:
        pass


# CALLs that stay unanswered


@mutant(
    "null-payload-unanswered",
    "A CALL whose payload is null is not answered.",
    faults=["steve-community/steve#1109"],
)
class _NullPayloadUnanswered(Session):
    def receive(self, data: bytes) -> None:
        if not data.rstrip().endswith(b",null]"):
            super().receive(data)


@mutant(
    "large-messages-lost",
    "Messages of more than 16 KiB are lost.",
    faults=["ChargeTimeEU/Java-OCA-OCPP#89"],
)
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


class _Mute(Session):
    """Does not answer what it would have refused with one code."""

    code = ""

    def refuse(self, call: Call, error: OCPPError) -> None:
        if error.code != self.code:
            super().refuse(call, error)


@mutant("unknown-action-unanswered", "A CALL of an unknown action is not answered.")
class _UnknownActionUnanswered(_Mute):
    code = NotImplementedError.code


@mutant("mistyped-call-unanswered", "A CALL with a member of the wrong type is not answered.")
class _MistypedUnanswered(_Mute):
    code = TypeConstraintViolationError.code


@mutant("misshapen-call-unanswered", "A CALL without a payload object is not answered.")
class _MisshapenUnanswered(_Mute):
    code = FormationViolationError.code


@mutant("unaccepted-station-unanswered", "A CALL of a station that is not accepted is not answered.")
class _UnacceptedUnanswered(_Mute):
    code = SecurityError.code


@mutant("meter-values-unanswered", "MeterValues is not answered.")
class _MeterValuesUnanswered(Session):
    def answer(self, call: Call, payload: Payload, began: float) -> None:
        if call.action != "MeterValues":
            super().answer(call, payload, began)


@mutant("heartbeat-answer-binary", "Heartbeat is answered in a binary message.")
class _HeartbeatAnswerBinary(Connection):
    def send(self, data: bytes) -> bool:
        if b'{"currentTime":' not in data or not self.open:
            return super().send(data)
        self._websocket.send_binary(data)
        self._flush()
        return True


# Payloads that are not checked as they should


class _Lenient(Session):
    """Answers CALLs that violate one kind of rule as if nothing were wrong with them."""

    tolerated: type[OCPPError] = OCPPError

    def serve(self, call: Call, began: float) -> None:
        if call.action in self.handlers and self._tolerates(call):
            self.answer(call, ANSWERS.get(call.action, {}), began)
        else:
            super().serve(call, began)

    def _tolerates(self, call: Call) -> bool:
        try:
            self.check_payload(call.action, call.payload)
        except OCPPError as error:
            return isinstance(error, self.tolerated)
        return False


@mutant("schema-not-checked", "The payloads of CALLs are not checked against their schemas.")
class _SchemaNotChecked(_Lenient):
    pass


@mutant("missing-members-unchecked", "Nobody checks that required members are there.")
class _MissingMembersUnchecked(_Lenient):
    tolerated = OccurenceConstraintViolationError


@mutant("types-unchecked", "Nobody checks the types of members.")
class _TypesUnchecked(_Lenient):
    tolerated = TypeConstraintViolationError


@mutant("values-unchecked", "Nobody checks that values are those of their enumerations, or of legal length.")
class _ValuesUnchecked(_Lenient):
    tolerated = PropertyConstraintViolationError


@mutant("length-limit-off-by-one", "An idTag of the full 20 characters is refused as too long.")
class _LengthLimitOffByOne(Session):
    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        if len(payload.get("idTag", "")) >= 20:
            raise PropertyConstraintViolationError(description="idTag: too long")


# Outcomes that are told the wrong way


@mutant(
    "database-error-leaked",
    "The description of a CALLERROR quotes the statement and the driver of the database.",
    faults=["steve-community/steve#2107", "steve-community/steve@469126f3"],
    remarks=True,
)
class _DatabaseErrorLeaked(Session):
    def refuse(self, call: Call, error: OCPPError) -> None:
        error.description = "SQL [insert into charge_box (id) values (?)]; com.mysql.jdbc.MysqlDataTruncation"
        super().refuse(call, error)


@mutant("invalid-tag-call-error", "Authorize of an unknown idTag is answered with CALLERROR.")
class _InvalidTagCallError(CoreHandlers):
    def authorize(self, station: Station, payload: Payload) -> Payload:
        answer = super().authorize(station, payload)
        if answer["idTagInfo"]["status"] == "Invalid":
            raise SecurityError(description="the idTag is not known")
        return answer


@mutant("unknown-vendor-call-error", "DataTransfer of an unknown vendor is answered with CALLERROR.")
class _UnknownVendorCallError(CoreHandlers):
    def data_transfer(self, station: Station, payload: Payload) -> Payload:
        answer = super().data_transfer(station, payload)
        if answer["status"] == "UnknownVendorId":
            raise NotSupportedError(description="the vendor is not known")
        return answer


@mutant("rejected-boot-call-error", "The BootNotification of a rejected station is answered with CALLERROR.")
class _RejectedBootCallError(CoreHandlers):
    async def boot_notification(self, station: Station, payload: Payload) -> Payload:
        answer = await super().boot_notification(station, payload)
        if answer["status"] == "Rejected":
            raise SecurityError(description="the station is rejected")
        return answer


@mutant("heartbeat-extra-member", "Heartbeat.conf has a member that is not defined.")
class _HeartbeatExtraMember(CoreHandlers):
    def heartbeat(self, station: Station, payload: Payload) -> Payload:
        return {**super().heartbeat(station, payload), "interval": self.settings.interval}


@mutant("status-notification-extra-member", "StatusNotification.conf has a member that is not defined.")
class _StatusNotificationExtraMember(CoreHandlers):
    async def status_notification(self, station: Station, payload: Payload) -> Payload:
        return {**await super().status_notification(station, payload), "status": "Accepted"}


@mutant("refusals-unanswered", "A CALL that is to be refused is not answered.")
class _RefusalsUnanswered(Session):
    def refuse(self, call: Call, error: OCPPError) -> None: ...


@mutant("nothing-answered", "No message of a station is answered.")
class _NothingAnswered(Session):
    def receive(self, data: bytes) -> None: ...
