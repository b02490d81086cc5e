"""Defects in signing certificates of stations and in managing their roots (security white paper A02, M03 to M05)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ocpp.exceptions import InternalError
from sqlalchemy import Connection

from server.core import instants
from server.core.authority import Authority
from server.core.call_queue import Operation
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.certificates import ACCEPTED, MAX_CHAIN, REJECTED, Certificates

if TYPE_CHECKING:
    from server.core import pki

# Certificates of stations


@mutant("certificate-for-another-key", "A station's certificate is not for the key that it has asked it for.")
class _AnotherKey(Authority):
    def sign(self, csr: pki.Request, common_name: str) -> Sequence[str]:
        from server.core import pki

        issuer = self._roots[csr.algorithm]
        key = pki.new_key(csr.algorithm).public_key()
        subject = self.subject(common_name, csr.organisation)
        return [pki.issue(issuer, subject, "client", key), issuer.certificate_pem]


@mutant("certificate-signed-by-nobody", "A station's certificate comes from an authority that nobody trusts.")
class _SignedByNobody(Authority):
    def sign(self, csr: pki.Request, common_name: str) -> Sequence[str]:
        from server.core import pki

        issuer = self._new_root(csr.algorithm)
        subject = self.subject(common_name, csr.organisation)
        return [pki.issue(issuer, subject, "client", csr.key), issuer.certificate_pem]


@mutant(
    "certificate-valid-for-a-minute",
    "A station's certificate expires a minute after it was issued.",
    faults=["thoughtworks/maeve-csms@54f55eb"],
)
class _ValidForAMinute(Authority):
    def sign(self, csr: pki.Request, common_name: str) -> Sequence[str]:
        from server.core import pki

        issuer = self._roots[csr.algorithm]
        subject = self.subject(common_name, csr.organisation or self.organisation)
        subject = replace(subject, not_after=instants.now() + timedelta(minutes=1))
        return [pki.issue(issuer, subject, "client", csr.key), issuer.certificate_pem]


@mutant(
    "certificate-signed-with-pss",
    "A certificate for an RSA key is signed with RSA-PSS, which the official tool does not take.",
    faults=["steve-community/steve#2093"],
    remarks=True,
)
class _SignedWithPss(Authority):
    def sign(self, csr: pki.Request, common_name: str) -> Sequence[str]:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS

        from server.core import pki

        class Pss(pki.Credential):
            def sign(self, builder: x509.CertificateBuilder) -> x509.Certificate:
                padding = PSS(MGF1(hashes.SHA256()), PSS.DIGEST_LENGTH)
                return builder.sign(self.key, hashes.SHA256(), rsa_padding=padding)

        if csr.algorithm != "RSA":
            return super().sign(csr, common_name)
        root = self._roots[csr.algorithm]
        subject = self.subject(common_name, csr.organisation or self.organisation)
        issuer = Pss(root.certificate, root.key)
        return [pki.issue(issuer, subject, "client", csr.key), root.certificate_pem]


@mutant("certificate-rsa-unknown", "Requests for certificates of RSA keys are rejected.")
class _RsaUnknown(Certificates):
    async def sign(self, station: Station, text: str) -> Payload:
        from server.core import pki

        try:
            return await super().sign(station, text) if pki.request(text).algorithm != "RSA" else dict(REJECTED)
        except pki.Unusable:
            return dict(REJECTED)


@mutant("certificate-before-answer", "A certificate is sent before the request for it has been answered.")
class _BeforeAnswer(Certificates):
    async def hand_over(self, station: Station, chain: Sequence[str]) -> None:
        await super().hand_over(station, chain)
        self.handed_over.set()

    async def sign(self, station: Station, text: str) -> Payload:
        self.handed_over = asyncio.Event()
        answer = await super().sign(station, text)
        if answer == ACCEPTED:
            await self.handed_over.wait()
            await asyncio.sleep(0.05)
        return answer


@mutant("certificate-chain-limit-ignored", "A certificate chain may be longer than what the station can take.")
class _LimitIgnored(Certificates):
    def shortened(self, chain: Sequence[str], limit: int) -> str | None:
        return super().shortened(chain, MAX_CHAIN)


@mutant("csr-garbage-is-an-error", "A request for a certificate that cannot be read is answered with a CALLERROR.")
class _GarbageIsAnError(Certificates):
    async def sign(self, station: Station, text: str) -> Payload:
        answer = await super().sign(station, text)
        if answer == REJECTED:
            raise InternalError(description="the request cannot be read")
        return answer


# Roots of stations


class _Altered(Certificates):
    """Alters what is asked of a station."""

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return what is sent in place of what was asked for."""
        return [self.alter(operation.payload)]

    def alter(self, payload: Payload) -> Payload:
        """Return the payload that is sent in place of another."""
        raise NotImplementedError


@mutant("certificate-type-fixed", "Every certificate is one of the central system, whatever the operator asked for.")
class _TypeFixed(_Altered):
    def alter(self, payload: Payload) -> Payload:
        if "certificateType" not in payload:
            return payload
        return payload | {"certificateType": "CentralSystemRootCertificate"}


@mutant("certificate-type-swapped", "The types of certificates are mixed up.")
class _TypeSwapped(_Altered):
    def alter(self, payload: Payload) -> Payload:
        both = ["CentralSystemRootCertificate", "ManufacturerRootCertificate"]
        if payload.get("certificateType") not in both:
            return payload
        return payload | {"certificateType": both[1 - both.index(payload["certificateType"])]}


@mutant("certificate-twice", "The certificate that is to be installed is sent twice in one text.")
class _Twice(_Altered):
    def alter(self, payload: Payload) -> Payload:
        return payload | ({"certificate": 2 * payload["certificate"]} if "certificate" in payload else {})


@mutant("certificate-armour-lost", "A certificate that is to be installed is sent as bare base64.")
class _ArmourLost(_Altered):
    def alter(self, payload: Payload) -> Payload:
        lines = payload.get("certificate", "").splitlines()
        return payload | ({"certificate": "".join(lines[1:-1])} if lines else {})


@mutant("certificate-hash-sha256", "A certificate is always named by SHA256, whatever the station uses.")
class _HashSha256(_Altered):
    def alter(self, payload: Payload) -> Payload:
        if "certificateHashData" not in payload:
            return payload
        return {"certificateHashData": payload["certificateHashData"] | {"hashAlgorithm": "SHA256"}}


@mutant("certificate-serial-decimal", "A certificate is named by its serial number in decimal digits.")
class _SerialDecimal(_Altered):
    def alter(self, payload: Payload) -> Payload:
        named = payload.get("certificateHashData")
        if not named:
            return payload
        return {"certificateHashData": named | {"serialNumber": str(int(named["serialNumber"], 16))[:40]}}


@mutant("certificate-type-to-manufacturer", "Every certificate is one of the manufacturer, whatever was asked for.")
class _TypeToManufacturer(_Altered):
    def alter(self, payload: Payload) -> Payload:
        if "certificateType" not in payload:
            return payload
        return payload | {"certificateType": "ManufacturerRootCertificate"}
