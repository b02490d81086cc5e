"""Contract certificates: whether a contract with a mobility operator is good (OCPP 2.0.1 C07, ISO 15118).

The mobility operators that are known are the root CAs of the central system, which knows what it has revoked and has
nobody else to ask. The number of a contract, its eMAID, is the common name of its certificate.
"""

from __future__ import annotations

from collections.abc import Mapping

from ocpp.v201.enums import AuthorizeCertificateStatusEnumType as Status

from server.core import instants, pki
from server.core.authority import Authority
from server.core.validation import Payload

_ENDS: Mapping[pki.Path, Status] = {
    pki.Path.GOOD: Status.accepted,
    pki.Path.UNKNOWN: Status.cert_chain_error,
    pki.Path.FORGED: Status.signature_error,
    pki.Path.OUTDATED: Status.certificate_expired,
}


class Contracts:
    """Judges contract certificates, or what a station tells of them once it has looked at their path itself."""

    def __init__(self, authority: Authority) -> None:
        """Prepare it; ``authority`` is open."""
        self.authority = authority

    def status(self, payload: Payload) -> str:
        """Return the certificateStatus for an AuthorizeRequest: the first problem there is, or else Accepted."""
        found = [self.of_hashes(one) for one in payload.get("iso15118CertificateHashData", [])]
        if "certificate" in payload:
            found.append(self.of_chain(payload["certificate"], payload["idToken"]["idToken"]))
        return str(next((one for one in found if one is not Status.accepted), Status.accepted).value)

    def of_hashes(self, told: Payload) -> Status:
        """Return how a certificate stands of which only hashes are told (C07.FR.05, C07.FR.16)."""
        named = told["issuerNameHash"].casefold(), told["issuerKeyHash"].casefold()
        if named not in [pki.issuer_hashes(root, told["hashAlgorithm"]) for root in self.authority.roots]:
            return Status.cert_chain_error
        return Status.certificate_revoked if self.authority.revoked(told["serialNumber"]) else Status.accepted

    def of_chain(self, text: str, emaid: str) -> Status:
        """Return how a contract stands whose certificate is there, with those between it and a root (C07.FR.05)."""
        try:
            chain = pki.certificates(text)
        except pki.Unusable:
            return Status.cert_chain_error
        end = _ENDS[pki.path(chain, self.authority.roots, instants.now())]
        if end is not Status.accepted:
            return end
        if any(self.authority.revoked(pki.serial_of(one)) for one in chain):
            return Status.certificate_revoked
        same = _plain(pki.common_name(chain[0]) or "") == _plain(emaid)
        return Status.accepted if same else Status.no_certificate_available


def _plain(emaid: str) -> str:
    """Return an eMAID without the hyphens and capitals that it may be written with."""
    return emaid.replace("-", "").casefold()
