"""Passwords of stations: kept as salted hashes, compared in constant time (security white paper A01.FR.08)."""

from __future__ import annotations

import hashlib
import hmac
import secrets

_SALT = 16


def hashed(password: bytes) -> bytes:
    """Return a salted hash of a password.

    The cost is low on purpose, for every handshake pays it: passwords are random keys of 16 bytes or more.
    """
    salt = secrets.token_bytes(_SALT)
    return salt + _digest(password, salt)


def fits(password: bytes, stored: bytes | None) -> bool:
    """Return whether a password is the one that was hashed."""
    if stored is None:
        return False
    return hmac.compare_digest(_digest(password, stored[:_SALT]), stored[_SALT:])


def _digest(password: bytes, salt: bytes) -> bytes:
    # scrypt fills a short password up with NUL, so that it would fit one with NUL at its end
    return hashlib.scrypt(hashlib.sha256(password).digest(), salt=salt, n=2**10, r=8, p=1, dklen=32)
