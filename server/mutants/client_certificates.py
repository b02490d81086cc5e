"""Defects in looking at client certificates (security white paper A00.FR.402 to A00.FR.407)."""

from __future__ import annotations

from server.core.handshake import Handshake
from server.core.stations import Station
from server.core.tls import PeerCertificate
from server.mutants.registry import mutant
from server.mutants.rows import Row, stubs

stubs(Handshake, "certificate_fits", Row("certificate-never-good", "Every client certificate is refused.", False))


@mutant("certificate-of-similar-station", "A client certificate is good if its common name contains the identity.")
class _SimilarStation(Handshake):
    def name_fits(self, station: Station, certificate: PeerCertificate) -> bool:
        return station.id in (certificate.common_name or "")
