"""Block C: idTokens, groups and contract certificates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from server.central_system import CentralSystem
from server.core import instants, pki
from server.core.tags import Tag
from server.core.validation import Payload
from tests.server.conftest import Make
from tests.server.v201.desk import Desk, desk_of

EMAID = {"idToken": "DE-8AA-123456", "type": "eMAID"}


async def info(desk: Desk, id_token: str, type: str = "ISO14443") -> Payload:
    """Return the idTokenInfo of a token."""
    answer = await desk.tell("Authorize", {"idToken": {"idToken": id_token, "type": type}})
    assert set(answer) == {"idTokenInfo"}
    found: Payload = answer["idTokenInfo"]
    return found


async def test_tokens_are_worth_what_was_provisioned(desk: Desk) -> None:
    """A token is an idTag whose parent is its group, and one that nobody knows is Unknown (C01.FR.07, C09.FR.02)."""
    soon = instants.now() + timedelta(hours=1)
    for tag in (
        Tag(id_tag="GOOD", parent="GROUP", expires=soon),
        Tag(id_tag="BLOCKED", status="Blocked"),
        Tag(id_tag="EXPIRED", status="Expired"),
    ):
        await desk.operator.provision_tag(tag)
    group = {"idToken": "GROUP", "type": "Central"}
    good = {"status": "Accepted", "groupIdToken": group, "cacheExpiryDateTime": instants.to_wire(soon)}
    assert await info(desk, "GOOD") == await info(desk, "good") == good
    assert await info(desk, "BLOCKED") == {"status": "Blocked"}
    assert await info(desk, "EXPIRED", "KeyCode") == {"status": "Expired"}
    assert await info(desk, "NOBODY") == {"status": "Unknown"}
    assert await info(desk, "", "NoAuthorization") == {"status": "Accepted"}


async def test_unknown_tokens_can_be_accepted(make: Make) -> None:
    """Where unknown tags are accepted, so are unknown tokens."""
    async with make(accept_unknown_tags=True) as system, desk_of(system) as desk:
        assert await info(desk, "NOBODY") == {"status": "Accepted"}


@pytest.mark.parametrize("status", ["Accepted", "Rejected"])
async def test_cache_is_cleared(desk: Desk, status: str) -> None:
    """The order to clear the cache is passed on, whatever becomes of it (C11)."""
    sent, outcome = await desk.ask("ClearCache", {}, {"status": status})
    assert (sent, outcome.status) == ({}, status)


async def contract(desk: Desk, chain: str, *, hashes: bool, id_token: Payload = EMAID) -> tuple[str, str]:
    """Return both statuses of an Authorize with a contract certificate, or with hashes of it."""
    asked: dict[str, Any] = {"idToken": id_token, "certificate": chain}
    if hashes:
        name, key = pki.issuer_hashes(pki.certificates(chain)[1], "SHA256")
        told = {"hashAlgorithm": "SHA256", "issuerNameHash": name.upper(), "issuerKeyHash": key}
        told |= {"serialNumber": pki.serial(chain).lower(), "responderURL": "http://ocsp.example"}
        asked = {"idToken": id_token, "iso15118CertificateHashData": [told]}
    answer = await desk.tell("Authorize", asked)
    return answer["idTokenInfo"]["status"], answer["certificateStatus"]


@pytest.fixture
async def driver(system: CentralSystem, desk: Desk) -> Desk:
    """Have the central system know a contract."""
    await system.operator.provision_tag(Tag(id_tag=EMAID["idToken"]))
    return desk


@pytest.mark.parametrize("hashes", [True, False])
async def test_contract_is_good_until_it_is_revoked(driver: Desk, hashes: bool) -> None:
    """A contract certificate is accepted until it is revoked; then its token is no more (C07.FR.04, C07.FR.16)."""
    chain, _ = await driver.system.security.client_certificate("DE8AA123456")
    assert await contract(driver, chain, hashes=hashes) == ("Accepted", "Accepted")
    await driver.system.security.revoke_certificate(chain)
    assert await contract(driver, chain, hashes=hashes) == ("Invalid", "CertificateRevoked")


async def test_certificate_of_a_token_that_is_not_known(desk: Desk) -> None:
    """A good certificate does not make a token known."""
    chain, _ = await desk.system.security.client_certificate("DE8AA123456")
    assert await contract(desk, chain, hashes=False) == ("Unknown", "Accepted")


async def test_flawed_certificates_are_told_apart(driver: Desk) -> None:
    """What is wrong with a certificate is told (C07)."""
    issue = driver.system.security.client_certificate
    expired, _ = await issue("DE8AA123456", expired=True)
    other, _ = await issue("DE8AA999999")
    foreign, _ = await issue("DE8AA123456", authority=False)
    leaf = other[: other.index("-----END") + 26]
    assert await contract(driver, expired, hashes=False) == ("Invalid", "CertificateExpired")
    assert await contract(driver, other, hashes=False) == ("Invalid", "NoCertificateAvailable")
    assert await contract(driver, foreign, hashes=False) == ("Invalid", "SignatureError")
    assert await contract(driver, foreign, hashes=True) == ("Invalid", "CertChainError")
    assert await contract(driver, "no certificate", hashes=False) == ("Invalid", "CertChainError")
    assert await contract(driver, leaf, hashes=False) == ("Invalid", "NoCertificateAvailable")
    assert await contract(driver, leaf + expired, hashes=False) == ("Invalid", "CertChainError")
