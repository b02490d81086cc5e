"""Defects that show once many stations come at the same moment."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from ocpp.messages import Call
from websockets.frames import CloseCode

from server.core.connection import Connection
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant


class _SingleFile(Session):
    """Serves some CALLs one after the other, whichever station they come from."""

    free: ClassVar[float] = 0.0
    takes: ClassVar[float]

    def in_file(self, call: Call) -> bool:
        """Return whether a CALL is one of them."""
        return True

    def serve(self, call: Call, began: float) -> None:
        if not self.in_file(call):
            super().serve(call, began)
            return
        loop = asyncio.get_running_loop()
        kind = type(self)
        kind.free = max(kind.free, loop.time()) + self.takes
        loop.call_at(kind.free, super().serve, call, began)


@mutant("boots-in-single-file", "Stations boot one after the other, each for 0.1 s.")
class _BootsInSingleFile(_SingleFile):
    takes = 0.1

    def in_file(self, call: Call) -> bool:
        return bool(call.action == "BootNotification")


@mutant("calls-in-single-file", "CALLs are served one after the other, each for 0.1 s.")
class _CallsInSingleFile(_SingleFile):
    takes = 0.1


@mutant("boots-mixed-up", "Of stations that boot at the same moment, one is recorded with what another has told.")
class _BootsMixedUp(Session):
    latest: ClassVar[Payload] = {}

    def serve(self, call: Call, began: float) -> None:
        if call.action == "BootNotification":
            _BootsMixedUp.latest = call.payload
            asyncio.get_running_loop().call_later(0.02, self._boot, call, began)
        else:
            super().serve(call, began)

    def _boot(self, call: Call, began: float) -> None:
        if ("chargingStation" in call.payload) is ("chargingStation" in self.latest):
            call.payload = self.latest
        super().serve(call, began)


MOST = 300
"""Connections that there may be."""


@mutant("lost-connections-fill-up", "Connections that were lost count on, and there may be 300 of them.")
class _LostConnectionsFillUp(Connection):
    lost: ClassVar[int] = 0

    def opened(self, station: Station, subprotocol: str | None) -> None:
        if self.lost + len(self.handshake.links) >= MOST:
            self.close(CloseCode.TRY_AGAIN_LATER, "too many connections")
        else:
            super().opened(station, subprotocol)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.receiver is not None or self._websocket.close_rcvd is None:
            _LostConnectionsFillUp.lost += 1
        super().connection_lost(exc)
