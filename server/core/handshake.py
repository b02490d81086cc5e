"""The opening handshake: which station is it, may it come in, and which version is spoken."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import unquote

from websockets.http11 import Request

from server.core import instants, security_events
from server.core.authority import Authority
from server.core.credentials import BASIC, MUTUAL_TLS, NONE, STORE, TLS
from server.core.entrance import Entrance
from server.core.frame_log import FrameLog
from server.core.links import Links
from server.core.metrics import Metrics
from server.core.settings import ServerSettings
from server.core.stations import Station, Stations
from server.core.store import Store
from server.core.tls import PeerCertificate

UNANSWERED = "none"
"""What a peer is answered that is turned away without an HTTP answer and without a close code."""

MAX_REASON = 200
"""Characters of the reason that are logged when a peer is turned away."""

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="OCPP"'}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP answer that ends the handshake."""

    status: HTTPStatus
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Handshake:
    """Decides on requests to connect at one endpoint (OCPP-J 1.6 section 3, security white paper A00)."""

    path = "/ocpp/"

    def __init__(
        self,
        subprotocols: Sequence[str],
        entrance: Entrance,
        settings: ServerSettings,
        *,
        stations: Stations,
        links: Links,
        authority: Authority,
        store: Store,
        metrics: Metrics,
        log: FrameLog,
    ) -> None:
        """Prepare it; ``subprotocols`` are those of the versions that are served."""
        self.subprotocols = subprotocols
        self.entrance = entrance
        self.settings = settings
        self.stations = stations
        self.links = links
        self.authority = authority
        self.store = store
        self.metrics = metrics
        self.log = log

    def station(self, request: Request) -> Station | Refusal:
        """Return the station that wants to connect; an unknown one is not found (OCPP-J 1.6 3.2)."""
        identity = self.identity(request.path)
        station = self.stations.get(identity) if identity else None
        settings = self.settings
        if station is None and identity and settings.accept_unknown and settings.security_profile == NONE:
            station = self.stations.admit(identity)
        return station or Refusal(HTTPStatus.NOT_FOUND, "There is no such station.\n")

    def identity(self, path: str) -> str | None:
        """Return the decoded identity, which is the last segment of the path (OCPP-J 1.6 3.1.1)."""
        path = path.partition("?")[0]
        if not path.startswith(self.path):
            return None
        segment = path.removeprefix(self.path)
        try:
            return unquote(segment, errors="strict") if segment and "/" not in segment else None
        except UnicodeDecodeError:
            return None

    def subprotocol(self, offered: Sequence[str]) -> str | None:
        """Return the first version offered that is spoken: the station prefers it (RFC 6455 4.1, OCPP-J 2.0.1 3.1.2).

        With None the connection ends at once (OCPP-J 1.6 3.2).
        """
        return next((one for one in offered if one in self.subprotocols), None)

    # Who proves what

    def authenticate(
        self, station: Station, request: Request, certificate: PeerCertificate | None = None
    ) -> Refusal | None:
        """Return why a station may not come in, None if it has proven who it is (white paper A00.FR.001)."""
        refusal: Refusal | None = None
        for profile in self.profiles(station):
            problem = self.problem(profile, station, request, certificate)
            if problem is None:
                self.proven(station, profile, request)
                return None
            refusal = refusal or problem
        refusal = refusal or Refusal(HTTPStatus.FORBIDDEN, "The station uses another security profile.\n")
        self.refused(station, refusal)
        return refusal

    def profiles(self, station: Station) -> Sequence[int]:
        """Return the security profiles that the station may use here, the one that counts first."""
        return [profile for profile in station.credentials.profiles if profile in self.entrance.profiles]

    def problem(
        self, profile: int, station: Station, request: Request, certificate: PeerCertificate | None
    ) -> Refusal | None:
        """Return what is wrong under one security profile, None if nothing is."""
        if profile in (BASIC, TLS):
            good = self.password_fits(station, request)
            return None if good else Refusal(HTTPStatus.UNAUTHORIZED, "The credentials are not good.\n", _CHALLENGE)
        if profile == MUTUAL_TLS and not self.certificate_fits(station, certificate):
            return Refusal(HTTPStatus.FORBIDDEN, "The certificate is not one of this station.\n")
        return None

    def password_fits(self, station: Station, request: Request) -> bool:
        """Return whether the request has the credentials of the station (A00.FR.203 to A00.FR.205)."""
        given = self.basic(request)
        if given is None:
            return False
        user, password = given
        return self.user_fits(station, user) and station.credentials.know(password)

    def basic(self, request: Request) -> tuple[bytes, bytes] | None:
        """Return user name and password of a request, None where it has none that can be read (RFC 7617 2)."""
        values = request.headers.get_all("Authorization")
        if len(values) != 1:
            return None
        scheme, _, token = values[0].partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            user, colon, password = base64.b64decode(token.strip(), validate=True).partition(b":")
        except ValueError:
            return None
        return (user, password) if colon else None

    def user_fits(self, station: Station, user: bytes) -> bool:
        """Return whether the user name is the identity of the station (A00.FR.204)."""
        return user == station.id.encode()

    def certificate_fits(self, station: Station, certificate: PeerCertificate | None) -> bool:
        """Return whether the station has shown a certificate of its own; its path is validated already."""
        return (
            certificate is not None
            and self.organisation_fits(certificate)
            and self.name_fits(station, certificate)
            and not self.authority.revoked(certificate.serial)
        )

    def organisation_fits(self, certificate: PeerCertificate) -> bool:
        """Return whether a certificate is one of the operator of the stations (A00.FR.404)."""
        return certificate.organisation == self.settings.organisation

    def name_fits(self, station: Station, certificate: PeerCertificate) -> bool:
        """Return whether a certificate names this very station (A00.FR.405)."""
        return certificate.common_name is not None and self.stations.named(station, certificate.common_name)

    def proven(self, station: Station, profile: int, request: Request) -> None:
        """Give up credentials that a station shows not to need any more (A01.FR.03, A05.FR.09)."""
        given = self.basic(request) if profile in (BASIC, TLS) else None
        credentials = station.credentials.proven(profile, given[1] if given else None)
        if credentials != station.credentials:
            station.credentials = credentials
            stored = self.store.append(STORE, credentials.row(station.id), None)
            self.log.watch(stored, "credentials not stored", station=station.id)

    def refused(self, station: Station, refusal: Refusal) -> None:
        """Note a refusal as a security event (A00.FR.323)."""
        info, at = f"{refusal.status.value} {refusal.text.strip()}", instants.now()
        noted = self.store.write(lambda tx: security_events.note(tx, station.id, security_events.REFUSED, at, info))
        self.log.watch(noted, "security event not stored", station=station.id)

    def turned_away(self, peer: str, answer: str, why: str, identity: str | None = None) -> None:
        """Note that a peer was not let in; ``answer`` is an HTTP status, a close code or UNANSWERED."""
        self.metrics.turned_away[answer] += 1
        self.log.note("refused", peer=peer, station=identity, answer=answer, reason=why[:MAX_REASON])

    def failed_tls(self, peer: str, why: str) -> None:
        """Note that a peer was not let in because there was no TLS with it."""
        self.turned_away(peer, UNANSWERED, why)
