"""Defects of TLS and of the certificate of the central system (security white paper A00.FR.305 to A00.FR.511)."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from server.authority import Authority
from server.mutants.registry import mutant
from server.tls import Tls

if TYPE_CHECKING:
    from server import pki

_SERVER_HELLO = 2
_SESSION_ID = 43
"""Where the length of the session id stands in a record that begins with a ServerHello."""


@mutant("tls-server-certificate-foreign", "The central system shows certificates of a CA that no station trusts.")
class _Foreign(Authority):
    def certificates(self) -> str:
        return self._new_root("ECDSA").certificate_pem


@mutant("tls-server-certificate-other-host", "The certificates of the central system are good for another host only.")
class _OtherHost(Authority):
    @property
    def hosts(self) -> Sequence[str]:
        return ("another.example",)


@mutant("tls-1-2-missing", "TLS 1.3 is spoken, TLS 1.2 is not.")
class _NewOnly(Tls):
    minimum = ssl.TLSVersion.TLSv1_3


class _WeakKey(Authority):
    """A certificate authority with a central system whose RSA key is too short."""

    def server_key(self, algorithm: str) -> pki.PrivateKey:
        """Return a new key of the central system."""
        from cryptography.hazmat.primitives.asymmetric import rsa

        if algorithm == "RSA":
            return rsa.generate_private_key(public_exponent=65_537, key_size=1024)  # noqa: S505  (that is the defect)
        return super().server_key(algorithm)


@mutant("tls-server-key-weak", "The RSA key of the central system has 1024 bits.", also=(_WeakKey,))
class _WeakKeyAllowed(Tls):
    suites = f"{Tls.suites}:@SECLEVEL=0"


class _Compressing(ssl.SSLObject):
    """Says in its ServerHello that it compresses, which is as far as such a handshake gets."""

    _sent: ssl.MemoryBIO
    _own: ssl.MemoryBIO

    @classmethod
    def _create(cls, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *args: Any, **options: Any) -> _Compressing:
        own = ssl.MemoryBIO()
        created: _Compressing = super()._create(incoming, own, *args, **options)  # type: ignore[misc]
        created._sent, created._own = outgoing, own
        return created

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        finally:
            self._sent.write(_with_compression(self._own.read()))


def _with_compression(record: bytes) -> bytes:
    if record[5:6] != bytes([_SERVER_HELLO]):
        return record
    method = _SESSION_ID + 1 + record[_SESSION_ID] + 2
    return record[:method] + b"\1" + record[method + 1 :]


@mutant("tls-compression", "Compression is chosen in TLS.")
class _Compression(Tls):
    def context(self, *, mutual: bool) -> ssl.SSLContext:
        context = super().context(mutual=mutual)
        context.sslobject_class = _Compressing
        return context
