"""Paths of certificates, and what requests about them name an issuer by."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.core import instants, pki
from server.core.pki import Path

NOW = instants.now()


def subject(name: str, *, ended: bool = False) -> pki.Subject:
    """Return somebody whose certificate is valid now, or was."""
    end = NOW + (timedelta(days=-1) if ended else timedelta(days=1))
    return pki.Subject(common_name=name, organisation=None, not_before=NOW - timedelta(days=2), not_after=end)


def issued(issuer: pki.Credential, name: str = "leaf", *, ended: bool = False) -> pki.Certificate:
    """Return a certificate that an authority has issued."""
    key = pki.new_key("ECDSA").public_key()
    return pki.certificates(pki.issue(issuer, subject(name, ended=ended), "client", key))[0]


ROOT = pki.new_authority(subject("root"), "ECDSA")
TWIN = pki.new_authority(subject("root"), "RSA")
OTHER = pki.new_authority(subject("other"), "ECDSA")
LEAF = issued(ROOT)


@pytest.mark.parametrize(
    ("chain", "end"),
    [
        ([LEAF], Path.GOOD),
        ([LEAF, ROOT.certificate], Path.GOOD),
        ([issued(ROOT, ended=True)], Path.OUTDATED),
        ([issued(OTHER)], Path.UNKNOWN),
        ([issued(OTHER), OTHER.certificate], Path.UNKNOWN),
        ([LEAF, OTHER.certificate, ROOT.certificate], Path.UNKNOWN),
        ([issued(TWIN)], Path.FORGED),
        ([issued(TWIN), TWIN.certificate], Path.FORGED),
    ],
)
def test_path_leads_to_a_root_or_not(chain: Sequence[pki.Certificate], end: Path) -> None:
    """A path is good where each certificate is signed by the next, the last by a root, and all are valid."""
    assert pki.path(chain, [ROOT.certificate], NOW) is end


def test_path_to_one_of_two_roots_of_a_name() -> None:
    """Roots may share a name: the one that has signed counts."""
    assert pki.path([issued(TWIN)], [ROOT.certificate, TWIN.certificate], NOW) is Path.GOOD


@pytest.mark.parametrize(("algorithm", "hashed"), [("SHA256", hashlib.sha256), ("SHA512", hashlib.sha512)])
def test_issuer_is_named_by_hashes(algorithm: str, hashed: type) -> None:
    """The name is hashed as it is encoded, the key without its envelope (RFC 6960 4.1.1)."""
    name, key = pki.issuer_hashes(ROOT.certificate, algorithm)
    encoded = ROOT.certificate.subject.public_bytes()
    assert name == hashed(encoded).hexdigest()
    point = ROOT.certificate.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert key == hashed(point).hexdigest()
