"""The classes that a central system is made of, so that a mutant or a variant can replace one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from server.api_orders import ApiOrders
from server.core.authority import Authority
from server.core.bundle import Bundle
from server.core.call_queue import CallQueue
from server.core.connection import Connection
from server.core.framing import Framing
from server.core.handshake import Handshake
from server.core.operator import Operator
from server.core.session import Session
from server.core.settings import SettingsError
from server.core.store import Store
from server.core.tags import Tags
from server.core.tls import Tls
from server.v16.bundle import Bundle16
from server.v201.bundle import Bundle201

BUNDLES: tuple[Bundle, ...] = (Bundle16(), Bundle201())
"""The versions that there are, the oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One class per part that all versions share, and a bundle for each version."""

    handshake: type[Handshake] = Handshake
    connection: type[Connection] = Connection
    framing: type[Framing] = Framing
    session: type[Session] = Session
    store: type[Store] = Store
    tags: type[Tags] = Tags
    queue: type[CallQueue] = CallQueue
    authority: type[Authority] = Authority
    tls: type[Tls] = Tls
    operator: type[Operator] = Operator
    orders: type[ApiOrders] = ApiOrders
    bundles: tuple[Bundle, ...] = BUNDLES

    def with_part(self, part: type) -> Parts:
        """Return the parts with one replaced by a subclass of it; raises TypeError for a class that is none."""
        shared = replace(self, **_changes(self, part))
        bundles = tuple(replace(one, **_changes(one, part)) for one in self.bundles)
        if (shared, bundles) == (self, self.bundles):
            raise TypeError(f"{part.__name__} is a subclass of no part")
        return replace(shared, bundles=bundles)

    def served(self, versions: Sequence[str] | None) -> Sequence[Bundle]:
        """Return the bundles of some versions, all with None; raises SettingsError for one that there is none of."""
        known = {one.version: one for one in self.bundles}
        if unknown := [version for version in versions or () if version not in known]:
            raise SettingsError(f"versions: there is no {', '.join(unknown)}; there are {', '.join(known)}")
        return [known[version] for version in (known if versions is None else versions)]


def _changes(parts: Any, part: type) -> Mapping[str, Any]:
    """Return the fields of a dataclass that change where ``part`` takes the place of the class it derives from."""

    def changed(one: Any) -> Any:
        return part if isinstance(one, type) and issubclass(part, one) else one

    found = {field.name: getattr(parts, field.name) for field in fields(parts)}
    altered = {
        name: tuple(changed(one) for one in value) if isinstance(value, tuple) else changed(value)
        for name, value in found.items()
    }
    return {name: value for name, value in altered.items() if value != found[name]}
