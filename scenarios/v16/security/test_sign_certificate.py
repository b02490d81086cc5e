"""Requests for certificates, and the certificates that come of them: security white paper A02, A03, 5.1."""

from dataclasses import replace
from datetime import UTC, datetime

from harness.csms.console import Csms
from harness.csms.v16 import GetConfiguration
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks, Nonconformity
from scenarios.stage.population import SecureStations
from scenarios.v16.security.admission import PAPER
from scenarios.v16.security.signing import CHAIN, PROCESSED, SIGNS, check_leaf, issued, requested
from simulators.certificates import StationKey, from_pem
from simulators.v16 import ChargePoint

END = "-----END CERTIFICATE-----"
SPREAD = 64
"""Characters of PEM by which two certificates of the same content differ at the most."""


@scenario(
    "v16.security.sign-certificate.accepted",
    spec=[PROCESSED, CHAIN],
    requirements=["SEC-A02.11", "SEC-A02.flow"],
    needs=[SIGNS],
    mutants=[
        "certificate-never-sent",
        "certificate-renamed",
        "certificate-for-another-key",
        "certificate-chain-reversed",
    ],
)
async def test_request_is_answered_with_a_certificate(
    station: ChargePoint, secure: SecureStations, check: Checks
) -> None:
    """A good request is accepted, and a certificate for its key and subject follows as PEM, leaf first."""
    await station.ready(chargePointSerialNumber=station.id)
    key = StationKey.ecdsa()

    signed = await requested(station, check, key.request(station.id, secure.organisation))
    leaf, *issuers = from_pem(signed.payload.get("certificateChain"), clause=CHAIN)
    check_leaf(check, leaf, key, station.id)
    check.equal(leaf.organisation, secure.organisation, clause=CHAIN)
    check.that(leaf.valid_at(datetime.now(UTC)), "a certificate that is valid now", clause=CHAIN)
    for one, issuer in zip([leaf, *issuers], issuers, strict=False):
        check.that(one.issued_by(issuer), f"{one.common_name} issued by {issuer.common_name}", clause=CHAIN)
    await signed.answer(status="Accepted")
    await station.heartbeat()


@scenario(
    "v16.security.sign-certificate.rsa",
    spec=[PROCESSED, CHAIN, f"{PAPER} A00.FR.505"],
    requirements=["SEC-A02.11", "SEC-A02.flow"],
    needs=[SIGNS],
    mutants=["certificate-never-sent", "certificate-for-another-key", "certificate-rsa-unknown"],
)
async def test_request_for_an_rsa_key(station: ChargePoint, secure: SecureStations, check: Checks) -> None:
    """A request for an RSA key of 2048 bits is accepted, and its certificate follows, signed with RSA or ECDSA."""
    await station.ready(chargePointSerialNumber=station.id)
    key = StationKey.rsa()

    signed = await requested(station, check, key.request(station.id, secure.organisation))
    leaf, *_ = from_pem(signed.payload.get("certificateChain"), clause=CHAIN)
    check_leaf(check, leaf, key, station.id)
    good = ("sha256WithRSAEncryption", "sha384WithRSAEncryption", "rsassaPss", "ecdsa-with-SHA256", "ecdsa-with-SHA384")
    check.that(leaf.signature in good, "RSA or ECDSA with SHA-2", observed=leaf.signature, clause=CHAIN, level=SHOULD)
    await signed.answer(status="Accepted")


@scenario(
    "v16.security.sign-certificate.order",
    spec=[PROCESSED, CHAIN],
    requirements=["SEC-A02.flow"],
    needs=[SIGNS],
    mutants=["certificate-before-answer"],
)
async def test_certificate_follows_the_answer(station: ChargePoint, secure: SecureStations, check: Checks) -> None:
    """The certificate is sent after the request for it has been answered, not before."""
    await station.ready(chargePointSerialNumber=station.id)
    station.expect("CertificateSigned")

    csr = StationKey.ecdsa().request(station.id, secure.organisation)
    answer = await station.call("SignCertificate", {"csr": csr})
    check.equal(answer.payload.get("status"), "Accepted", clause=PROCESSED)
    signed = await station.next_call("CertificateSigned")
    check.that(signed.entry.index > answer.entry.index, "the answer first", clause=CHAIN, at=signed.entry.index)
    await signed.answer(status="Accepted")


@scenario(
    "v16.security.sign-certificate.garbage",
    spec=[f"{PAPER} A02.FR.12, A03.FR.12"],
    requirements=["SEC-A02.11"],
    needs=[SIGNS],
    mutants=["csr-garbage-accepted", "csr-garbage-is-an-error"],
)
async def test_garbage_is_rejected(station: ChargePoint, secure: SecureStations, check: Checks) -> None:
    """What is no request for a certificate is answered Rejected, and no certificate follows."""
    await station.ready(chargePointSerialNumber=station.id)
    good = StationKey.ecdsa().request(station.id, secure.organisation)

    for csr in ("no request at all", good[:120], good.replace("A", "%"), StationKey.ecdsa().pem.replace("KEY", "K")):
        answer = await station.call("SignCertificate", {"csr": csr})
        check.equal(answer.payload.get("status"), "Rejected", clause=f"{PAPER} A02.FR.12", at=answer.entry.index)
    check.equal(await station.calls_until_probe("CertificateSigned"), [], clause=f"{PAPER} A02.FR.12")
    await issued(station, good)


@scenario(
    "v16.security.sign-certificate.unacceptable",
    spec=[f"{PAPER} A02.FR.12, A03.FR.12", f"{PAPER} A00.FR.501"],
    requirements=["SEC-A02.11"],
    needs=[SIGNS],
)
async def test_unacceptable_request_is_rejected(station: ChargePoint, secure: SecureStations, check: Checks) -> None:
    """A request is rejected if its signature is forged, its key too short, or it is for another station."""
    await station.ready(chargePointSerialNumber=station.id)
    key = StationKey.ecdsa()

    requests = {
        "forged": key.forged_request(station.id, secure.organisation),
        "weak": StationKey.rsa(1024).request(station.id, secure.organisation),
        "of another station": key.request("SOMEBODY-ELSE", secure.organisation),
    }
    for flaw, csr in requests.items():
        answer = await station.call("SignCertificate", {"csr": csr})
        observed = f"{answer.payload.get('status')} to a request that is {flaw}"
        expected = f"Rejected to a request that is {flaw}"
        check.equal(observed, expected, clause=f"{PAPER} A02.FR.12", level=SHOULD, at=answer.entry.index)
    await issued(station, key.request(station.id, secure.organisation))


@scenario(
    "v16.security.sign-certificate.chain-limit",
    spec=[CHAIN, f"{PAPER} 7.2"],
    requirements=["SEC-A02.flow"],
    needs=[SIGNS, GetConfiguration],
    mutants=["certificate-chain-limit-ignored"],
)
async def test_chain_fits_the_station(station: ChargePoint, csms: Csms, secure: SecureStations, check: Checks) -> None:
    """A certificate chain is cut short, to its leaf if need be, for a station that says how much it can take."""
    await station.ready(chargePointSerialNumber=station.id)
    csr = StationKey.ecdsa().request(station.id, secure.organisation)
    signed = await requested(station, check, csr)
    whole = str(signed.payload.get("certificateChain"))
    await signed.answer(status="Accepted")
    limit = _between(whole)

    station.configuration.read_only["CertificateSignedMaxChainSize"] = str(limit)
    await csms.perform(GetConfiguration(station=station.id))
    await (await station.next_call("GetConfiguration")).answer_by_default()
    signed = await requested(station, check, csr)
    size = len(str(signed.payload.get("certificateChain")))
    check.that(size <= limit, f"at most {limit} characters", observed=size, clause=CHAIN)
    await signed.answer(status="Accepted")


@scenario(
    "v16.security.sign-certificate.official-tool",
    spec=[PROCESSED],
    octt=["TC_074_CSMS"],
    needs=[SIGNS],
    mutants=["csr-without-names-rejected", "certificate-signed-with-pss"],
)
async def test_request_as_the_official_tool_makes_it(station: ChargePoint, check: Checks) -> None:
    """A request without names, for an RSA key, in lines that end with CRLF, is answered with a certificate.

    So the official tool is known to ask, and it shows no CpoName (steve-community/steve#2093): to refuse is lawful.
    """
    del station.configuration.writable["CpoName"]
    await station.ready(chargePointSerialNumber=station.id)
    station.expect("CertificateSigned")

    csr = StationKey.rsa().request(None, None).replace("\n", "\r\n")
    answer = await station.call("SignCertificate", {"csr": csr})
    taken = check.equal(answer.payload.get("status"), "Accepted", clause=PROCESSED, level=SHOULD, axis=POLICY)
    if taken:
        try:
            signed = await station.next_call("CertificateSigned")
        except Nonconformity as nothing:
            check.add(replace(nothing.check, level=SHOULD, axis=POLICY))
            return
        leaf, *_ = from_pem(signed.payload.get("certificateChain"), clause=CHAIN)
        wanted = "sha256WithRSAEncryption"
        check.equal(leaf.signature, wanted, clause=f"{PAPER} A00.FR.505", level=SHOULD, axis=POLICY)
        await signed.answer(status="Accepted")


def _between(chain: str) -> int:
    """Return a limit in characters that a leaf alone keeps and a leaf with its issuers does not.

    It lies well between the two: serial numbers and ECDSA signatures make each certificate a little longer or shorter.
    """
    leaf, _, issuers = chain.partition(END)
    return len(leaf) + len(END) + max(len(issuers) // 2, SPREAD)
