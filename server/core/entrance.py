"""The endpoints of a central system: each one is for some of the security profiles."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.credentials import BASIC, MUTUAL_TLS, NONE, TLS


@dataclass(frozen=True, slots=True)
class Entrance:
    """One endpoint: the security profiles that are spoken there, the setting of its port, and what protects it."""

    profiles: frozenset[int]
    port_setting: str
    encrypted: bool = False
    mutual: bool = False


PLAIN = Entrance(frozenset({NONE, BASIC}), "port")
ENCRYPTED = Entrance(frozenset({TLS}), "tls_port", encrypted=True)
MUTUAL = Entrance(frozenset({MUTUAL_TLS}), "mutual_tls_port", encrypted=True, mutual=True)

ENTRANCES = (PLAIN, ENCRYPTED, MUTUAL)


def entrance_of(profile: int) -> Entrance:
    """Return the endpoint of a security profile; raises ValueError for one that there is none of."""
    for entrance in ENTRANCES:
        if profile in entrance.profiles:
            return entrance
    raise ValueError(f"there is no security profile {profile}; there are 0 to 3")
