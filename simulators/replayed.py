"""Stations that say what somebody has them say, word by word."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from harness.ocppj import Call, Frame
from harness.trace import Entry
from simulators.inbox import IncomingCall
from simulators.observation import Answer, Refusal
from simulators.station import Station
from simulators.v16 import ChargePoint
from simulators.v201 import ChargingStation


class Replayed(Station):
    """A station whose CALLs and answers are given; ``taken`` says of a CALL whether its answer is."""

    taken: Callable[[IncomingCall], bool]

    async def put(self, message: Sequence[Any]) -> asyncio.Future[Answer | Refusal]:
        """Send a CALL, whatever it looks like, and return what its answer will be; raises Inconclusive."""
        answer: asyncio.Future[Answer | Refusal] = asyncio.get_running_loop().create_future()
        self._answers[str(message[1])] = answer
        await self.send(message)
        return answer

    def react(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something without making anybody wait; what goes wrong in it comes to light when the station leaves."""
        self._spawn(work)

    def heard(self, frame: Frame, entry: Entry) -> None:
        """Hand out a CALL to whom it concerns; one that nobody takes is answered as a correct station does."""
        if not (isinstance(frame, Call) and self.taken(IncomingCall(self, frame, entry))):
            super().heard(frame, entry)


class ReplayedChargePoint(Replayed, ChargePoint):
    """One that speaks OCPP 1.6."""


class ReplayedChargingStation(Replayed, ChargingStation):
    """One that speaks OCPP 2.0.1."""


REPLAYED = {kind.version.name: kind for kind in (ReplayedChargePoint, ReplayedChargingStation)}
"""OCPP version → the station that speaks it."""
