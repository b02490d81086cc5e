"""The certificate authority of the central system: it certifies the central system and its stations."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from server.core import instants, tables
from server.core.settings import another
from server.core.store import Store

if TYPE_CHECKING:
    from server.core import pki

ALGORITHMS = ("RSA", "ECDSA")
"""Keys of both kinds are in use, so that all four suites of the white paper work (A00.FR.317)."""

_AUTHORITY_LIFE = timedelta(days=3650)
_SLACK = timedelta(minutes=5)
"""Certificates are valid from a little earlier on: clocks of stations differ."""


class AuthorityError(OSError):
    """Keys and certificates that cannot be read or made; the text names the setting that chooses others."""


class Authority:
    """Two root CAs, RSA and ECDSA, whose keys lie in a folder and are made on first use."""

    life = timedelta(days=365)

    def __init__(self, folder: Path, organisation: str, host: str, store: Store) -> None:
        """Prepare it; ``host`` is the name of the central system, ``organisation`` that of the operator of stations."""
        self.folder = folder
        self.organisation = organisation
        self.host = host
        self._store = store
        self._revoked: set[str] = set()
        self._roots: dict[str, pki.Credential] = {}
        self._opening: asyncio.Task[None] | None = None

    @property
    def certificate_file(self) -> Path:
        """The PEM file of the root certificates, for everyone who is to trust them."""
        return self.folder / "authority.pem"

    @property
    def server_files(self) -> Sequence[Path]:
        """The PEM files of the central system itself: a chain and its key each."""
        return [self.folder / f"server-{algorithm.lower()}.pem" for algorithm in ALGORITHMS]

    @property
    def hosts(self) -> Sequence[str]:
        """The names and addresses that the certificates of the central system are good for."""
        return tuple(dict.fromkeys((self.host, "localhost", "127.0.0.1", "::1")))

    async def load(self) -> None:
        """Read which certificates have been revoked."""
        serials = await self._store.read(
            lambda tx: tx.execute(select(tables.revoked_certificates.c.serial)).scalars().all()
        )
        self._revoked = set(serials)

    async def open(self) -> None:
        """Read keys and certificates, and make those that are missing; raises AuthorityError."""
        if self._opening is None or (self._opening.done() and self._opening.exception()):
            self._opening = asyncio.create_task(asyncio.to_thread(self._prepare), name="authority")
        await asyncio.shield(self._opening)

    def certificates(self) -> str:
        """Return the root certificates as PEM."""
        return "".join(self._roots[algorithm].certificate_pem for algorithm in ALGORITHMS)

    @property
    def roots(self) -> Sequence[pki.Certificate]:
        """The root certificates, once it is open."""
        return [root.certificate for root in self._roots.values()]

    # What it certifies

    def sign(self, csr: pki.Request, common_name: str) -> Sequence[str]:
        """Return the certificate for a request and that of its issuer, each as PEM (A02.FR.11).

        The leaf is signed with the algorithm of the station's own key.
        """
        from server.core import pki

        issuer = self._roots[csr.algorithm]
        subject = self.subject(common_name, csr.organisation or self.organisation)
        return [pki.issue(issuer, subject, "client", csr.key), issuer.certificate_pem]

    def subject(self, common_name: str, organisation: str | None) -> pki.Subject:
        """Return the subject and the validity of a certificate that is issued now."""
        from server.core import pki

        began = instants.now() - _SLACK
        return pki.Subject(
            common_name=common_name, organisation=organisation, not_before=began, not_after=began + self.life
        )

    async def client(
        self, common_name: str, organisation: str | None, *, algorithm: str, expired: bool, trusted: bool
    ) -> tuple[str, str]:
        """Return a chain and its key for a station, good or flawed: a function for tests, as PEM."""
        await self.open()
        return await asyncio.to_thread(self._client, common_name, organisation, algorithm, expired, trusted)

    # What it has revoked

    async def revoke(self, chain: str) -> None:
        """Revoke the first certificate of a chain; raises Unusable of ``pki`` for a text that is none."""
        from server.core import pki

        serial = pki.serial(chain)
        await self._store.append(_REVOKE, {"serial": serial}, None)
        self._revoked.add(serial)

    def revoked(self, serial: str) -> bool:
        """Return whether the certificate with this serial number, in hexadecimal digits, is revoked (A00.FR.704)."""
        return serial.lstrip("0").upper() in self._revoked

    # Keys and files

    def _prepare(self) -> None:
        from server.core import pki

        try:
            self._open()
        except (OSError, UnicodeDecodeError, pki.Unusable) as error:
            raise AuthorityError(
                f"the certificates in {self.folder} cannot be used ({error}): {another('tls_dir')}"
            ) from error

    def _open(self) -> None:
        from server.core import pki

        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        roots = {algorithm: self._root(algorithm) for algorithm in ALGORITHMS}
        for algorithm, file in zip(ALGORITHMS, self.server_files, strict=True):
            key = self.server_key(algorithm)
            subject = self.subject(self.host, self.organisation)
            leaf = pki.issue(roots[algorithm], subject, "server", key.public_key(), self.hosts)
            _write(file, f"{leaf}{pki.key_pem(key)}")
        self._roots = roots
        _write(self.certificate_file, self.certificates(), mode=0o644)

    def server_key(self, algorithm: str) -> pki.PrivateKey:
        """Return a new key of the central system."""
        from server.core import pki

        return pki.new_key(algorithm)

    def _root(self, algorithm: str) -> pki.Credential:
        from server.core import pki

        certificate, key = (self.folder / f"authority-{algorithm.lower()}.{end}" for end in ("pem", "key"))
        if certificate.is_file() and key.is_file():
            return pki.load(certificate.read_text("ascii"), key.read_text("ascii"))
        root = self._new_root(algorithm)
        _write(key, pki.key_pem(root.key))
        _write(certificate, root.certificate_pem, mode=0o644)
        return root

    def _new_root(self, algorithm: str) -> pki.Credential:
        from server.core import pki

        now = instants.now()
        name = f"{self.organisation} {algorithm} root"
        subject = pki.Subject(
            common_name=name, organisation=self.organisation, not_before=now - _SLACK, not_after=now + _AUTHORITY_LIFE
        )
        return pki.new_authority(subject, algorithm)

    def _client(
        self, common_name: str, organisation: str | None, algorithm: str, expired: bool, trusted: bool
    ) -> tuple[str, str]:
        from server.core import pki

        issuer = self._roots[algorithm] if trusted else self._new_root(algorithm)
        now = instants.now()
        subject = self.subject(common_name, organisation or self.organisation)
        if expired:
            subject = pki.Subject(
                common_name=common_name,
                organisation=subject.organisation,
                not_before=now - timedelta(days=2),
                not_after=now - timedelta(days=1),
            )
        key = pki.new_key(algorithm)
        leaf = pki.issue(issuer, subject, "client", key.public_key())
        return f"{leaf}{issuer.certificate_pem}", pki.key_pem(key)


_REVOKE = insert(tables.revoked_certificates).on_conflict_do_nothing()


def _write(file: Path, text: str, *, mode: int = 0o600) -> None:
    file.touch(mode=mode)
    file.write_text(text, encoding="ascii")
