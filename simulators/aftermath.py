"""What follows a message to which no certain answer is owed: reactions of any kind, and how the station is served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.ocppj import Call, CallResult, Frame, elements
from harness.trace import Entry, Event
from simulators.connection import Closed, Upgraded
from simulators.observation import Answer
from simulators.station import Station


class Service(StrEnum):
    """How a station is served after something went wrong."""

    KEPT = "served on the same connection"
    RENEWED = "served on a new connection, for the old one was closed"
    DEAF = "served on a new connection only, while the old one stayed open and silent"
    ENDED = "not served any more"


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What the central system made of one message: its reactions, and how it serves the station since."""

    service: Service
    reactions: tuple[Entry, ...]

    @property
    def results(self) -> tuple[str, ...]:
        """The reactions that are CALLRESULTs, however malformed."""
        return tuple(one.text for one in self.reactions if (elements(one.text) or [None])[0] == 3)

    @property
    def texts(self) -> tuple[str, ...]:
        """All reactions as they were on the wire."""
        return tuple(one.text for one in self.reactions)


async def service(station: Station) -> Service:
    """Learn how a station is still served, on its connection or else on a new one."""
    outcome = await station.probe()
    if isinstance(outcome, Answer):
        return Service.KEPT
    if isinstance(await station.knock(), Upgraded) and isinstance(await station.probe(), Answer):
        return Service.RENEWED if isinstance(outcome, Closed) else Service.DEAF
    return Service.ENDED


async def aftermath(station: Station, message: Frame | Sequence[Any] | str | bytes) -> Aftermath:
    """Send a message of any kind and return what follows it, up to the answer to a probe."""
    sent = await station.send(message)
    served = await service(station)
    probed = {entry.frame.unique_id for entry in station.trace if isinstance(entry.frame, Call) and entry is not sent}
    heard = [entry for entry in station.received(sent.index) if entry.event in (Event.TEXT, Event.BINARY)]
    reactions = tuple(
        entry
        for entry in heard
        if not isinstance(entry.frame, Call)
        and not (isinstance(entry.frame, CallResult) and entry.frame.unique_id in probed)
    )
    return Aftermath(served, reactions)
