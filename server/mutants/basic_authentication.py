"""Defects of Basic authentication (security white paper A00.FR.201 to A00.FR.205)."""

from __future__ import annotations

from typing import Any

from websockets.http11 import Request

from server.core.credentials import BASIC, TLS
from server.core.entrance import PLAIN
from server.core.handshake import Handshake, Refusal
from server.core.stations import Station
from server.core.tls import PeerCertificate
from server.mutants.registry import mutant
from server.mutants.rows import Row, stubs

stubs(Handshake, "password_fits", Row("basic-refused", "Good Basic credentials are refused like bad ones.", False))


@mutant("basic-asked-once", "A station that has given good credentials once need not give any again.")
class _AskedOnce(Handshake):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.trusted: set[str] = set()

    def password_fits(self, station: Station, request: Request) -> bool:
        if super().password_fits(station, request):
            self.trusted.add(station.id)
        return station.id in self.trusted


class _Lenient(Handshake):
    """Takes more passwords for good than the one of the station."""

    def password_fits(self, station: Station, request: Request) -> bool:
        """Return whether the request has credentials that look good."""
        given = self.basic(request)
        return given is not None and self.user_fits(station, given[0]) and self.takes(station, given[1])

    def takes(self, station: Station, password: bytes) -> bool:
        """Return whether a password is taken for good."""
        raise NotImplementedError


@mutant("basic-empty-password-good", "An empty password is good for every station.")
class _EmptyPasswordGood(_Lenient):
    def takes(self, station: Station, password: bytes) -> bool:
        return not password or station.credentials.know(password)


@mutant("basic-password-tail-ignored", "What follows the twentieth byte of a password is not looked at.")
class _TailIgnored(_Lenient):
    def takes(self, station: Station, password: bytes) -> bool:
        return station.credentials.know(password[:20])


@mutant("basic-password-case-folded", "Passwords are compared without regard to case.")
class _CaseFolded(_Lenient):
    def takes(self, station: Station, password: bytes) -> bool:
        return any(map(station.credentials.know, (password, password.swapcase())))


@mutant("basic-of-any-station", "The credentials of any station let every station in.")
class _OfAnyStation(Handshake):
    def password_fits(self, station: Station, request: Request) -> bool:
        user, _ = self.basic(request) or (b"", b"")
        owner = self.stations.get(user.decode(errors="replace")) or station
        return super().password_fits(owner, request)


@mutant("basic-unreadable-good", "An Authorization header that cannot be read is taken for a good one.")
class _UnreadableGood(Handshake):
    def password_fits(self, station: Station, request: Request) -> bool:
        unreadable = "Authorization" in request.headers and self.basic(request) is None
        return unreadable or super().password_fits(station, request)


# Which profile it is for


@mutant("password-replaces-certificate", "A password lets a station of profile 3 in at the endpoint of profile 2.")
class _ReplacesCertificate(Handshake):
    def profiles(self, station: Station) -> tuple[int, ...]:
        return tuple({TLS} & self.entrance.profiles) or tuple(super().profiles(station))


@mutant("certificate-replaces-password", "A client certificate lets a station of profile 2 in without a password.")
class _ReplacesPassword(Handshake):
    def authenticate(
        self, station: Station, request: Request, certificate: PeerCertificate | None = None
    ) -> Refusal | None:
        if self.certificate_fits(station, certificate):
            return None
        return super().authenticate(station, request, certificate)


@mutant(
    "plain-endpoint-for-all",
    "Basic credentials without TLS let in stations that are to use TLS.",
    faults=["steve-community/steve#2067"],
)
class _PlainForAll(Handshake):
    def profiles(self, station: Station) -> tuple[int, ...]:
        return (BASIC,) if self.entrance is PLAIN else tuple(super().profiles(station))
