"""Mutants of the signs of life of a connection (OCPP-J 1.6 5.3)."""

from __future__ import annotations

from websockets.frames import Opcode

from server.core.connection import Connection
from server.core.stations import Station
from server.mutants.registry import mutant


class _Impatient(Connection):
    """Gives a connection up on which no message comes for a while."""

    def patience(self) -> float:
        """Return the while, in seconds."""
        raise NotImplementedError

    def opened(self, station: Station, subprotocol: str | None) -> None:
        self._idle = self._loop.call_later(self.patience(), self.abort)
        super().opened(station, subprotocol)

    def _message(self, opcode: Opcode, data: bytes) -> None:
        self._idle.cancel()
        self._idle = self._loop.call_later(self.patience(), self.abort)
        super()._message(opcode, data)


@mutant(
    "idle-dropped",
    "A station that pings but sends no message for a while is dropped.",
    faults=["steve-community/steve#1844"],
    remarks=True,
)
class _IdleDropped(_Impatient):
    def patience(self) -> float:
        return 1.0


@mutant(
    "dropped-within-the-interval",
    "A station that sends no message for most of the heartbeat interval is dropped.",
    faults=["evcc-io/evcc#33099"],
    remarks=True,
)
class _DroppedWithinTheInterval(_Impatient):
    def patience(self) -> float:
        return 0.8 * self.settings.interval


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
