"""Defects that show once the network has failed a station: what is left of a connection, and who may come back."""

from __future__ import annotations

from collections import Counter, defaultdict
from http import HTTPStatus
from typing import ClassVar

from ocpp.exceptions import SecurityError
from websockets.frames import CloseCode, Opcode
from websockets.http11 import Request

from server.core.connection import Connection
from server.core.handshake import Handshake, Refusal
from server.core.operator import Operator
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant


@mutant(
    "lost-without-close-unnoticed", "A connection that ends without a close frame counts on, and nobody comes back."
)
class _LostWithoutCloseUnnoticed(Connection):
    def opened(self, station: Station, subprotocol: str | None) -> None:
        if station in self.handshake.links:
            self.close(CloseCode.TRY_AGAIN_LATER, "already connected")
        else:
            super().opened(station, subprotocol)

    def _finish(self) -> None:
        if self._websocket.close_rcvd is not None:
            super()._finish()


@mutant("torn-message-kept", "What a lost connection left of a message is put before all later ones of its station.")
class _TornMessageKept(Connection):
    torn: ClassVar[defaultdict[Station, bytes]] = defaultdict(bytes)
    station: Station | None = None

    def opened(self, station: Station, subprotocol: str | None) -> None:
        self.station = station
        super().opened(station, subprotocol)

    def eof_received(self) -> None:
        if self.station is not None:
            self.torn[self.station] += bytes(self._websocket.reader.buffer)
        super().eof_received()

    def _message(self, opcode: Opcode, data: bytes) -> None:
        super()._message(opcode, self.torn[self.station] + data if self.station else data)


MOST = 8
"""Connections that one station may lose."""


@mutant("lost-connections-counted", "Lost connections count on, and a station that has lost eight is not let in.")
class _LostConnectionsCounted(Connection):
    lost: ClassVar[Counter[Station]] = Counter()
    station: Station | None = None

    def opened(self, station: Station, subprotocol: str | None) -> None:
        if self.lost[station] >= MOST:
            self.close(CloseCode.TRY_AGAIN_LATER, "too many connections")
            return
        self.station = station
        super().opened(station, subprotocol)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.station is not None and self._websocket.close_rcvd is None:
            self.lost[self.station] += 1
        super().connection_lost(exc)


class _Booting(Session):
    booted = False

    def check_admitted(self, action: str) -> None:
        super().check_admitted(action)
        self.booted = self.booted or action == "BootNotification"


@mutant(
    "shown-offline-after-return",
    "A station that has come back is shown as offline until it boots.",
    also=(_Booting,),
    remarks=True,
)
class _ShownOfflineAfterReturn(Operator):
    def station(self, id: str) -> Payload:
        link = self.links.of(self.known(id))
        return super().station(id) | {"online": isinstance(link, _Booting) and link.booted}


# The handshake, and the boot after it


@mutant("handshake-in-one-piece", "A request to connect that does not arrive in one piece is dropped.")
class _HandshakeInOnePiece(Connection):
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._asked:
            self.abort()


@mutant("torn-handshake-ends-others", "A connection that is lost before its request is complete ends all others.")
class _TornHandshakeEndsOthers(Connection):
    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for link in self.handshake.links if not self._asked else ():
            link.abort()


@mutant("lost-before-boot-refused", "A station that lost its first connection before it booted cannot boot any more.")
class _LostBeforeBootRefused(Session):
    unbooted: ClassVar[set[Station]] = set()

    def check_admitted(self, action: str) -> None:
        super().check_admitted(action)
        if action == "BootNotification" and self.station in self.unbooted:
            raise SecurityError(description="the station has another session")

    def lost(self, why: str) -> None:
        super().lost(why)
        if self.station.answered is None:
            self.unbooted.add(self.station)


@mutant("decision-while-away-lost", "A decision on a station that is away is forgotten.")
class _DecisionWhileAwayLost(Operator):
    async def set_registration(self, id: str, registration: str) -> None:
        if self.known(id) in self.links:
            await super().set_registration(id, registration)


# Connections that are dead


class _NeverSilent(Connection):
    def keep_alive(self) -> None:
        self._heard = True
        super().keep_alive()


@mutant(
    "dead-connection-blocks",
    "A station is not let in while it has a connection, and one that died without a word is kept.",
    also=(_NeverSilent,),
    remarks=True,
)
class _DeadConnectionBlocks(Handshake):
    def station(self, request: Request) -> Station | Refusal:
        station = super().station(request)
        if isinstance(station, Station) and station in self.links:
            return Refusal(HTTPStatus.CONFLICT, "The station is connected.\n")
        return station
