"""Defects in signing certificates of stations and in managing their roots (security white paper A02, M03 to M05)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ocpp.exceptions import InternalError

from server.core import instants
from server.core.authority import Authority
from server.core.bundle import InvalidOperation
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Row, alters, fails, put, swap, turn, within
from server.mutants.v16 import request, response
from server.v16.certificates import ACCEPTED, MAX_CHAIN, REJECTED, Certificates

if TYPE_CHECKING:
    from server.core import pki

# Certificates of stations

alters(response("SignCertificate"),
    Row("csr-garbage-accepted", "SignCertificate is answered Accepted whatever it carries.", put(status="Accepted")),
)  # fmt: skip
fails(response("SignCertificate"),
    Row("csr-garbage-is-an-error", "A request for a certificate that cannot be read is answered with a CALLERROR.",
        InternalError("the request cannot be read"), when=lambda payload: payload["status"] == "Rejected"),
)  # fmt: skip


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


@mutant(
    "csr-without-names-rejected",
    "A request for a certificate that names neither station nor operator is answered Rejected.",
    faults=["steve-community/steve#2093"],
    remarks=True,
)
class _NamesDemanded(Certificates):
    def check(self, station: Station, csr: pki.Request) -> None:
        super().check(station, csr)
        if csr.common_name is None or csr.organisation is None:
            raise InvalidOperation("the request does not say whom it is for")


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


# Roots of stations

alters(request("InstallCertificate", "GetInstalledCertificateIds"),
    Row("certificate-type-fixed", "Every certificate is one of the central system, whatever the operator asked for.",
        put(certificateType="CentralSystemRootCertificate")),
    Row("certificate-type-to-manufacturer", "Every certificate is one of the manufacturer, whatever was asked for.",
        put(certificateType="ManufacturerRootCertificate")),
    Row("certificate-type-swapped", "The types of certificates are mixed up.",
        turn(certificateType=swap("CentralSystemRootCertificate", "ManufacturerRootCertificate"))),
)  # fmt: skip
alters(request("InstallCertificate"),
    Row("certificate-twice", "The certificate that is to be installed is sent twice in one text.",
        turn(certificate=lambda text: 2 * text)),
    Row("certificate-armour-lost", "A certificate that is to be installed is sent as bare base64.",
        turn(certificate=lambda text: "".join(text.splitlines()[1:-1]))),
)  # fmt: skip
alters(request("DeleteCertificate"),
    Row("certificate-hash-sha256", "A certificate is always named by SHA256, whatever the station uses.",
        within("certificateHashData", how=put(hashAlgorithm="SHA256"))),
    Row("certificate-serial-decimal", "A certificate is named by its serial number in decimal digits.",
        within("certificateHashData", how=turn(serialNumber=lambda digits: str(int(digits, 16))[:40]))),
)  # fmt: skip
