"""The products that ``plugfest init`` can write a target file for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plugfest.targets import filled


@dataclass(frozen=True, slots=True)
class Product:
    """A central system, or a kind of them, that there is a target file for.

    ``endpoint`` and ``base_url`` are where it listens on this machine unless configured otherwise, None where nobody
    can know that; ``operated`` is whether there is an API at all, ``unknown_stations`` what becomes of stations that
    nobody told it of, as in a target file.
    """

    name: str
    file: str
    endpoint: str | None = None
    base_url: str | None = None
    operated: bool = True
    unknown_stations: str | None = None

    def render(
        self,
        *,
        name: str,
        endpoint: str,
        base_url: str | None,
        identities: Sequence[str],
        seen: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> str:
        """Return the target file for one system; without identities stations are made up.

        ``seen`` is what a look at it has told, by section and key.
        """
        csms, policies, security = ((seen or {}).get(name, {}) for name in ("csms", "policies", "security"))
        values = {
            "name": name,
            "endpoint": endpoint,
            "base_url": base_url,
            "identities": list(identities) or None,
            "patience": csms.get("patience"),
            "unknown_stations": policies.get("unknown_stations", self.unknown_stations),
            "security_profile": security.get("profile"),
        }
        return filled(self.file, values)


PRODUCTS: Mapping[str, Product] = {
    "none": Product("central system under test", "none.toml", operated=False),
    "http": Product("central system under test", "http.toml"),
    "steve": Product(
        "SteVe",
        "steve.toml",
        endpoint="ws://localhost:8080/steve/websocket/CentralSystemService",
        base_url="http://localhost:8080/steve/api/v1",
        unknown_stations="refused",
    ),
    "citrineos": Product(
        "CitrineOS",
        "citrineos.toml",
        endpoint="ws://localhost:8092",
        base_url="http://localhost:8080",
        unknown_stations="accepted",
    ),
}
"""What ``plugfest init`` knows how to operate."""
