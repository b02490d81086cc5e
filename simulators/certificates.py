"""Certificates as a station handles them: its own key, what it asks to have certified, and what it is shown."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from harness.verdict import Nonconformity

STRONG = {"RSA": 2048, "DSA": 2048, "EC": 224}
"""Bits that a key has at least (security white paper A00.FR.501 to A00.FR.503)."""

_SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class StationKey:
    """A private key of a station, or of somebody whom it trusts."""

    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @classmethod
    def ecdsa(cls) -> Self:
        """Return a new key on the curve P-256."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    @cache
    def rsa(cls, bits: int = 2048) -> Self:
        """Return an RSA key, always the same: making one takes long."""
        return cls(rsa.generate_private_key(public_exponent=65_537, key_size=bits))

    @property
    def pem(self) -> str:
        """The private key as PEM, not encrypted."""
        plain = serialization.NoEncryption()
        return self.private.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode("ascii")

    @property
    def public(self) -> bytes:
        """The public key as DER."""
        return _public(self.private.public_key())

    def request(self, common_name: str | None, organisation: str | None) -> str:
        """Return a request for a certificate as PEM (PKCS#10); a name that is None is left out."""
        builder = x509.CertificateSigningRequestBuilder().subject_name(_name(common_name, organisation))
        return builder.sign(self.private, hashes.SHA256()).public_bytes(Encoding.PEM).decode("ascii")

    def forged_request(self, common_name: str, organisation: str) -> str:
        """Return a request for a certificate whose signature is not one of this key."""
        csr = x509.load_pem_x509_csr(self.request(common_name, organisation).encode("ascii"))
        der = csr.public_bytes(Encoding.DER)
        spoilt = der[:-1] + bytes([der[-1] ^ 1])
        lines = base64.encodebytes(spoilt).decode("ascii")
        return f"-----BEGIN CERTIFICATE REQUEST-----\n{lines}-----END CERTIFICATE REQUEST-----\n"

    def self_signed(self, common_name: str, organisation: str, *, authority: bool = False) -> str:
        """Return a certificate that nobody else vouches for as PEM: that of a root CA, or of a station."""
        name, now = _name(common_name, organisation), datetime.now(UTC)
        builder = (
            x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=self.private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _SLACK)
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        return builder.sign(self.private, hashes.SHA256()).public_bytes(Encoding.PEM).decode("ascii")

    def signature(self, data: bytes) -> str:
        """Return the signature of firmware in base64, made with SHA-256 (security white paper 6.7)."""
        if isinstance(self.private, rsa.RSAPrivateKey):
            signed = self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        else:
            signed = self.private.sign(data, ec.ECDSA(hashes.SHA256()))
        return base64.b64encode(signed).decode("ascii")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says."""

    raw: x509.Certificate

    @property
    def common_name(self) -> str | None:
        """The CN of its subject."""
        return _of(self.raw.subject, NameOID.COMMON_NAME)

    @property
    def organisation(self) -> str | None:
        """The O of its subject."""
        return _of(self.raw.subject, NameOID.ORGANIZATION_NAME)

    @property
    def serial(self) -> int:
        """Its serial number."""
        return self.raw.serial_number

    @property
    def public(self) -> bytes:
        """Its public key as DER."""
        return _public(self.raw.public_key())

    @property
    def algorithm(self) -> str:
        """The kind of its key: "RSA", "EC", "DSA" or another."""
        name = type(self.raw.public_key()).__name__.removesuffix("PublicKey")
        return {"EllipticCurve": "EC"}.get(name.lstrip("_"), name.lstrip("_"))

    @property
    def bits(self) -> int:
        """The length of its key; 256 for a kind that has only one."""
        return int(getattr(self.raw.public_key(), "key_size", 256))

    @property
    def strong(self) -> bool:
        """Whether its key is long enough."""
        return self.bits >= STRONG.get(self.algorithm, 0)

    def lasts(self, seconds: float) -> bool:
        """Whether it is valid now, and for this long yet."""
        now = datetime.now(UTC)
        begun, left = self.raw.not_valid_before_utc <= now, self.raw.not_valid_after_utc - now
        return begun and left.total_seconds() >= seconds

    @property
    def signature(self) -> str:
        """How it was signed, such as "ecdsa-with-SHA256" or "sha256WithRSAEncryption"."""
        return self.raw.signature_algorithm_oid._name

    def valid_at(self, moment: datetime) -> bool:
        """Return whether it is valid at a moment."""
        return self.raw.not_valid_before_utc <= moment <= self.raw.not_valid_after_utc

    def issued_by(self, issuer: Certificate) -> bool:
        """Return whether another certificate vouches for it."""
        try:
            self.raw.verify_directly_issued_by(issuer.raw)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            return False
        return True

    def hash_data(self, algorithm: str, issuer: Certificate | None = None) -> dict[str, str]:
        """Return the hash data by which a certificate is named, without ``issuer`` a root (6.1).

        ``algorithm`` is such as "SHA256".
        """

        def digest(data: bytes) -> str:
            return hashlib.new(algorithm.lower(), data).hexdigest()

        return {
            "hashAlgorithm": algorithm,
            "issuerNameHash": digest(self.raw.issuer.public_bytes()),
            "issuerKeyHash": digest(_bits((issuer or self).raw.public_key())),
            "serialNumber": f"{self.serial:x}",
        }


def from_der(certificates: Sequence[bytes]) -> list[Certificate]:
    """Return the certificates of a TLS handshake, leaf first."""
    return [Certificate(x509.load_der_x509_certificate(one)) for one in certificates]


def chain(text: str) -> list[Certificate]:
    """Return the certificates of a PEM text; raises ValueError for a bad one."""
    return [Certificate(one) for one in x509.load_pem_x509_certificates(text.encode())]


def from_pem(text: object, *, clause: str) -> list[Certificate]:
    """Return the certificates of a PEM text that the central system sent; raises Nonconformity for a bad one."""
    try:
        return chain(str(text))
    except ValueError as error:
        raise Nonconformity("certificates in PEM", f"{str(text)[:80]!r}: {error}", clause=clause) from None


def _name(common_name: str | None, organisation: str | None) -> x509.Name:
    names = {NameOID.COMMON_NAME: common_name, NameOID.ORGANIZATION_NAME: organisation}
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in names.items() if value is not None])


def _of(name: x509.Name, what: x509.ObjectIdentifier) -> str | None:
    found = name.get_attributes_for_oid(what)
    return str(found[0].value) if found else None


def _public(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]


def _bits(key: object) -> bytes:
    """Return what stands in the bit string of a public key: that is what OCSP hashes (RFC 6960 4.1.1)."""
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert isinstance(key, rsa.RSAPublicKey)
    return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
