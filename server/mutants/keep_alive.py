"""Mutants of the signs of life of a connection (OCPP-J 1.6 5.3)."""

from __future__ import annotations

from websockets.frames import Opcode

from server.connection import Connection
from server.mutants.registry import mutant
from server.stations import Station

IDLE = 1.0
"""Seconds without a message after which the mutant gives a connection up."""


@mutant(
    "idle-dropped",
    "A station that pings but sends no message for a while is dropped.",
    faults=["steve-community/steve#1844"],
    remarks=True,
)
class _IdleDropped(Connection):
    def opened(self, station: Station, subprotocol: str | None) -> None:
        self._idle = self._loop.call_later(IDLE, self.abort)
        super().opened(station, subprotocol)

    def _message(self, opcode: Opcode, data: bytes) -> None:
        self._idle.cancel()
        self._idle = self._loop.call_later(IDLE, self.abort)
        super()._message(opcode, data)


@mutant(
    "half-open-unnoticed",
    "A station that has fallen silent counts as connected for ever.",
    faults=["steve-community/steve#357", "steve-community/steve#828", "citrineos/citrineos-core#583"],
    remarks=True,
)
class _HalfOpenUnnoticed(Connection):
    def keep_alive(self) -> None:
        self._heard = True
        super().keep_alive()
