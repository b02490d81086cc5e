"""The steps in which a station gets a certificate: security white paper A02 and 5.1."""

from __future__ import annotations

from harness.csms.console import Csms
from harness.csms.v16 import ExtendedTriggerMessage
from harness.scenario import Claims
from harness.verdict import POLICY, SHOULD, Checks, Inconclusive, Nonconformity
from scenarios.stage.orders import delivered
from scenarios.v16.security.admission import PAPER
from simulators.certificates import Certificate, StationKey
from simulators.inbox import IncomingCall
from simulators.v16 import ChargePoint

PROCESSED = f"{PAPER} A02.FR.11, A03.FR.11"
CHAIN = f"{PAPER} 5.1"
TRIGGER = f"{PAPER} A02, 5.5"
SIGNS = Claims("certificate_authority")
"""A need: stations get the certificates that they ask for."""
MAX_CHAIN = 10_000
USEFUL = 600
"""Seconds that a new certificate must last to be of any use: until the station has connected with it."""


async def triggered(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Have a renewal asked for, check the CALL, and accept."""
    order = ExtendedTriggerMessage(station=station.id, requested_message="SignChargePointCertificate")
    payload = (await delivered(station, csms, order, status="Accepted")).payload
    check.equal(payload, {"requestedMessage": "SignChargePointCertificate"}, clause=TRIGGER)


async def requested(station: ChargePoint, check: Checks, csr: str) -> IncomingCall:
    """Send a good request for a certificate, check that it is accepted, and return the CALL with the certificate."""
    station.expect("CertificateSigned")
    answer = await station.call("SignCertificate", {"csr": csr})
    check.equal(answer.payload.get("status"), "Accepted", clause=PROCESSED)
    signed = await station.next_call("CertificateSigned")
    size = len(str(signed.payload.get("certificateChain")))
    check.that(size <= MAX_CHAIN, f"at most {MAX_CHAIN} characters", observed=size, clause=CHAIN)
    return signed


async def issued(station: ChargePoint, csr: str) -> None:
    """Have a good request answered with a certificate; raises Inconclusive where none comes."""
    station.expect("CertificateSigned")
    answer = await station.attempt("SignCertificate", {"csr": csr})
    try:
        await (await station.next_call("CertificateSigned")).answer(status="Accepted")
    except Nonconformity as trouble:
        raise Inconclusive(f"not even a good request is followed by a certificate: {answer}, {trouble}") from trouble


def check_leaf(check: Checks, leaf: Certificate, key: StationKey, name: str) -> None:
    """Check that a certificate is for this key and this station, and strong enough.

    Raises Nonconformity for one with another key: with that, the station could not do anything.
    """
    if leaf.public != key.public:
        raise Nonconformity("the public key of the request", "another public key", clause=CHAIN)
    check.equal(leaf.common_name, name, clause=CHAIN)
    check.that(leaf.lasts(USEFUL), f"validity for {USEFUL} seconds and more", clause=CHAIN)
    if leaf.algorithm == "RSA":
        check.equal(leaf.signature, "sha256WithRSAEncryption", clause=f"{PAPER} A00.FR.505", level=SHOULD, axis=POLICY)
    check.that(leaf.strong, "a key that is long enough", observed=f"{leaf.bits} bits of {leaf.algorithm}", clause=CHAIN)
