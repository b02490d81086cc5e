"""What follows a message to which no certain answer is owed: reactions of any kind, and a sign of life."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.ocppj import Call, CallResult, Frame, elements
from harness.trace import Entry, Event
from harness.verdict import SHALL, SHOULD, Checks, Clause, Level
from simulators.connection import Closed, Upgraded
from simulators.observation import Answer, Silence
from simulators.station import Station


class Service(StrEnum):
    """How a station is served after something went wrong."""

    KEPT = "served on the same connection"
    WEDGED = "served on the same connection, but after a wedge"
    RENEWED = "served on a new connection, for the old one was closed"
    REFUSED = "served on a new connection only, while Heartbeats on the old one are refused"
    MUTE = "a wedge: served on a new connection only, while the old one stays open and mute"
    ENDED = "not served any more, on a new connection neither"


@dataclass(frozen=True, slots=True)
class SignOfLife:
    """How a station is served, and for how many seconds the CALL that found it out was without an answer."""

    service: Service
    seconds: float

    def __str__(self) -> str:
        lasting = f" ({self.seconds:.1f} s)" if self.service in (Service.WEDGED, Service.MUTE) else ""
        return f"{self.service}{lasting}"

    def judge(self, check: Checks, *, clause: Clause, closing: Level | None = SHALL) -> None:
        """Check that the station is served on: a valid CALL on an open connection is owed its answer in any case.

        ``closing`` is the level that is violated by closing the connection, None where that is as good. A wedge
        that passes by itself only remarks.
        """
        good = (Service.KEPT, Service.RENEWED) if closing is None else (Service.KEPT,)
        levels = {Service.WEDGED: SHOULD, Service.RENEWED: closing or SHALL}
        expected = " or ".join(good)
        level = levels.get(self.service, SHALL)
        check.that(self.service in good, expected, observed=self, clause=clause, level=level)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What the central system made of one message: its reactions, and how it serves the station since."""

    life: SignOfLife
    reactions: tuple[Entry, ...]

    @property
    def results(self) -> tuple[str, ...]:
        """The reactions that are CALLRESULTs, however malformed."""
        return tuple(one.text for one in self.reactions if (elements(one.text) or [None])[0] == 3)

    @property
    def texts(self) -> tuple[str, ...]:
        """All reactions as they were on the wire."""
        return tuple(one.text for one in self.reactions)


async def sign_of_life(station: Station, *, watch: float = 0.0) -> SignOfLife:
    """Ask for a sign of life on the connection of a station, or else on a new one.

    It is owed within patience; a wedge is watched for ``watch`` seconds more, to see whether it passes.
    """
    clock = asyncio.get_running_loop().time
    began = clock()
    outcome = await station.probe(patience=station.patience + watch)
    seconds = clock() - began
    if isinstance(outcome, Answer):
        return SignOfLife(Service.KEPT if seconds <= station.patience else Service.WEDGED, seconds)
    if not isinstance(await station.knock(), Upgraded) or not isinstance(await station.probe(), Answer):
        return SignOfLife(Service.ENDED, seconds)
    match outcome:
        case Closed():
            return SignOfLife(Service.RENEWED, seconds)
        case Silence():
            return SignOfLife(Service.MUTE, seconds)
    return SignOfLife(Service.REFUSED, seconds)


async def aftermath(station: Station, message: Frame | Sequence[Any] | str | bytes) -> Aftermath:
    """Send a message of any kind and return what follows it, up to the answer to a probe."""
    sent = await station.send(message)
    life = await sign_of_life(station)
    probed = {entry.frame.unique_id for entry in station.trace if isinstance(entry.frame, Call) and entry is not sent}
    heard = [entry for entry in station.received(sent.index) if entry.event in (Event.TEXT, Event.BINARY)]
    reactions = tuple(
        entry
        for entry in heard
        if not isinstance(entry.frame, Call)
        and not (isinstance(entry.frame, CallResult) and entry.frame.unique_id in probed)
    )
    return Aftermath(life, reactions)
