"""Mutants that only alter what is sent, as rows: a name, a sentence, which messages, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack

from ocpp.exceptions import OCPPError

from server.core.framing import CALL, CALLERROR, CALLRESULT, Outgoing
from server.core.session import Session
from server.core.validation import Payload
from server.mutants.registry import mutant

Change = Callable[[Payload], Payload]
"""Returns the payload that is sent in place of another, which it leaves as it is."""

Test = Callable[[Payload], bool]


class About(TypedDict, total=False):
    """What is known of a mutant beyond its defect; see ``registry.Mutant``."""

    faults: list[str]
    remarks: bool


def _always(payload: Payload) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Which messages a row is about: None stands for any.

    ``when`` is asked about their own payload, ``to`` about that of the CALL which they answer.
    """

    kinds: frozenset[int] = field(default=frozenset({CALL, CALLRESULT, CALLERROR}))
    actions: tuple[str, ...] = ()
    version: str | None = None
    when: Test = _always
    to: Test = _always

    def has(self, message: Outgoing) -> bool:
        """Return whether a message is one of them."""
        return (
            message.kind in self.kinds
            and (not self.actions or message.action in self.actions)
            and self.version in (None, message.version)
            and (self.when is _always or self.when(payload_of(message)))
            and (self.to is _always or self.to(message.asked or {}))
        )


def request(*actions: str, version: str | None = None, when: Test = _always) -> Sent:
    """Return the CALLs of some actions, without any those of all."""
    return Sent(kinds=frozenset({CALL}), actions=actions, version=version, when=when)


def response(*actions: str, version: str | None = None, when: Test = _always, to: Test = _always) -> Sent:
    """Return the CALLRESULTs to some actions, without any those to all."""
    return Sent(kinds=frozenset({CALLRESULT}), actions=actions, version=version, when=when, to=to)


ERRORS = Sent(kinds=frozenset({CALLERROR}))
"""All CALLERRORs."""


# What becomes of them


def alters(name: str, sentence: str, sent: Sent, how: Change, **about: Unpack[About]) -> None:
    """Declare a mutant that changes the payload of messages."""
    reframes(name, sentence, sent, lambda frame: with_payload(frame, how(frame[_place(frame)])), **about)


def reframes(
    name: str, sentence: str, sent: Sent, how: Callable[[list[Any]], list[Any]], **about: Unpack[About]
) -> None:
    """Declare a mutant that changes the frame of messages; ``how`` returns the frame that is sent in place of one."""

    @mutant(name, sentence, **about)
    class _Reframed(Session):
        def emit(self, message: Outgoing) -> None:
            super().emit(message._replace(frame=how(message.frame)) if sent.has(message) else message)


def rewrites(name: str, sentence: str, sent: Sent, how: Callable[[bytes], bytes], **about: Unpack[About]) -> None:
    """Declare a mutant that changes the text of messages."""

    @mutant(name, sentence, **about)
    class _Rewritten(Session):
        def emit(self, message: Outgoing) -> None:
            if sent.has(message):
                self.send(how(self.framing.encode(message)))
            else:
                super().emit(message)


def loses(name: str, sentence: str, sent: Sent, **about: Unpack[About]) -> None:
    """Declare a mutant that does not send messages."""

    @mutant(name, sentence, **about)
    class _Lost(Session):
        def emit(self, message: Outgoing) -> None:
            if not sent.has(message):
                super().emit(message)


def fails(name: str, sentence: str, sent: Sent, error: type[OCPPError], problem: str, **about: Unpack[About]) -> None:
    """Declare a mutant that sends a CALLERROR in place of a CALLRESULT, though it has done what it was asked for."""
    reframes(name, sentence, sent, lambda frame: [CALLERROR, frame[1], error.code, problem, {}], **about)


def refuses(
    name: str,
    sentence: str,
    actions: tuple[str, ...] | str,
    error: type[OCPPError],
    problem: str,
    *,
    when: Test = _always,
    **about: Unpack[About],
) -> None:
    """Declare a mutant that answers valid CALLs of some actions, all without any, with a CALLERROR."""
    refused = (actions,) if isinstance(actions, str) else actions

    @mutant(name, sentence, **about)
    class _Refused(Session):
        def check_payload(self, action: str, payload: Payload) -> None:
            super().check_payload(action, payload)
            if (not refused or action in refused) and when(payload):
                raise error(description=problem)


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


def payload_of(message: Outgoing) -> Payload:
    """Return the payload of a CALL or a CALLRESULT, the details of a CALLERROR."""
    payload: Payload = message.frame[_place(message.frame)]
    return payload


def with_payload(frame: list[Any], payload: Payload) -> list[Any]:
    """Return a frame with another payload."""
    at = _place(frame)
    return [*frame[:at], payload, *frame[at + 1 :]]


def _place(frame: list[Any]) -> int:
    return {CALL: 3, CALLRESULT: 2, CALLERROR: 4}[frame[0]]
