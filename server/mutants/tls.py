"""Defects of TLS and of the certificate of the central system (security white paper A00.FR.305 to A00.FR.511)."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from server.core.authority import Authority
from server.core.tls import Tls
from server.mutants.registry import mutant

if TYPE_CHECKING:
    from server.core import pki

_HANDSHAKE = 22
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


class _PlainToo(ssl.SSLObject):
    """Passes on what is no TLS as it is."""

    _plain: bool | None = None
    _wire: tuple[ssl.MemoryBIO, ssl.MemoryBIO]
    _own: ssl.MemoryBIO
    _unread: bytes = b""

    @classmethod
    def _create(cls, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, *args: Any, **options: Any) -> _PlainToo:
        own = ssl.MemoryBIO()
        created: _PlainToo = super()._create(own, outgoing, *args, **options)  # type: ignore[misc]
        created._wire, created._own = (incoming, outgoing), own
        return created

    def _take(self) -> None:
        data = self._wire[0].read()
        if data and self._plain is None:
            self._plain = data[0] != _HANDSHAKE
        if self._plain:
            self._unread += data
        else:
            self._own.write(data)

    def do_handshake(self) -> None:
        self._take()
        if not self._plain:
            super().do_handshake()

    def getpeercert(self, binary_form: bool = False) -> Any:
        return None if self._plain else super().getpeercert(binary_form)

    def read(self, len: int = 1024, buffer: Any = None) -> Any:
        self._take()
        if not self._plain:
            return super().read(len, buffer)
        if not self._unread:
            raise ssl.SSLWantReadError
        data, self._unread = self._unread[:len], self._unread[len:]
        if buffer is None:
            return data
        buffer[: (size := data.__len__())] = data
        return size

    def write(self, data: Any) -> int:
        return self._wire[1].write(data) if self._plain else super().write(data)


@mutant("tls-optional", "Where stations connect with TLS, they may connect without it as well.")
class _Optional(Tls):
    def context(self, *, mutual: bool) -> ssl.SSLContext:
        context = super().context(mutual=mutual)
        context.sslobject_class = _PlainToo
        return context


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
