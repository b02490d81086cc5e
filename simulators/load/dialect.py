"""What a station has to say under load, apart from the OCPP version in which it says it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from harness.ocppj import Call, CallError, Payload
from harness.versions import Version


def _nothing(*_: Payload) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Message:
    """One CALL that is to be sent.

    ``payload`` is made when it is sent; None where there is nothing to be said any longer. ``answered`` is told the
    payload of its CALLRESULT, ``failed`` is called where there is none. A message that is ``kept`` waits for the next
    connection where there is none.
    """

    action: str
    payload: Callable[[], Payload | None]
    answered: Callable[[Payload], None] = _nothing
    failed: Callable[[], None] = _nothing
    kept: bool = False


Step = tuple[float, Message]
"""Seconds after the beginning at which a message is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charging:
    """How a transaction goes: how long it takes and how far apart its meter values are, in seconds."""

    lasts: float
    every: float

    @property
    def readings(self) -> int:
        """How many MeterValues it has."""
        return max(0, int(self.lasts / self.every))


class Dialect(Protocol):
    """One OCPP version as stations speak it under load; it keeps nothing of any of them."""

    version: Version
    actions: Sequence[str]
    """The actions of its CALLs."""

    def boot(self, answered: Callable[[Payload], None]) -> Message:
        """Return the message that a station begins with."""
        ...

    def statuses(self) -> Sequence[Message]:
        """Return what is due after an accepted boot."""
        ...

    def heartbeat(self) -> Message:
        """Return a sign of life."""
        ...

    def reading(self) -> Message:
        """Return meter values outside of any transaction."""
        ...

    def authorization(self, tag: str) -> Message:
        """Return the question whether a tag may charge."""
        ...

    def transaction(self, tag: str, charging: Charging, chance: Random) -> Iterator[Step]:
        """Yield what a station sends over a whole transaction, in order."""
        ...

    def backlog(self, tag: str, since: float, charging: Charging, chance: Random) -> Iterator[Message]:
        """Yield the messages of a transaction that went on while the station was offline, ``since`` seconds ago."""
        ...

    def answer(self, call: Call) -> Payload | CallError:
        """Return the answer to a CALL of the central system."""
        ...


def messages_of(charging: Charging) -> int:
    """Return how many messages a transaction takes: Authorize, two status messages, start, readings, end."""
    return 5 + charging.readings
