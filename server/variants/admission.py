"""Variants of the handshake: how those are turned away who may not come in (OCPP-J 1.6 3.2)."""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar

from ocpp.v16.enums import RegistrationStatus
from websockets.http11 import Request, Response

from server.core.connection import Connection
from server.core.handshake import Handshake, Refusal
from server.core.stations import Station
from server.core.tls import PeerCertificate
from server.variants.registry import VARIANTS, Variant, variant

_NOT_FOUND = "OCPP-J 1.6 3.2 only recommends 404"

VARIANTS.add(
    Variant(
        "unknown-stations-accepted",
        "A station that nobody has registered is registered at its first contact.",
        (),
        grounds="OCPP 1.6 4.2 leaves to the operator whom he accepts",
        settings={"accept_unknown": True},
        target={"policies": {"unknown_stations": "accepted"}},
    )
)


class _UnknownRefused(Handshake):
    """Refuses an unknown station with another status code than 404."""

    status: ClassVar[HTTPStatus]

    def station(self, request: Request) -> Station | Refusal:
        found = super().station(request)
        return Refusal(self.status, "Not allowed.\n") if isinstance(found, Refusal) else found


@variant("unknown-stations-401", "An unknown station is refused with 401.", grounds=f"{_NOT_FOUND}; MaEVe")
class _Unknown401(_UnknownRefused):
    status = HTTPStatus.UNAUTHORIZED


@variant("unknown-stations-403", "An unknown station is refused with 403.", grounds=_NOT_FOUND)
class _Unknown403(_UnknownRefused):
    status = HTTPStatus.FORBIDDEN


@variant(
    "unknown-stations-rejected",
    "An unknown station is let in, and its BootNotification is answered Rejected.",
    grounds="OCPP 1.6 4.2, OCPP-J 1.6 3.2",
    target={"policies": {"unknown_stations": "rejected"}},
)
class _UnknownRejected(Handshake):
    def station(self, request: Request) -> Station | Refusal:
        found, identity = super().station(request), self.identity(request.path)
        if isinstance(found, Station) or not identity:
            return found
        station = self.stations.admit(identity)
        station.registration = RegistrationStatus.rejected.value
        return station


@variant(
    "bad-credentials-403",
    "Credentials that are missing or wrong are refused with 403.",
    grounds="security white paper A00.FR.206 asks for a refusal, not for a status code",
)
class _BadCredentials403(Handshake):
    def problem(
        self, profile: int, station: Station, request: Request, certificate: PeerCertificate | None
    ) -> Refusal | None:
        refusal = super().problem(profile, station, request, certificate)
        return refusal and Refusal(HTTPStatus.FORBIDDEN, refusal.text)


@variant(
    "subprotocol-refused-400",
    "A handshake without a common subprotocol is refused with 400.",
    grounds="RFC 6455 4.2.2; SteVe, and the expectation of TC_088_CSMS",
)
class _SubprotocolRefused400(Connection):
    def respond(self, request: Request) -> tuple[Response, Station | None]:
        response, station = super().respond(request)
        if station is not None and self._websocket.subprotocol is None:
            return self._websocket.reject(HTTPStatus.BAD_REQUEST, "No common subprotocol.\n"), None
        return response, station
