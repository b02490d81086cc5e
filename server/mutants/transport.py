"""Defects of handshake and admission: who is let in, as whom, and with which version."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from ocpp.exceptions import OccurenceConstraintViolationError, ProtocolError, SecurityError
from ocpp.messages import Call
from sqlalchemy import Connection as Database
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

from server.core.call_queue import LOST
from server.core.connection import Connection
from server.core.handshake import Handshake, Refusal
from server.core.operator import Operator
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.core import CoreHandlers


def _replace(message: Request | Response, name: str, value: str) -> None:
    if name in message.headers:
        del message.headers[name]
    message.headers[name] = value


# The request and its answer


@mutant("handshake-connection-header-missing", "The answer that upgrades has no Connection header.")
class _ConnectionHeaderMissing(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        response, station = super().respond(request)
        del response.headers["Connection"]
        return response, station


@mutant("handshake-accept-constant", "Sec-WebSocket-Accept is the same for every key.")
class _AcceptConstant(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        response, station = super().respond(request)
        _replace(response, "Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        return response, station


@mutant("handshake-any-version", "Every Sec-WebSocket-Version is taken for 13.")
class _AnyVersion(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        _replace(request, "Sec-WebSocket-Version", "13")
        return super().respond(request)


@mutant("handshake-key-optional", "A handshake without Sec-WebSocket-Key is upgraded.")
class _KeyOptional(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        if "Sec-WebSocket-Key" not in request.headers:
            request.headers["Sec-WebSocket-Key"] = "AAAAAAAAAAAAAAAAAAAAAA=="
        return super().respond(request)


@mutant("handshake-upgrade-unasked", "A request that asks for no upgrade is upgraded.")
class _UpgradeUnasked(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        _replace(request, "Upgrade", "websocket")
        _replace(request, "Connection", "Upgrade")
        return super().respond(request)


@mutant("handshake-any-method", "A request with any method is upgraded.")
class _AnyMethod(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        request.method = "GET"
        return super().respond(request)


@mutant("handshake-case-sensitive", "The token websocket is only recognised in lower case.")
class _CaseSensitive(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        if request.headers.get_all("Upgrade") != ["websocket"]:
            _replace(request, "Upgrade", "unknown")
        return super().respond(request)


@mutant("handshake-extension-unasked", "The answer selects permessage-deflate without an offer.")
class _ExtensionUnasked(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        response, station = super().respond(request)
        _replace(response, "Sec-WebSocket-Extensions", "permessage-deflate")
        return response, station


@mutant(
    "handshake-origin-refused",
    "A handshake with an Origin header is refused.",
    faults=["thoughtworks/maeve-csms@2004598"],
    remarks=True,
)
class _OriginRefused(Handshake):
    def station(self, request: Request) -> Station | Refusal:
        if "Origin" in request.headers:
            return Refusal(HTTPStatus.FORBIDDEN, "The origin is not allowed.\n")
        return super().station(request)


# Subprotocols


@mutant(
    "subprotocol-unnamed",
    "The answer does not name the subprotocol that was selected.",
    faults=["jchristn/WatsonWebsocket#153"],
)
class _SubprotocolUnnamed(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        response, station = super().respond(request)
        if "Sec-WebSocket-Protocol" in response.headers:
            del response.headers["Sec-WebSocket-Protocol"]
        return response, station


@mutant("subprotocol-upper-case", "The answer names the subprotocol in upper case.")
class _SubprotocolUpperCase(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        response, station = super().respond(request)
        if "Sec-WebSocket-Protocol" in response.headers:
            _replace(response, "Sec-WebSocket-Protocol", "OCPP1.6")
        return response, station


@mutant("subprotocol-all-named", "The answer repeats all subprotocols that were offered.")
class _SubprotocolAllNamed(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        response, station = super().respond(request)
        if "Sec-WebSocket-Protocol" in response.headers:
            _replace(response, "Sec-WebSocket-Protocol", ", ".join(request.headers.get_all("Sec-WebSocket-Protocol")))
        return response, station


@mutant("subprotocol-assumed", "ocpp1.6 is selected whatever the station offers.")
class _SubprotocolAssumed(Handshake):
    def subprotocol(self, offered: Sequence[str]) -> str | None:
        return self.subprotocols[0]


@mutant(
    "subprotocol-not-needed",
    "A station is served without a common subprotocol.",
    faults=["lbbrhzn/ocpp#85", "lorenzodonini/ocpp-go#107"],
)
class _SubprotocolNotNeeded(Connection):
    def opened(self, station: Station, subprotocol: str | None) -> None:
        super().opened(station, subprotocol or self.handshake.subprotocols[0])


@mutant("mixed-offer-unserved", "A version is chosen from an offer of several, but then not served.")
class _MixedOfferUnserved(Connection):
    mixed = False

    def respond(self, request: Request) -> tuple[Response, Station | None]:
        self.mixed = "," in ",".join(request.headers.get_all("Sec-WebSocket-Protocol"))
        return super().respond(request)

    def opened(self, station: Station, subprotocol: str | None) -> None:
        if not self.mixed:
            super().opened(station, subprotocol)


@mutant("subprotocol-first-only", "Only the first subprotocol that is offered is considered.")
class _SubprotocolFirstOnly(Handshake):
    def subprotocol(self, offered: Sequence[str]) -> str | None:
        return super().subprotocol(offered[:1])


@mutant("subprotocol-first-header-only", "Of several headers with subprotocols only the first is read.", remarks=True)
class _SubprotocolFirstHeaderOnly(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        for first in request.headers.get_all("Sec-WebSocket-Protocol")[:1]:
            _replace(request, "Sec-WebSocket-Protocol", first)
        return super().respond(request)


# Identities


@mutant("identity-before-a-slash", "The identity in the URL must be followed by a slash.")
class _IdentityBeforeASlash(Handshake):
    def identity(self, path: str) -> str | None:
        return super().identity(path[:-1]) if path.endswith("/") else None


@mutant("identity-of-the-latest-boot", "Transactions are booked for the station that booted last.")
class _IdentityOfTheLatestBoot(CoreHandlers):
    async def boot_notification(self, station: Station, payload: Payload) -> Payload:
        self.latest = station
        return await super().boot_notification(station, payload)

    def start(self, tx: Database, station: Station, payload: Payload) -> Payload:
        return super().start(tx, self.latest, payload)


@mutant("operations-broadcast", "An operation for one station is performed on every station that is connected.")
class _OperationsBroadcast(Operator):
    async def perform(self, id: str, action: str, payload: Mapping[str, Any], version: str | None = None) -> str:
        for other in self.known_stations:
            if other in self.links and other.id != id:
                await super().perform(other.id, action, payload, version)
        return await super().perform(id, action, payload, version)


@mutant(
    "unknown-station-admitted",
    "A station that nobody has registered is let in and accepted.",
    faults=["gregszalay/ocpp-csms#2"],
)
class _UnknownStationAdmitted(Handshake):
    def station(self, request: Request) -> Station | Refusal:
        found, identity = super().station(request), self.identity(request.path)
        return self.stations.admit(identity) if isinstance(found, Refusal) and identity else found


@mutant(
    "unknown-station-stack-trace",
    "A station that nobody has registered is answered HTTP 500 and a stack trace.",
    faults=["steve-community/steve#202"],
    remarks=True,
)
class _UnknownStationStackTrace(Handshake):
    def station(self, request: Request) -> Station | Refusal:
        found = super().station(request)
        page = "<html><body><h1>HTTP Status 500</h1><pre>java.lang.NullPointerException</pre></body></html>\n"
        return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, page) if isinstance(found, Refusal) else found


# Loss and return


@mutant(
    "loss-unnoticed",
    "A lost connection still counts as the station's, which cannot come back.",
    faults=["lorenzodonini/ocpp-go#314", "lorenzodonini/ocpp-go#358"],
)
class _LossUnnoticed(Connection):
    def opened(self, station: Station, subprotocol: str | None) -> None:
        if station in self.handshake.links:
            self.close(CloseCode.TRY_AGAIN_LATER, "already connected")
        else:
            super().opened(station, subprotocol)

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None:
            super().connection_lost(exc)


@mutant("loss-stops-everything", "The loss of one connection ends all others.")
class _LossStopsEverything(Connection):
    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for link in self.handshake.links if exc is not None else ():
            link.abort()


@mutant("boot-per-connection", "Every connection has to begin with a BootNotification.")
class _BootPerConnection(Session):
    booted = False

    def check_admitted(self, action: str) -> None:
        self.booted = self.booted or action == "BootNotification"
        super().check_admitted(action)
        if not self.booted:
            raise SecurityError(description="no BootNotification on this connection")


@mutant("boot-only-once", "A station that was accepted cannot boot again.")
class _BootOnlyOnce(Session):
    def check_admitted(self, action: str) -> None:
        super().check_admitted(action)
        if action == "BootNotification" and self.station.accepted:
            raise ProtocolError(description="already booted")


@mutant("boot-recorded-once", "The firmware version on record is that of the first boot.")
class _BootRecordedOnce(Session):
    def serve(self, call: Call, began: float) -> None:
        known = self.station.firmware_version
        if call.action == "BootNotification" and known:
            call.payload.get("chargingStation", call.payload)["firmwareVersion"] = known
        super().serve(call, began)


@mutant("reconnect-keeps-the-old-connection", "Commands go to the first connection that a station ever had.")
class _ReconnectKeepsTheOldConnection(Session):
    def take_over(self) -> None:
        if self.station not in self.links:
            super().take_over()

    def lost(self, why: str) -> None:
        self.fail_outstanding(LOST)


@mutant("call-sent-twice", "Every CALL of the central system is sent twice, with two ids.")
class _CallSentTwice(Session):
    def call(self, action: str, payload: Payload) -> asyncio.Future[Payload]:
        self.log.watch(super().call(action, payload), "first answer")
        return super().call(action, payload)


@mutant(
    "old-close-ends-new-session",
    "The end of an old connection ends the session that the station has on a newer one.",
    faults=["OpenEMS/openems#2906", "lbbrhzn/ocpp#2122", "sap-labs-france/ev-server#2388"],
)
class _OldCloseEndsNewSession(Session):
    def lost(self, why: str) -> None:
        super().lost(why)
        self.links.end(self.station, self.links.of(self.station) or self)


@mutant(
    "old-close-closes-new-connection",
    "The end of an old connection that was left open closes the newer one of the station.",
    faults=["OpenEMS/openems#2906", "lbbrhzn/ocpp#2122", "sap-labs-france/ev-server#2388"],
)
class _OldCloseClosesNewConnection(Session):
    def replaced(self) -> None:
        self.fail_outstanding(LOST)

    def lost(self, why: str) -> None:
        super().lost(why)
        if (newer := self.links.of(self.station)) is not None:
            newer.abort()


@mutant(
    "reconnect-of-another-version",
    "After a reconnect, a BootNotification is judged as one of another version of OCPP.",
    faults=["lbbrhzn/ocpp#2008"],
)
class _ReconnectOfAnotherVersion(Session):
    def check_payload(self, action: str, payload: Payload) -> None:
        super().check_payload(action, payload)
        wanted = {"1.6": "chargingStation", "2.0.1": "chargePointVendor"}[self.bundle.version]
        if action == "BootNotification" and self.station.answered and wanted not in payload:
            raise OccurenceConstraintViolationError(description=f"{wanted}: breaks the rule required")
