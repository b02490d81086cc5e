"""Mutants of messages, as rows of tables: a name, a sentence, and what becomes of some messages.

A table is about messages of one kind: ``alters(request("Reset"), Row(...), ...)`` makes a mutant of each row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, Generic, TypeVar

from ocpp.exceptions import OCPPError
from ocpp.messages import CallResult
from websockets.frames import CloseCode

from server.core import instants
from server.core.framing import CALL, CALLERROR, CALLRESULT, Framing, Outgoing
from server.core.session import Session
from server.core.validation import Payload
from server.mutants.registry import mutant

Change = Callable[[Payload], Payload]
"""Returns the payload that is sent in place of another, which it leaves as it is."""

Frame = list[Any]
Test = Callable[[Payload], bool]
T = TypeVar("T")
Encode = Callable[[Framing, Outgoing], bytes | None]


def _always(payload: Payload) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    """One mutant of a table: ``how`` says what it does to the messages that the table is about.

    It does so ``when`` their payload is of some kind, or that of the CALL which they answer ``to``. The rest is as in
    ``registry.Mutant``.
    """

    name: str
    sentence: str
    how: T
    when: Test = _always
    to: Test = _always
    faults: Sequence[str] = ()
    remarks: bool = False

    def declare(self, part: type) -> None:
        """Declare a part as this mutant."""
        mutant(self.name, self.sentence, faults=self.faults, remarks=self.remarks)(part)


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages of one kind, of some actions or all, of one version or all."""

    kind: int
    actions: tuple[str, ...] = ()
    version: str | None = None

    def are_of(self, version: str, action: str) -> bool:
        """Return whether those of an action of a version are among them."""
        return self.version in (None, version) and (not self.actions or action in self.actions)

    def have(self, message: Outgoing, row: Row[T]) -> bool:
        """Return whether a message is one of them that a row is about."""
        return (
            message.kind == self.kind
            and self.are_of(message.version, message.action)
            and row.when(message.frame[_PAYLOAD[self.kind]])
            and row.to(message.asked or {})
        )


def request(*actions: str, version: str | None = None) -> Messages:
    """Return the CALLs of some actions, without any those of all."""
    return Messages(CALL, actions, version)


def response(*actions: str, version: str | None = None) -> Messages:
    """Return the CALLRESULTs to some actions, without any those to all."""
    return Messages(CALLRESULT, actions, version)


ERRORS = Messages(CALLERROR)
"""All CALLERRORs."""

_PAYLOAD = {CALL: 3, CALLRESULT: 2, CALLERROR: 4}

# Tables


def alters(sent: Messages, *rows: Row[Change]) -> None:
    """Declare mutants that change the payload of messages."""
    for row in rows:
        row.declare(altered(sent, row))


def altered(sent: Messages, row: Row[Change]) -> type[Session]:
    """Return the part of a mutant that changes the payload of messages."""
    return _altered(sent, row, partial(_reframed, partial(_with_payload, _PAYLOAD[sent.kind], row.how)))


def reframes(sent: Messages, *rows: Row[Callable[[Frame], Frame]]) -> None:
    """Declare mutants that change the frame of messages."""
    for row in rows:
        row.declare(_altered(sent, row, partial(_reframed, row.how)))


def fails(sent: Messages, *rows: Row[OCPPError]) -> None:
    """Declare mutants that send a CALLERROR in place of a CALLRESULT, though they have done what they were asked."""
    for row in rows:
        row.declare(_altered(sent, row, partial(_reframed, partial(_failed, row.how))))


def rewrites(sent: Messages, *rows: Row[Callable[[bytes], bytes]]) -> None:
    """Declare mutants that change the text of messages."""
    for row in rows:
        row.declare(_altered(sent, row, partial(_rewritten, row.how)))


def loses(sent: Messages, *rows: Row[Callable[[Frame], bool]]) -> None:
    """Declare mutants that do not send messages with some frames."""
    for row in rows:
        row.declare(_altered(sent, row, partial(_kept, row.how)))


def refuses(received: Messages, *rows: Row[OCPPError]) -> None:
    """Declare mutants that answer valid CALLs with a CALLERROR, and do nothing that they ask for."""
    for row in rows:
        _refuse(received, row)


def closes(*rows: Row[Callable[[Payload], bool]]) -> None:
    """Declare mutants that end the connection over some answers of a station."""
    for row in rows:
        _close(row)


def _close(row: Row[Callable[[Payload], bool]]) -> None:
    class Closing(Session):
        def take_result(self, result: CallResult) -> None:
            super().take_result(result)
            if row.how(result.payload):
                self.connection.close(CloseCode.INTERNAL_ERROR, "the answer could not be processed")

    row.declare(Closing)


def stubs(part: type, method: str, *rows: Row[Any]) -> None:
    """Declare mutants in which a method of a part only returns a value; raises AttributeError where there is none."""
    for row in rows:
        row.declare(type("Stubbed", (part,), {method: _stub(getattr(part, method), row.how)}))


def _stub(method: Callable[..., Any], value: Any) -> Callable[..., Any]:
    def stub(*_: Any, **__: Any) -> Any:
        return value

    async def waited_for(*_: Any, **__: Any) -> Any:
        return value

    return waited_for if iscoroutinefunction(method) else stub


def _altered(sent: Messages, row: Row[Any], encode: Encode) -> type[Session]:
    class Altered(Session):
        def emit(self, message: Outgoing) -> None:
            if not sent.have(message, row):
                super().emit(message)
            elif (data := encode(self.framing, message)) is not None:
                self.send(data)

    return Altered


def _refuse(received: Messages, row: Row[OCPPError]) -> None:
    class Refusing(Session):
        def check_payload(self, action: str, payload: Payload) -> None:
            super().check_payload(action, payload)
            if received.are_of(self.bundle.version, action) and row.when(payload):
                raise type(row.how)(row.how.description)

    row.declare(Refusing)


def _with_payload(at: int, how: Change, frame: Frame) -> Frame:
    return [*frame[:at], how(frame[at]), *frame[at + 1 :]]


def _failed(error: OCPPError, frame: Frame) -> Frame:
    return [CALLERROR, frame[1], error.code, error.description, {}]


def _reframed(how: Callable[[Frame], Frame], framing: Framing, message: Outgoing) -> bytes:
    return framing.encode(message._replace(frame=how(message.frame)))


def _rewritten(how: Callable[[bytes], bytes], framing: Framing, message: Outgoing) -> bytes:
    return how(framing.encode(message))


def _kept(lost: Callable[[Frame], bool], framing: Framing, message: Outgoing) -> bytes | None:
    return None if lost(message.frame) else framing.encode(message)


# Changes of a payload


def put(**members: Any) -> Change:
    """Return the change that sets members."""
    return lambda payload: {**payload, **members}


def fill(**members: Any) -> Change:
    """Return the change that sets members where they are missing."""
    return lambda payload: {**members, **payload}


def drop(*names: str) -> Change:
    """Return the change that leaves members out."""
    return lambda payload: {name: value for name, value in payload.items() if name not in names}


def only(*names: str) -> Change:
    """Return the change that leaves all other members out."""
    return lambda payload: {name: value for name, value in payload.items() if name in names}


def turn(**members: Callable[[Any], Any]) -> Change:
    """Return the change that makes something else of members, where they are there."""
    return lambda payload: payload | {name: how(payload[name]) for name, how in members.items() if name in payload}


def within(*path: str, how: Change) -> Change:
    """Return the change of an object, or of all in a list, at the end of a path, where it is there."""
    if not path:
        return how
    inner = within(*path[1:], how=how)
    return turn(**{path[0]: lambda value: [*map(inner, value)] if isinstance(value, list) else inner(value)})


# Changes of a frame, or of a value


def code(how: Callable[[str], str]) -> Callable[[Frame], Frame]:
    """Return the change that makes something else of the code of a CALLERROR."""
    return lambda frame: [*frame[:2], how(frame[2]), *frame[3:]]


def swap(one: Any, other: Any) -> Callable[[Any], Any]:
    """Return what takes two values for each other, and leaves others as they are."""
    return lambda value: {one: other, other: one}.get(value, value)


def exchange(old: Any, new: Any) -> Callable[[Any], Any]:
    """Return what puts one value in the place of another, and leaves others as they are."""
    return lambda value: new if value == old else value


def shifted(**by: float) -> Callable[[str], str]:
    """Return what gives an instant as another, by so many hours, minutes or whatever ``timedelta`` takes."""
    return lambda instant: instants.to_wire(instants.parse(instant) + timedelta(**by))
