"""TLS as the white paper wants it (security white paper 2.4, 2.5), and what a station shows of itself there."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass

from server.core.authority import Authority

SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""Suites of TLS 1.2: the four that are demanded (A00.FR.317), and RSA with forward secrecy, which is better."""


class Tls:
    """Makes the contexts of the endpoints for the security profiles 2 and 3."""

    minimum = ssl.TLSVersion.TLSv1_2
    suites: str = ":".join(SUITES)
    client_certificate = ssl.CERT_REQUIRED

    def __init__(self, authority: Authority) -> None:
        self.authority = authority

    def context(self, *, mutual: bool) -> ssl.SSLContext:
        """Return the context of an endpoint; ``mutual`` demands a certificate from the station (A00.FR.402).

        Sessions are not resumed: each connection shows its certificate afresh.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = self.minimum
        context.set_ciphers(self.suites)
        context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_TICKET
        context.num_tickets = 0
        for file in self.authority.server_files:
            context.load_cert_chain(file)
        if mutual:
            context.verify_mode = self.client_certificate
            context.load_verify_locations(self.authority.certificate_file)
        return context


@dataclass(frozen=True, slots=True)
class PeerCertificate:
    """What the certificate of a peer says, once its path has been validated; ``serial`` in hexadecimal digits."""

    common_name: str | None
    organisation: str | None
    serial: str


def peer_certificate(transport: asyncio.BaseTransport) -> PeerCertificate | None:
    """Return the certificate that the peer of a connection has shown, None where it has shown none."""
    found = transport.get_extra_info("peercert")
    if not found:
        return None
    names = {name: value for part in found.get("subject", ()) for name, value in part}
    return PeerCertificate(names.get("commonName"), names.get("organizationName"), found.get("serialNumber", ""))
