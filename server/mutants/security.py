"""Mutants of the security profiles and of the security extension (security white paper A00 to A05, L01, M, N01)."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ocpp.v16.enums import Action
from sqlalchemy import Connection
from websockets.http11 import Request

from server.core.authority import Authority
from server.core.call_queue import Operation
from server.core.credentials import Credentials
from server.core.handshake import Handshake, Refusal
from server.core.stations import Station
from server.core.tls import PeerCertificate, Tls
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, stubs
from server.v16.certificates import Certificates
from server.v16.security import Security
from server.v16.station_keys import StationKeys

if TYPE_CHECKING:
    from server.core import pki

# Who may come in


stubs(Handshake, "authenticate",
    Row("security-profile-ignored", "A station may connect without the security profile that it is configured for.",
        None),
)  # fmt: skip


@mutant("basic-password-unchecked", "Any password is good as long as the user name is right.")
class _PasswordUnchecked(Handshake):
    def password_fits(self, station: Station, request: Request) -> bool:
        given = self.basic(request)
        return given is not None and self.user_fits(station, given[0])


stubs(Handshake, "user_fits",
    Row("basic-user-unchecked", "The user name of Basic credentials need not be the identity of the station.", True),
)  # fmt: skip


@mutant("basic-optional", "A request without credentials is let in, one with bad ones is not.")
class _BasicOptional(Handshake):
    def password_fits(self, station: Station, request: Request) -> bool:
        return not request.headers.get_all("Authorization") or super().password_fits(station, request)


@mutant("basic-challenge-missing", "A 401 answer has no WWW-Authenticate header.", remarks=True)
class _ChallengeMissing(Handshake):
    def problem(
        self, profile: int, station: Station, request: Request, certificate: PeerCertificate | None
    ) -> Refusal | None:
        refusal = super().problem(profile, station, request, certificate)
        return refusal and Refusal(refusal.status, refusal.text)


@mutant("basic-password-text-only", "Passwords that are no UTF-8 text are refused.", remarks=True)
class _TextOnly(Handshake):
    def basic(self, request: Request) -> tuple[bytes, bytes] | None:
        given = super().basic(request)
        try:
            return given and (given[0], given[1].decode().encode())
        except UnicodeDecodeError:
            return None


stubs(Handshake, "name_fits",
    Row("certificate-of-any-station", "A station may connect with the client certificate of another one.", True),
)  # fmt: skip
stubs(Handshake, "organisation_fits",
    Row("certificate-of-any-organisation", "Client certificates of every organisation are good.", True),
)  # fmt: skip
stubs(Authority, "revoked",
    Row("certificate-revocation-ignored", "Client certificates that are revoked stay good.", False, remarks=True),
)  # fmt: skip


@mutant("certificate-expiry-ignored", "Client certificates that have expired stay good.")
class _ExpiryIgnored(Tls):
    def context(self, *, mutual: bool) -> ssl.SSLContext:
        context = super().context(mutual=mutual)
        context.verify_flags |= ssl.VerifyFlags(0x200000)  # X509_V_FLAG_NO_CHECK_TIME
        return context


class _AnyCertificate(Handshake):
    def certificate_fits(self, station: Station, certificate: PeerCertificate | None) -> bool:
        return True


@mutant("certificate-not-demanded", "Under profile 3 no client certificate is asked for.", also=(_AnyCertificate,))
class _CertificateNotDemanded(Tls):
    client_certificate = ssl.CERT_NONE


stubs(Handshake, "refused",
    Row("security-refusal-not-recorded", "A refused connection is no security event.", None, remarks=True),
)  # fmt: skip


# TLS


@mutant("tls-old-versions", "TLS 1.0 and 1.1 are spoken.")
class _OldVersions(Tls):
    minimum = ssl.TLSVersion.MINIMUM_SUPPORTED
    suites = "ALL:@SECLEVEL=0"


@mutant("tls-unsuitable-suites", "Suites without encryption or authentication are agreed on.")
class _UnsuitableSuites(Tls):
    suites = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"


@mutant("tls-rsa-suites-missing", "Suites with plain RSA are not supported.", remarks=True)
class _RsaSuitesMissing(Tls):
    suites = "ECDHE+AESGCM"


@mutant(
    "tls-certificate-of-another-host",
    "The certificate of the central system names another organisation and host.",
    remarks=True,
)
class _AnotherHost(Authority):
    def subject(self, common_name: str, organisation: str | None) -> pki.Subject:
        if common_name == self.host:
            return super().subject("another.example", None)
        return super().subject(common_name, organisation)


# Passwords and profiles


@mutant(
    "password-old-one-kept",
    "After a rotation the old password stays good until the new one has been used.",
    remarks=True,
)
class _OldPasswordKept(StationKeys):
    def after_rotation(self, credentials: Credentials, status: str) -> Credentials:
        return credentials


@mutant("password-switched-whatever-answered", "A new password counts even if the station has refused it.")
class _SwitchedWhateverAnswered(StationKeys):
    def after_rotation(self, credentials: Credentials, status: str) -> Credentials:
        return credentials.switched()


@mutant("password-switched-when-sent", "A new password counts as soon as it is sent.")
class _SwitchedWhenSent(StationKeys):
    def offering(self, credentials: Credentials, password: bytes) -> Credentials:
        return credentials.offering(password).switched()


@mutant("password-derived", "New passwords are derived from the identity of the station.", remarks=True)
class _Derived(StationKeys):
    def new_password(self, station: str) -> bytes:
        return station.encode().ljust(20, b"0")[:20]


@mutant("password-too-short", "New passwords have 8 bytes.")
class _TooShort(StationKeys):
    def new_password(self, station: str) -> bytes:
        return super().new_password(station)[:8]


stubs(StationKeys, "check_profile",
    Row("profile-lowered", "A station can be told to use a lower security profile.", None, remarks=True),
)  # fmt: skip
stubs(Handshake, "proven",
    Row("profile-old-one-kept", "After an upgrade the lower security profile is accepted for ever.", None),
)  # fmt: skip


@mutant(
    "profile-switched-at-once", "After an upgrade the lower security profile is refused before the higher was used."
)
class _SwitchedAtOnce(StationKeys):
    def after_upgrade(self, credentials: Credentials, profile: int) -> Credentials:
        return Credentials(profile=profile, password=credentials.password)


# Certificates, events, logs and firmware


stubs(Certificates, "hand_over",
    Row("certificate-never-sent", "No CertificateSigned follows a request that was accepted.", None),
)  # fmt: skip


@mutant("certificate-chain-reversed", "A certificate chain begins with the root.")
class _ChainReversed(Certificates):
    async def hand_over(self, station: Station, chain: Sequence[str]) -> None:
        await super().hand_over(station, chain[::-1])


@mutant("certificate-renamed", "A station's certificate has another common name than it has asked for.")
class _Renamed(Authority):
    def sign(self, csr: pki.Request, common_name: str) -> Sequence[str]:
        return super().sign(csr, f"{common_name}-1")


@mutant("certificate-sent-again", "A certificate that the station has refused is sent again.", remarks=True)
class _SentAgain(Certificates):
    def follow_ups(self, tx: Connection, operation: Operation, answer: Payload) -> Sequence[Operation]:
        if operation.action == Action.certificate_signed and answer["status"] == "Rejected":
            return [Operation(operation.station, operation.version, operation.action, operation.payload)]
        return super().follow_ups(tx, operation, answer)


stubs(Security, "new_number",
    Row("request-ids-constant", "Every GetLog and SignedUpdateFirmware has the same requestId.", 1),
)  # fmt: skip
