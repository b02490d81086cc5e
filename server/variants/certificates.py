"""Variants of how certificates of stations are signed (security white paper A02)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ocpp.v16.enums import Action

from server.core.call_queue import Operation
from server.core.stations import Station
from server.core.validation import Payload
from server.v16 import VERSION, reported
from server.v16.certificates import REJECTED, Certificates
from server.variants.registry import variant

DELAY = 2.0
"""Seconds until a certificate follows its request: less than the usual patience of a run, where SteVe takes 5."""


@variant(
    "certificate-without-its-issuer",
    "CertificateSigned has the certificate of the station only.",
    grounds="security white paper 5.1: intermediate certificates may be left out",
)
class _LeafOnly(Certificates):
    def shortened(self, chain: Sequence[str], limit: int) -> str | None:
        return super().shortened(chain[:1], limit)


@variant(
    "no-certificate-authority",
    "Every SignCertificate is answered Rejected.",
    grounds="security white paper A02: a request may be rejected; products without a certificate authority",
    target={"features": {"certificate_authority": False}},
)
class _NoAuthority(Certificates):
    async def sign(self, station: Station, text: str) -> Payload:
        return dict(REJECTED)


@variant(
    "certificate-follows-later",
    f"CertificateSigned follows SignCertificate after {DELAY:g} seconds.",
    grounds="security white paper A02.FR.11: the request is forwarded to an authority; SteVe waits 5 s",
)
class _FollowsLater(Certificates):
    async def hand_over(self, station: Station, chain: Sequence[str]) -> None:
        await asyncio.sleep(DELAY)
        await super().hand_over(station, chain)


@variant(
    "request-checked-against-cpo-name",
    "A certificate is only issued where the station reports its operator as CpoName.",
    grounds="security white paper A02.FR.12 and its configuration key CpoName; SteVe",
)
class _CheckedAgainstCpoName(Certificates):
    async def hand_over(self, station: Station, chain: Sequence[str]) -> None:
        asked = Operation(station.id, VERSION, Action.get_configuration.value, {"key": ["CpoName"]})
        await self.queue.add(station, asked)
        await self.queue.outcome(asked.id, 2 * self.settings.call_timeout)
        name = await self.store.read(lambda tx: reported.text(tx, station.id, "CpoName"))
        from server.core import pki

        (leaf,) = pki.certificates(chain[0])
        if f"O={name}" in leaf.subject.rfc4514_string().split(","):
            await super().hand_over(station, chain)
