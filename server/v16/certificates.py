"""Certificates of stations and of those whom stations trust (security white paper A02, A03, M03, M04, M05)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, ClassVar

import orjson
from ocpp.v16.enums import Action
from sqlalchemy import Connection, delete, insert, select

from server.core.authority import Authority
from server.core.bundle import InvalidOperation
from server.core.call_queue import CallQueue, Operation
from server.core.frame_log import FrameLog
from server.core.profile import Profile
from server.core.settings import ServerSettings
from server.core.stations import Station, Stations
from server.core.store import Store
from server.core.validation import Payload
from server.v16 import VERSION, reported, tables

if TYPE_CHECKING:
    from server.core import pki

MAX_CHAIN, MAX_CERTIFICATE = 10_000, 5_500
"""Characters of a chain in CertificateSigned, and of a certificate in InstallCertificate (5.1, 5.11)."""

ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}


class Certificates(Profile):
    """Signs the certificates of stations, and manages the roots that they have installed."""

    actions: ClassVar[frozenset[str]] = frozenset(
        {
            Action.certificate_signed.value,
            Action.delete_certificate.value,
            Action.get_installed_certificate_ids.value,
            Action.install_certificate.value,
        }
    )

    def __init__(
        self,
        settings: ServerSettings,
        store: Store,
        *,
        stations: Stations,
        queue: CallQueue,
        authority: Authority,
        log: FrameLog,
    ) -> None:
        self.settings = settings
        self.store = store
        self.stations = stations
        self.queue = queue
        self.authority = authority
        self.log = log
        self._handing_over: set[asyncio.Task[None]] = set()

    # Requests of stations

    def sign_certificate(self, station: Station, payload: Payload) -> Awaitable[Payload]:
        """Have a certificate made for a good request; it follows in a CALL of its own (A02.FR.11)."""
        return self.sign(station, payload["csr"])

    async def sign(self, station: Station, text: str) -> Payload:
        """Return the SignCertificate.conf; after it, the certificate is handed over."""
        from server.core import pki

        try:
            csr = pki.request(text)
            self.check(station, csr)
        except (pki.Unusable, InvalidOperation) as problem:
            self.log.note("certificate refused", station=station.id, reason=str(problem))
            return dict(REJECTED)
        await self.authority.open()
        chain = self.authority.sign(csr, csr.common_name or station.id)
        task = asyncio.create_task(self.hand_over(station, chain), name=f"certificate of {station.id}")
        self._handing_over.add(task)
        task.add_done_callback(self._handing_over.discard)
        self.log.watch(task, "certificate not handed over", station=station.id)
        return dict(ACCEPTED)

    def check(self, station: Station, csr: pki.Request) -> None:
        """Raise InvalidOperation for a request that does not concern the station, or has a weak key (A02.FR.12).

        One that names nobody is taken for one of the station that sends it.
        """
        if csr.common_name is not None and not self.stations.named(station, csr.common_name):
            raise InvalidOperation("the common name is not that of the station")
        if csr.organisation not in (None, self.settings.organisation):
            raise InvalidOperation("the organisation is not that of the operator of the station")
        if csr.weak:
            raise InvalidOperation("the key is too short")

    async def hand_over(self, station: Station, chain: Sequence[str]) -> None:
        """Queue the CertificateSigned; a station that refuses the certificate is not sent it again (A02.FR.07)."""
        limit = await self.store.read(lambda tx: reported.number(tx, station.id, "CertificateSignedMaxChainSize"))
        text = self.shortened(chain, min(limit or MAX_CHAIN, MAX_CHAIN))
        if text is None:
            self.log.note("certificate too long", station=station.id, limit=limit)
            return
        action = Action.certificate_signed.value
        operation = Operation(station.id, VERSION, action, {"certificateChain": text})
        await self.queue.add(station, operation)

    def shortened(self, chain: Sequence[str], limit: int) -> str | None:
        """Return as much of a chain as fits, leaf first; None where not even the leaf does."""
        texts = ("".join(chain[:count]) for count in range(len(chain), 0, -1))
        return next((text for text in texts if len(text) <= limit), None)

    # What operators ask for

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Check that certificates can be read, and that there are not too many of them."""
        match action:
            case Action.install_certificate:
                self.check_pem(payload["certificate"], at_most=1, size=MAX_CERTIFICATE)
            case Action.certificate_signed:
                self.check_pem(payload["certificateChain"], at_most=10, size=MAX_CHAIN)
        return payload

    def check_pem(self, text: str, *, at_most: int, size: int) -> None:
        """Raise InvalidOperation for what is no certificate in PEM."""
        from server.core import pki

        if len(text) > size:
            raise InvalidOperation(f"the certificate has {len(text)} characters, which is more than {size}")
        try:
            count = len(pki.certificates(text))
        except pki.Unusable as problem:
            raise InvalidOperation(str(problem)) from None
        if count > at_most:
            raise InvalidOperation(f"there are {count} certificates instead of {at_most}")

    def answered(self, station: Station, tx: Connection, operation: Operation, answer: Payload) -> None:
        """Record what the station has installed, as it tells it; hash data is never worked out here (M04.FR.07)."""
        match operation.action:
            case Action.get_installed_certificate_ids:
                self.installed(tx, station, operation.payload["certificateType"], answer.get("certificateHashData", []))
            case Action.delete_certificate if answer["status"] in ("Accepted", "NotFound"):
                self.deleted(tx, station, operation.payload["certificateHashData"])

    def installed(self, tx: Connection, station: Station, kind: str, found: Sequence[Payload]) -> None:
        """Record the certificates of one type that a station has."""
        known = tables.installed_certificates.c
        old = delete(tables.installed_certificates).where(known.station == station.id, known.type == kind)
        tx.execute(old)
        rows = [{"station": station.id, "type": kind, "hash_data": orjson.dumps(one)} for one in found]
        if rows:
            tx.execute(insert(tables.installed_certificates), rows)

    def deleted(self, tx: Connection, station: Station, hash_data: Payload) -> None:
        """Forget a certificate that a station does not have any more."""
        known = tables.installed_certificates.c
        for row in tx.execute(select(tables.installed_certificates).where(known.station == station.id)).all():
            if orjson.loads(row.hash_data) == hash_data:
                tx.execute(delete(tables.installed_certificates).where(known.number == row.number))
