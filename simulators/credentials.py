"""How a station proves who it is, and whom it trusts: Basic credentials and TLS contexts (security profiles 1 to 3)."""

from __future__ import annotations

import base64
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path


def basic(user: str, password: bytes) -> dict[str, str]:
    """Return the header of HTTP Basic authentication; the password is any bytes (OCPP-J 1.6 6.2.2)."""
    token = base64.b64encode(user.encode() + b":" + password).decode()
    return {"Authorization": f"Basic {token}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What a station brings to a TLS handshake.

    ``authority`` is the PEM of the CA that it trusts, None for those of the operating system; ``chain`` and ``key``
    are its own certificate, PEM; ``ciphers`` restricts TLS 1.2 to these OpenSSL suites. The host name is always
    verified.
    """

    authority: str | None = None
    chain: str | None = None
    key: str | None = None
    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    maximum: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED
    ciphers: str | None = None

    def context(self) -> ssl.SSLContext:
        """Return the context for a connection; raises ssl.SSLError for unusable material."""
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cadata=self.authority)
        if self.ciphers is not None:
            context.set_ciphers(self.ciphers)
        context.minimum_version, context.maximum_version = self.minimum, self.maximum
        if self.chain is not None and self.key is not None:
            _load(context, self.chain, self.key)
        return context


def _load(context: ssl.SSLContext, chain: str, key: str) -> None:
    """Load a certificate from memory, by way of a file that only this user can read: OpenSSL wants one."""
    with tempfile.TemporaryDirectory(prefix="plugfest-") as folder:
        path = Path(folder) / "client.pem"
        path.touch(mode=0o600)
        path.write_text(f"{chain}\n{key}\n", encoding="ascii")
        context.load_cert_chain(path)
