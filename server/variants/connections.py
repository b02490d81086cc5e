"""Variants of what happens to connections: limits, pings, and the end of old ones (RFC 6455, OCPP-J 1.6 5)."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from http import HTTPStatus
from typing import ClassVar

from websockets.extensions.base import ServerExtensionFactory
from websockets.frames import CloseCode
from websockets.http11 import Request

from server.core.connection import Connection
from server.core.handshake import Handshake, Refusal
from server.core.session import Session
from server.core.stations import Station
from server.variants.registry import VARIANTS, Variant, variant

# Messages and pings

VARIANTS.add(
    Variant(
        "messages-up-to-64-kib",
        "A message of more than 64 KiB ends the connection with 1009.",
        (),
        grounds="RFC 6455 7.4.1 and 10.4; the default of Tomcat, Spring and many gateways",
        settings={"max_message_size": 64 * 1024},
        target={"features": {"longest_message": 64 * 1024}},
    )
)
VARIANTS.add(
    Variant(
        "pings-every-second",
        "The central system pings every second of its own accord.",
        (),
        grounds="RFC 6455 5.5.2, OCPP-J 1.6 5.3",
        settings={"ping_interval": 1.0},
        target={"policies": {"silence_limit": 2.0}},
    )
)
VARIANTS.add(
    Variant(
        "never-pings",
        "The central system never pings, and drops nobody for silence.",
        (),
        grounds="OCPP-J 1.6 5.3: pings are the business of the station",
        settings={"ping_interval": 3600.0},
        target={"policies": {"silence_limit": None}},
    )
)


@variant("compression-declined", "No extension of WebSocket is agreed to.", grounds="RFC 6455 9.1, RFC 7692 5.1")
class _CompressionDeclined(Connection):
    def extensions(self) -> Sequence[ServerExtensionFactory]:
        return ()


@variant("binary-ignored", "Binary messages are ignored.", grounds="OCPP-J 1.6 4.1.2 is silent on the reaction")
class _BinaryIgnored(Connection):
    def binary(self) -> None:
        pass


# Texts that cannot be read


class _ClosesOnUnreadable(Session):
    """Ends the connection over a text that is not JSON, or no array."""

    code: ClassVar[int]

    def ignore(self, problem: str) -> None:
        super().ignore(problem)
        if "JSON" in problem:
            self.connection.close(self.code, problem)


_SILENT = "OCPP-J 1.6 is silent on what is no message"


@variant("unreadable-closes-1002", "An unreadable text ends the connection with 1002.", grounds=_SILENT)
class _Unreadable1002(_ClosesOnUnreadable):
    code = CloseCode.PROTOCOL_ERROR


@variant("unreadable-closes-1007", "An unreadable text ends the connection with 1007.", grounds=_SILENT)
class _Unreadable1007(_ClosesOnUnreadable):
    code = CloseCode.INVALID_DATA


@variant("unreadable-closes-1008", "An unreadable text ends the connection with 1008.", grounds=_SILENT)
class _Unreadable1008(_ClosesOnUnreadable):
    code = CloseCode.POLICY_VIOLATION


@variant("unreadable-closes-1011", "An unreadable text ends the connection with 1011.", grounds=f"{_SILENT}; SteVe")
class _Unreadable1011(_ClosesOnUnreadable):
    code = CloseCode.INTERNAL_ERROR


# A second connection of the same identity; the reference closes the old one with 1008

_SECOND = "OCPP-J 1.6 does not say what becomes of the old connection"


@variant("old-connection-closes-1000", "The old connection of an identity ends with 1000.", grounds=_SECOND)
class _OldCloses1000(Session):
    code_when_replaced = CloseCode.NORMAL_CLOSURE


@variant("old-connection-closes-1001", "The old connection of an identity ends with 1001.", grounds=_SECOND)
class _OldCloses1001(Session):
    code_when_replaced = CloseCode.GOING_AWAY


@variant("old-connection-stays", "The old connection of an identity is served as well.", grounds=f"{_SECOND}; SteVe")
class _OldStays(Session):
    def replaced(self) -> None:
        self.fail_outstanding("the station has connected again")


@variant(
    "second-connection-refused",
    "A station that is connected is not let in a second time.",
    grounds=f"{_SECOND}; CitrineOS and ocpp-go refuse the new one",
)
class _SecondRefused(Handshake):
    def station(self, request: Request) -> Station | Refusal:
        station = super().station(request)
        if isinstance(station, Station) and station in self.links:
            return Refusal(HTTPStatus.CONFLICT, "The station is connected.\n")
        return station


# What the target file of a product can say of its manners

SETTLE, GAP, RATE = 0.15, 0.2, 40
"""Seconds until a connection is listened to, seconds between two connections, messages of a station per second."""


@variant(
    "first-frame-lost",
    "What a station sends right after the handshake is lost.",
    grounds="products that subscribe to the messages of a connection after the handshake",
    target={"stations": {"settle": 2 * SETTLE}},
)
class _FirstFrameLost(Session):
    def take_over(self) -> None:
        self.listens = asyncio.get_running_loop().time() + SETTLE
        super().take_over()

    def receive(self, data: bytes) -> None:
        if asyncio.get_running_loop().time() >= self.listens:
            super().receive(data)


@variant(
    "messages-rationed",
    "A station that sends too many messages within a second is cut off with 1008.",
    grounds="RFC 6455 7.4.1; gateways with a limit per connection",
    target={"stations": {"pace": RATE / 2}},
)
class _MessagesRationed(Session):
    latest: ClassVar[defaultdict[str, deque[float]]] = defaultdict(lambda: deque(maxlen=RATE))

    def receive(self, data: bytes) -> None:
        now, latest = asyncio.get_running_loop().time(), self.latest[self.station.id]
        if len(latest) == RATE and now - latest[0] < 1:
            self.connection.close(CloseCode.POLICY_VIOLATION, "too many messages")
            return
        latest.append(now)
        super().receive(data)


_ended: dict[str, float] = {}


class _EndNoted(Session):
    def lost(self, why: str) -> None:
        super().lost(why)
        _ended[self.station.id] = asyncio.get_running_loop().time()


@variant(
    "reconnect-too-early-refused",
    "A station that comes back at once is refused with 503.",
    grounds="RFC 9110 15.6.4; products that clear up after a connection before they take the next",
    target={"stations": {"reconnect_gap": 2 * GAP}},
    also=(_EndNoted,),
)
class _ReconnectTooEarlyRefused(Handshake):
    def station(self, request: Request) -> Station | Refusal:
        ended = _ended.get(self.identity(request.path) or "", 0.0)
        if asyncio.get_running_loop().time() - ended < GAP:
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "The station comes back too early.\n")
        return super().station(request)


ARRIVALS = 150
"""Stations that are let in within a second."""


@variant(
    "arrivals-rationed",
    "Of many stations that come at once, some are refused with 503 until others have been let in.",
    grounds="RFC 9110 15.6.4; products that shield themselves from all stations coming back at the same moment",
)
class _ArrivalsRationed(Handshake):
    latest: ClassVar[deque[float]] = deque(maxlen=ARRIVALS)

    def station(self, request: Request) -> Station | Refusal:
        now, latest = asyncio.get_running_loop().time(), self.latest
        if len(latest) == ARRIVALS and now - latest[0] < 1:
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "Too many stations come at once.\n")
        latest.append(now)
        return super().station(request)
