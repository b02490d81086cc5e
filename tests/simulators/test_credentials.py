"""Tests of how a station proves who it is."""

from __future__ import annotations

import base64
import ssl

import pytest

from simulators.credentials import Trust, basic


def test_basic_credentials_take_any_password() -> None:
    """The password is bytes, not text (OCPP-J 1.6 6.2.2)."""
    kind, token = basic("CP1", b"\x00\xff:")["Authorization"].split(" ")
    assert (kind, base64.b64decode(token)) == ("Basic", b"CP1:\x00\xff:")


def test_context_always_verifies_the_server() -> None:
    """Certificate and host name are checked, with the versions and suites that are asked for."""
    context = Trust(maximum=ssl.TLSVersion.TLSv1_2, ciphers="ECDHE-RSA-AES128-GCM-SHA256").context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (context.minimum_version, context.maximum_version) == (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
    assert "AES256-SHA" not in {one["name"] for one in context.get_ciphers()}


@pytest.mark.parametrize(
    "trust",
    [Trust(authority="nonsense"), Trust(chain="nonsense", key="nonsense"), Trust(ciphers="NONSENSE")],
    ids=["authority", "own certificate", "cipher suites"],
)
def test_unusable_material_is_told_by_ssl(trust: Trust) -> None:
    """What OpenSSL cannot use is refused when the context is made."""
    with pytest.raises(ssl.SSLError):
        trust.context()
