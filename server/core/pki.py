"""Keys, certificates and requests for certificates: the only module that touches ``cryptography``."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Certificate = x509.Certificate
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

RSA_BITS, EC_BITS = 2048, 224
"""The smallest keys that are good enough (security white paper A00.FR.501, A00.FR.502)."""

_HASHES: Mapping[str, type[hashes.HashAlgorithm]] = {
    "SHA256": hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
}
_PURPOSES = {"server": ExtendedKeyUsageOID.SERVER_AUTH, "client": ExtendedKeyUsageOID.CLIENT_AUTH}


class Unusable(Exception):
    """A certificate or a request for one that cannot be worked with; the text says why."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def certificate_pem(self) -> str:
        """The certificate as PEM, lines ending with LF."""
        return pem(self.certificate)

    def sign(self, builder: x509.CertificateBuilder) -> x509.Certificate:
        """Return a certificate that this one issues: RSA with PKCS#1 v1.5 and SHA-256, or ECDSA and SHA-256."""
        return builder.sign(self.key, hashes.SHA256())


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who a certificate is for, and for how long."""

    common_name: str
    organisation: str | None
    not_before: datetime
    not_after: datetime

    @property
    def name(self) -> x509.Name:
        """The distinguished name."""
        attributes = [x509.NameAttribute(NameOID.COMMON_NAME, self.common_name)]
        if self.organisation:
            attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, self.organisation))
        return x509.Name(attributes)


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a certificate whose signature is good (PKCS#10)."""

    common_name: str | None
    organisation: str | None
    key: PublicKey

    @property
    def algorithm(self) -> str:
        """The kind of key, "RSA" or "ECDSA"."""
        return "RSA" if isinstance(self.key, rsa.RSAPublicKey) else "ECDSA"

    @property
    def weak(self) -> bool:
        """Whether the key is too short to be certified."""
        least = RSA_BITS if isinstance(self.key, rsa.RSAPublicKey) else EC_BITS
        return self.key.key_size < least


def new_key(algorithm: str) -> PrivateKey:
    """Return a new private key, "RSA" or "ECDSA"."""
    if algorithm == "RSA":
        return rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS)
    return ec.generate_private_key(ec.SECP256R1())


def new_authority(subject: Subject, algorithm: str) -> Credential:
    """Return a root CA."""
    key = new_key(algorithm)
    builder = _builder(subject, subject.name, key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(authority=True), critical=True)
    return Credential(builder.sign(key, hashes.SHA256()), key)


def issue(issuer: Credential, subject: Subject, purpose: str, key: PublicKey, hosts: Sequence[str] = ()) -> str:
    """Return a certificate for a public key as PEM; ``purpose`` is "server", for these ``hosts``, or "client"."""
    builder = _builder(subject, issuer.certificate.subject, key)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(authority=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([_PURPOSES[purpose]]), critical=False)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.certificate.public_key())  # type: ignore[arg-type]
    builder = builder.add_extension(identifier, critical=False)
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([_host(one) for one in hosts]), critical=False)
    return pem(issuer.sign(builder))


def load(certificate: str, key: str) -> Credential:
    """Return a certificate and its key from PEM; raises Unusable."""
    try:
        loaded = serialization.load_pem_private_key(key.encode("ascii"), None)
        assert isinstance(loaded, PrivateKey)
        return Credential(x509.load_pem_x509_certificate(certificate.encode("ascii")), loaded)
    except ValueError as error:
        raise Unusable(f"no certificate with its key: {error}") from None


def request(text: str) -> Request:
    """Return a request for a certificate from PEM; raises Unusable for anything that is no good request."""
    try:
        csr = x509.load_pem_x509_csr(text.encode("ascii"))
        good, key = csr.is_signature_valid, csr.public_key()
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise Unusable(f"no PKCS#10 request in PEM: {type(error).__name__}") from None
    if not good:
        raise Unusable("the request is not signed with its key")
    if not isinstance(key, PublicKey):
        raise Unusable(f"{type(key).__name__} is neither RSA nor EC")
    return Request(_of(csr.subject, NameOID.COMMON_NAME), _of(csr.subject, NameOID.ORGANIZATION_NAME), key)


def certificates(text: str) -> list[x509.Certificate]:
    """Return the certificates in a PEM text; raises Unusable where there is none, or a broken one."""
    try:
        return x509.load_pem_x509_certificates(text.encode("ascii"))
    except ValueError:
        raise Unusable("no certificate in PEM") from None


def serial(chain: str) -> str:
    """Return the serial number of the first certificate of a chain, as hexadecimal digits without leading zeros."""
    return serial_of(certificates(chain)[0])


def serial_of(certificate: x509.Certificate) -> str:
    """Return a serial number as hexadecimal digits without leading zeros."""
    return f"{certificate.serial_number:X}"


class Path(StrEnum):
    """How the path from a certificate to those who are trusted ends."""

    GOOD = "good"
    UNKNOWN = "leads to nobody who is trusted"
    FORGED = "is not signed by whom it names"
    OUTDATED = "is not valid at this time"


def path(chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime) -> Path:
    """Return where a chain leads, leaf first, each issued by the next and the last by a root, or one itself."""
    links = [(certificate, [issuer]) for certificate, issuer in pairwise(chain)]
    if chain[-1] not in roots:
        links.append((chain[-1], list(roots)))
    for certificate, issuers in links:
        named = [issuer for issuer in issuers if issuer.subject == certificate.issuer]
        if not named:
            return Path.UNKNOWN
        if not any(_signed(certificate, issuer) for issuer in named):
            return Path.FORGED
    valid = all(one.not_valid_before_utc <= at <= one.not_valid_after_utc for one in chain)
    return Path.GOOD if valid else Path.OUTDATED


def _signed(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def common_name(certificate: x509.Certificate) -> str | None:
    """Return the common name of whom a certificate is for."""
    return _of(certificate.subject, NameOID.COMMON_NAME)


def issuer_hashes(issuer: x509.Certificate, algorithm: str) -> tuple[str, str]:
    """Return what requests about its certificates name an issuer by: hashes of its name and of its key (RFC 6960)."""
    request = ocsp.OCSPRequestBuilder().add_certificate(issuer, issuer, _HASHES[algorithm]()).build()
    return request.issuer_name_hash.hex(), request.issuer_key_hash.hex()


def key_pem(key: PrivateKey) -> str:
    """Return a private key as PEM, not encrypted."""
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode("ascii")


def pem(certificate: x509.Certificate) -> str:
    """Return a certificate as PEM, lines ending with LF."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _builder(subject: Subject, issuer: x509.Name, key: PublicKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(subject_name=subject.name, issuer_name=issuer, public_key=key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(subject.not_before)
        .not_valid_after(subject.not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _of(name: x509.Name, what: x509.ObjectIdentifier) -> str | None:
    found = name.get_attributes_for_oid(what)
    return str(found[0].value) if found else None
