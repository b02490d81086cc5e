"""How stations prove who they are: their security profile, and their password (OCPP-J 1.6 6, white paper A00)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy.dialects.sqlite import insert

from server.core import tables
from server.core.passwords import fits, hashed

NONE, BASIC, TLS, MUTUAL_TLS = range(4)
"""The security profiles; 0 is none at all (white paper 2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The security profile of a station and hashes of its password.

    ``fallback`` is the profile before an upgrade that the station has taken but not used yet, ``offered`` a password
    that it has been sent and may have taken.
    """

    profile: int = NONE
    fallback: int | None = None
    password: bytes | None = None
    offered: bytes | None = None

    @property
    def profiles(self) -> tuple[int, ...]:
        """The profiles that it may connect with, the one that counts first."""
        return (self.profile,) if self.fallback is None else (self.profile, self.fallback)

    def know(self, password: bytes) -> bool:
        """Return whether a password is one that the station may have."""
        return fits(password, self.password) or fits(password, self.offered)

    def offering(self, password: bytes) -> Self:
        """Return the credentials while a station is being sent a new password: both are good (A01.FR.04)."""
        return replace(self, offered=hashed(password))

    def switched(self) -> Self:
        """Return the credentials once a station has taken the new password: the old one is refused (A01.FR.03)."""
        return self if self.offered is None else replace(self, password=self.offered, offered=None)

    def kept(self) -> Self:
        """Return the credentials once a station has refused the new password (A01.FR.04)."""
        return replace(self, offered=None)

    def upgraded(self, profile: int) -> Self:
        """Return the credentials once a station has taken a higher profile: the lower is good for now (A05.FR.08).

        A job of the store may run again: what is recorded twice changes nothing more.
        """
        return self if profile == self.profile else replace(self, profile=profile, fallback=self.profile)

    def proven(self, profile: int, password: bytes | None) -> Self:
        """Return the credentials after a connection: what it shows to be out of use is refused (A05.FR.09)."""
        current = self.switched() if password is not None and fits(password, self.offered) else self
        return replace(current, fallback=None) if profile == self.profile and self.fallback is not None else current

    def row(self, station: str) -> dict[str, Any]:
        """Return the row of a station."""
        return {
            "station": station,
            "profile": self.profile,
            "fallback": self.fallback,
            "password": self.password,
            "offered": self.offered,
        }


_store = insert(tables.credentials)
STORE = _store.on_conflict_do_update(
    index_elements=["station"],
    set_={name: _store.excluded[name] for name in ("profile", "fallback", "password", "offered")},
)
"""The statement that stores the row of a station."""
