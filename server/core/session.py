"""One connection of a station: its CALLs are answered, and the central system's own CALLs go out."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from ocpp.exceptions import (
    InternalError,
    NotImplementedError,  # noqa: A004  (that is its name in ocpp)
    NotSupportedError,
    OCPPError,
    ProtocolError,
    SecurityError,
)
from ocpp.messages import Call, CallError, CallResult
from websockets.frames import CloseCode

from server.core.bundle import Handler, Service
from server.core.call_queue import LOST, CallQueue
from server.core.connection import Connection
from server.core.frame_log import FrameLog
from server.core.framing import (
    CALL,
    CALLERROR,
    CALLRESULT,
    BrokenAnswer,
    BrokenCall,
    Framing,
    Outgoing,
    Unreadable,
)
from server.core.links import CallFailed, Links
from server.core.metrics import Metrics
from server.core.stations import Station, Stations
from server.core.store import StoreError
from server.core.validation import Payload, PayloadSchema

MAX_REMEMBERED_IDS = 4096
"""Unique ids of one connection that are remembered to recognise one that comes twice."""

_ERROR_CODES = frozenset(error.code for error in OCPPError.__subclasses__())


class Session:
    """Serves one connection of one station."""

    code_when_replaced: ClassVar[int] = CloseCode.POLICY_VIOLATION

    def __init__(
        self,
        service: Service,
        framing: Framing,
        station: Station,
        connection: Connection,
        *,
        links: Links,
        stations: Stations,
        queue: CallQueue,
        metrics: Metrics,
        log: FrameLog,
    ) -> None:
        """Take the station over from whatever connection it had before; it speaks the version of ``service``."""
        self.service = service
        self.bundle = service.bundle
        self.handlers = service.handlers
        self.framing = framing
        self.station = station
        self.connection = connection
        self.links = links
        self.stations = stations
        self.queue = queue
        self.metrics = metrics
        self.log = log
        self._ignored: str | None = None
        self._serving: dict[str, asyncio.Future[Payload]] = {}
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._outstanding: dict[str, tuple[PayloadSchema, asyncio.Future[Payload]]] = {}
        self.take_over()

    # The life of a session.

    def take_over(self) -> None:
        """Become the connection of the station; the one it had is closed."""
        self.station.version = self.bundle.version
        self.links.begin(self.station, self)
        self.heard()
        self.log.note("connected", station=self.station.id, peer=self.connection.peer, version=self.bundle.version)
        self.queue.wake(self.station)

    def replaced(self) -> None:
        """Give way to a newer connection of the same station."""
        self.fail_outstanding(f"{LOST}: the station has connected again")
        self.connection.close(self.code_when_replaced, "the station has connected again")

    def close(self, code: int, reason: str) -> None:
        """Begin to end the connection."""
        self.connection.close(code, reason)

    def abort(self) -> None:
        """End the connection at once."""
        self.connection.abort()

    def lost(self, why: str) -> None:
        """Learn that the connection has ended, and why; a newer one of the station is not touched by that."""
        self.fail_outstanding(f"{LOST}: {why}")
        self.log.note("disconnected", station=self.station.id, peer=self.connection.peer, reason=why)
        if self.links.end(self.station, self):
            self.station.triggered.clear()
            self.stations.remember(self.station)

    def fail_outstanding(self, reason: str) -> None:
        """End what the station still owes."""
        for _, answer in self._outstanding.values():
            if not answer.done():
                answer.set_exception(CallFailed(reason))
        self._outstanding.clear()

    def heard(self) -> None:
        """Note a sign of life (OCPP 1.6 4.6)."""
        self.station.last_heard = time.time()

    # Frames that come in.

    def receive(self, data: bytes) -> None:
        """Take one text message."""
        began = time.perf_counter()
        self.heard()
        if self.log.enabled:
            self.log.frame(self.station.id, "received", data)
        try:
            message = self.framing.decode(data)
        except BrokenCall as broken:
            self.metrics.message(self.bundle.version, "received", "call", "invalid")
            self.refuse(Call(broken.unique_id, "", {}), broken.error)
        except BrokenAnswer as broken:
            failure = CallFailed(f"invalid answer: {broken}")
            self.answered(broken.unique_id, lambda _: failure)
        except Unreadable as problem:
            self.ignore(str(problem))
        else:
            if isinstance(message, Call):
                self.serve(message, began)
            elif isinstance(message, CallResult):
                self.take_result(message)
            else:
                self.take_error(message)

    def ignore(self, problem: str) -> None:
        """Leave a message unanswered."""
        self.metrics.ignored += 1
        self._ignored = problem
        self.log.note("ignored", station=self.station.id, problem=problem)

    # CALLs of the station.

    def serve(self, call: Call, began: float) -> None:
        """Answer a CALL, now or when its handler is done."""
        action = call.action if call.action in self.handlers else "other"
        self.metrics.message(self.bundle.version, "received", "call", action)
        try:
            self.check_unique(call.unique_id)
            handler = self.route(call.action)
            self.check_admitted(call.action)
            self.check_payload(call.action, call.payload)
            answer = handler(self.station, call.payload)
        except Exception as error:
            self.refuse(call, self.error_for(call.action, error))
            return
        if isinstance(answer, dict):
            self.answer(call, answer, began)
        else:
            self.connection.owe(1)
            serving = self._serving[call.unique_id] = asyncio.ensure_future(answer)
            serving.add_done_callback(partial(self._settled, call, began))

    def check_unique(self, unique_id: str) -> None:
        """Raise ProtocolError for a unique id that this connection has seen (OCPP-J 1.6 4.1.4)."""
        if unique_id in self._seen:
            raise ProtocolError(description="the unique id has been used before")
        self._seen[unique_id] = None
        if len(self._seen) > MAX_REMEMBERED_IDS:
            self._seen.popitem(last=False)

    def check_admitted(self, action: str) -> None:
        """Raise SecurityError for what a station may not send before it is accepted (OCPP-J 1.6 errata 3.8)."""
        if self.station.accepted or action in self.bundle.unaccepted:
            return
        if self.station.triggered[action] > 0:
            self.station.triggered[action] -= 1
            return
        raise SecurityError(description="the station is not accepted yet: a BootNotification comes first")

    def route(self, action: str) -> Handler:
        """Return the handler of an action; raises NotImplementedError or NotSupportedError of ``ocpp``."""
        handler = self.handlers.get(action)
        if handler is not None:
            return handler
        if action in self.bundle.actions:
            raise NotSupportedError(description="the action is not served here")
        raise NotImplementedError(description="the action is not known")

    def check_payload(self, action: str, payload: Payload) -> None:
        """Raise the OCPPError that fits the first violation of the schema."""
        schema = self.bundle.schemas.request(action)
        if not schema.is_valid(payload):
            raise schema.violation(payload) or InternalError()

    def error_for(self, action: str, error: Exception) -> OCPPError:
        """Return the CALLERROR for what a handler raised; of a defect only the log learns more."""
        if isinstance(error, OCPPError):
            return error
        if isinstance(error, StoreError):
            self.log.note("store failed", station=self.station.id, action=action, reason=str(error))
            return InternalError(description="the message could not be stored")
        self.metrics.failures += 1
        self.log.failure("failure", error, station=self.station.id, action=action)
        return InternalError(description="the message could not be processed")

    def answer(self, call: Call, payload: Payload, began: float) -> None:
        """Send a CALLRESULT."""
        self.emit(Outgoing(self.bundle.version, call.action, [CALLRESULT, call.unique_id, payload], call.payload))
        self.metrics.answered(self.bundle.version, call.action, time.perf_counter() - began)
        self.queue.wake(self.station)

    def refuse(self, call: Call, error: OCPPError) -> None:
        """Send a CALLERROR; that of a CALL which repeats the id of one being served comes after the answer to that."""
        if (first := self._serving.get(call.unique_id)) is not None:
            self.connection.owe(1)
            first.add_done_callback(partial(self._refuse_late, call, error))
            return
        self.metrics.refusal("sent", error.code)
        frame = [CALLERROR, call.unique_id, error.code, error.description or "", {}]
        self.emit(Outgoing(self.bundle.version, call.action, frame, call.payload))

    def _refuse_late(self, call: Call, error: OCPPError, first: asyncio.Future[Payload]) -> None:
        self.refuse(call, error)
        self.connection.owe(-1)

    def _settled(self, call: Call, began: float, future: asyncio.Future[Payload]) -> None:
        self._serving.pop(call.unique_id, None)
        if not future.cancelled():
            error = future.exception()
            if error is None:
                self.answer(call, future.result(), began)
            elif isinstance(error, Exception):
                self.refuse(call, self.error_for(call.action, error))
        self.connection.owe(-1)

    # CALLs of the central system.

    def call(self, action: str, payload: Payload) -> asyncio.Future[Payload]:
        """Send a CALL and return the future of its answer, which may end in CallFailed."""
        unique_id, self._ignored = self.new_id(), None
        answer: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._outstanding[unique_id] = self.bundle.schemas.response(action), answer
        answer.add_done_callback(lambda _: self._outstanding.pop(unique_id, None))
        self.metrics.message(self.bundle.version, "sent", "call", action)
        self.emit(Outgoing(self.bundle.version, action, [CALL, unique_id, action, payload]))
        return answer

    def silence(self, seconds: float) -> CallFailed:
        """Return the failure of the CALL that was sent last and was not answered, with what came in its stead."""
        instead = f"; a message was ignored: {self._ignored}" if self._ignored else ""
        return CallFailed(f"timeout: no answer within {seconds:g} s{instead}")

    def new_id(self) -> str:
        """Return a unique id that was never used before (OCPP-J 1.6 4.1.4)."""
        return str(uuid.uuid4())

    def take_result(self, result: CallResult) -> None:
        """Complete the CALL that a CALLRESULT answers."""
        self.metrics.message(self.bundle.version, "received", "result", "")

        def judge(schema: PayloadSchema) -> Payload | CallFailed:
            violation = schema.violation(result.payload)
            payload: Payload = result.payload
            return CallFailed(f"invalid answer: {violation.description}") if violation else payload

        self.answered(result.unique_id, judge)

    def take_error(self, error: CallError) -> None:
        """Complete the CALL that a CALLERROR answers; any code ends it."""
        code = error.error_code if error.error_code in _ERROR_CODES else "other"
        self.metrics.refusal("received", code)
        text = f"CALLERROR {error.error_code[:100]}: {error.error_description[:255]}"
        self.answered(error.unique_id, lambda _: CallFailed(text))

    def answered(self, unique_id: str, judge: Callable[[PayloadSchema], Payload | CallFailed]) -> None:
        """Complete the CALL of this unique id; an answer that nobody waits for is ignored and never answered."""
        schema, answer = self._outstanding.pop(unique_id, (None, None))
        if schema is None or answer is None or answer.done():
            self.ignore("an answer that nobody waits for")
            return
        outcome = judge(schema)
        if isinstance(outcome, CallFailed):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)

    # What all of it needs.

    def emit(self, message: Outgoing) -> None:
        """Send a message: every one passes here before it is encoded."""
        self.send(self.framing.encode(message))

    def send(self, data: bytes) -> None:
        """Send one frame, and log it as what has become of it."""
        sent = self.connection.send(data)
        if self.log.enabled:
            self.log.frame(self.station.id, "sent" if sent else "unsent", data)
