"""Contracts with a mobility operator, by their certificates: OCPP 2.0.1 C07, ISO 15118."""

from typing import Any

from harness.csms import ContractCertificate, ContractIssuing, TagProvisioning
from harness.csms.console import Csms
from harness.scenario import Member, family, scenario
from harness.verdict import Checks
from scenarios.stage.population import Tags, fresh_tag
from scenarios.v201.answers import accepted
from simulators.certificates import chain
from simulators.v201 import ChargingStation, token_status

ANSWERED = "OCPP 2.0.1 C07.FR.04"
NOBODY = "http://ocsp.invalid"
"""The responder of a certificate that names none."""


def fresh_emaid() -> str:
    """Return the number of a contract that nobody else has."""
    return f"DEPLGC{fresh_tag()[:8]}"


def hashes(contract: ContractCertificate) -> dict[str, Any]:
    """Return what a station tells of a contract whose certificates it has looked at itself."""
    leaf, issuer = chain(contract.chain)[:2]
    data = leaf.hash_data("SHA256", issuer)
    return {"iso15118CertificateHashData": [{**data, "responderURL": contract.responder or NOBODY}]}


def certificate(contract: ContractCertificate) -> dict[str, Any]:
    """Return what a station tells of a contract that it leaves to the CSMS to judge."""
    return {"certificate": contract.chain}


@family(
    Member(
        id=f"v201.authorization.contract-certificate.{name}",
        title=f"A good contract of which a station tells {what} is accepted, and so is the transaction on it.",
        case=told,
        spec=[ANSWERED, *more],
        octt=[octt],
        needs=[TagProvisioning, ContractIssuing],
        mutants=["certificate-status-missing", "contract-never-good"],
    )
    for name, what, octt, told, more in (
        ("hashes-accepted", "hashes", "TC_C_50_CSMS", hashes, []),
        ("chain-accepted", "the certificates", "TC_C_52_CSMS", certificate, ["OCPP 2.0.1 C07.FR.05"]),
    )
)
async def test_good_contract_is_accepted(
    station: ChargingStation, csms: Csms, tags: Tags, check: Checks, case: Any
) -> None:
    """The contract is accepted as a token and by its certificate."""
    emaid = await tags.accepted(fresh_emaid())
    contract = await csms.ask(ContractIssuing).contract_certificate(emaid)
    await station.ready()

    answer = await station.authorize(emaid, "eMAID", **case(contract))
    accepted(check, answer, clause=ANSWERED)
    check.equal(answer.payload.get("certificateStatus"), "Accepted", clause=ANSWERED)
    transaction = station.transaction(emaid, type="eMAID")
    started = await transaction.started("Authorized", idToken=transaction.id_token)
    accepted(check, started, clause="OCPP 2.0.1 E01.FR.12")


@scenario(
    "v201.authorization.contract-certificate.revoked",
    spec=["OCPP 2.0.1 C07.FR.16"],
    octt=["TC_C_51_CSMS"],
    needs=[TagProvisioning, ContractIssuing],
    mutants=["revoked-contract-accepted", "certificate-status-missing"],
)
async def test_revoked_contract_is_invalid(station: ChargingStation, csms: Csms, tags: Tags, check: Checks) -> None:
    """A contract whose certificate is revoked is answered Invalid, and CertificateRevoked."""
    emaid = await tags.accepted(fresh_emaid())
    contract = await csms.ask(ContractIssuing).contract_certificate(emaid)
    await csms.ask(ContractIssuing).revoke_contract(contract.chain)
    await station.ready()

    answer = await station.authorize(emaid, "eMAID", **hashes(contract))
    check.equal(token_status(answer), "Invalid", clause="OCPP 2.0.1 C07.FR.16")
    check.equal(answer.payload.get("certificateStatus"), "CertificateRevoked", clause="OCPP 2.0.1 C07.FR.16")
