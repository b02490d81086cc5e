"""What an operator can do about security: credentials and certificates of stations, and the events recorded of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from server.core import security_events
from server.core.authority import ALGORITHMS, Authority
from server.core.credentials import BASIC, MUTUAL_TLS, NONE, TLS, Credentials
from server.core.operator import Impossible, Operator
from server.core.passwords import hashed
from server.core.stations import Stations
from server.core.store import Store


class SecurityConsole:
    """The console of the central system as far as security goes."""

    def __init__(self, operator: Operator, *, store: Store, stations: Stations, authority: Authority) -> None:
        self.operator = operator
        self.store = store
        self.stations = stations
        self.authority = authority

    async def set_security(self, id: str, profile: int, password: bytes | None = None) -> None:
        """Set the security profile of a station; without a password the one that it has stays.

        Raises UnknownStation, and Impossible for a profile that there is none of or one that lacks its password.
        """
        station = self.operator.known(id)
        if not NONE <= profile <= MUTUAL_TLS:
            raise Impossible(f"a security profile is 0 to 3, not {profile}")
        if password is not None and not password:
            raise Impossible("a password has at least one byte")
        kept = station.credentials.password if password is None else hashed(password)
        if kept is None and profile in (BASIC, TLS):
            raise Impossible(f"security profile {profile} needs a password")
        await self.stations.secure(station, Credentials(profile=profile, password=kept))

    async def client_certificate(
        self,
        common_name: str,
        organisation: str | None = None,
        *,
        expired: bool = False,
        authority: bool = True,
        algorithm: str = "ECDSA",
    ) -> tuple[str, str]:
        """Return a chain and its key as PEM, good or with a flaw, for tests; raises Impossible."""
        if algorithm not in ALGORITHMS:
            raise Impossible(f"algorithm is {' or '.join(ALGORITHMS)}, not {algorithm!r}")
        if not 1 <= len(common_name) <= 64 or not 1 <= len(organisation or "-") <= 64:
            raise Impossible("a name in a certificate has 1 to 64 characters")
        return await self.authority.client(
            common_name, organisation, algorithm=algorithm, expired=expired, trusted=authority
        )

    async def revoke_certificate(self, chain: str) -> None:
        """Revoke a client certificate; raises Impossible for a text that holds none."""
        from server.core import pki

        try:
            await self.authority.revoke(chain)
        except pki.Unusable as problem:
            raise Impossible(str(problem)) from None

    async def security_events(self, id: str) -> Sequence[dict[str, Any]]:
        """Return the security events of a station in the order in which they came; raises UnknownStation."""
        station = self.operator.known(id).id
        return await self.store.read(lambda tx: security_events.read(tx, station))
