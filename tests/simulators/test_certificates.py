"""Certificates as a station handles them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from harness.verdict import Nonconformity
from simulators.certificates import Certificate, StationKey, from_der, from_pem


def _certificate(key: StationKey) -> Certificate:
    return from_pem(key.self_signed("a name", "an organisation"), clause="here")[0]


def test_request_names_its_station_and_is_signed() -> None:
    """A request carries name, organisation and key, and is signed with that key."""
    key = StationKey.ecdsa()
    csr = x509.load_pem_x509_csr(key.request("CS-1", "plugfest").encode())
    assert csr.is_signature_valid
    assert csr.subject.rfc4514_string() == "O=plugfest,CN=CS-1"


def test_forged_request_is_not_signed() -> None:
    """A forged request can be read, but its signature is not good."""
    csr = x509.load_pem_x509_csr(StationKey.ecdsa().forged_request("CS-1", "plugfest").encode())
    assert not csr.is_signature_valid


@pytest.mark.parametrize(
    ("key", "algorithm", "bits", "strong", "signature"),
    [
        (StationKey.ecdsa(), "EC", 256, True, "ecdsa-with-SHA256"),
        (StationKey.rsa(), "RSA", 2048, True, "sha256WithRSAEncryption"),
        (StationKey.rsa(1024), "RSA", 1024, False, "sha256WithRSAEncryption"),
    ],
)
def test_certificate_tells_of_its_key(key: StationKey, algorithm: str, bits: int, strong: bool, signature: str) -> None:
    """A certificate says which key it is for, how long that is, and how it was signed."""
    certificate = _certificate(key)
    assert (certificate.algorithm, certificate.bits, certificate.strong) == (algorithm, bits, strong)
    assert (certificate.signature, certificate.public) == (signature, key.public)


def test_certificate_tells_of_its_subject_and_validity() -> None:
    """A certificate says whom it is for, and when it is valid."""
    certificate, now = _certificate(StationKey.ecdsa()), datetime.now(UTC)
    assert (certificate.common_name, certificate.organisation) == ("a name", "an organisation")
    assert certificate.serial > 0
    assert certificate.valid_at(now)
    assert not certificate.valid_at(now + timedelta(days=31))


def test_only_the_issuer_vouches() -> None:
    """A certificate is issued by whoever signed it, and by nobody else."""
    one, other = _certificate(StationKey.ecdsa()), _certificate(StationKey.ecdsa())
    assert one.issued_by(one)
    assert not one.issued_by(other)


def test_rsa_key_is_made_once() -> None:
    """RSA keys are shared, for making them takes long."""
    assert StationKey.rsa() is StationKey.rsa()


@pytest.mark.parametrize("key", [StationKey.ecdsa(), StationKey.rsa()])
def test_hash_data_is_that_of_ocsp(key: StationKey) -> None:
    """The hashes by which a certificate is named are those that an OCSP request has."""
    certificate = _certificate(key)
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate.raw, certificate.raw, hashes.SHA384())
    request = builder.build()
    assert certificate.hash_data("SHA384") == {
        "hashAlgorithm": "SHA384",
        "issuerNameHash": request.issuer_name_hash.hex(),
        "issuerKeyHash": request.issuer_key_hash.hex(),
        "serialNumber": f"{request.serial_number:x}",
    }


def test_hash_data_names_the_issuer() -> None:
    """A certificate that another one has issued is named by the key of that one."""
    leaf, issuer = _certificate(StationKey.ecdsa()), _certificate(StationKey.ecdsa())
    named = leaf.hash_data("SHA256", issuer)
    assert named["issuerKeyHash"] == issuer.hash_data("SHA256")["issuerKeyHash"]
    assert named["serialNumber"] == f"{leaf.serial:x}"


def test_firmware_signature_fits_the_key() -> None:
    """The signature of firmware is base64 and is made with the key."""
    key = StationKey.ecdsa()
    signature = base64.b64decode(key.signature(b"firmware"), validate=True)
    assert isinstance(key.private, ec.EllipticCurvePrivateKey)
    key.private.public_key().verify(signature, b"firmware", ec.ECDSA(hashes.SHA256()))
    assert len(base64.b64decode(StationKey.rsa().signature(b"firmware"))) == 256


def test_certificates_of_a_handshake_are_der() -> None:
    """The certificates of a handshake are read in their order."""
    certificates = [_certificate(StationKey.ecdsa()) for _ in range(2)]
    read = from_der([one.raw.public_bytes(Encoding.DER) for one in certificates])
    assert read == certificates


def test_text_without_certificates_is_a_nonconformity() -> None:
    """A text of the central system that holds no certificates is its fault."""
    with pytest.raises(Nonconformity, match="certificates in PEM"):
        from_pem("no certificates", clause="white paper 5.1")
