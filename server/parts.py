"""The classes that a central system is made of, so that a mutant or a variant can replace one of them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from server.api_orders import ApiOrders
from server.core.authority import Authority
from server.core.call_queue import CallQueue
from server.core.connection import Connection
from server.core.framing import Framing
from server.core.handshake import Handshake
from server.core.session import Session
from server.core.tags import Tags
from server.core.tls import Tls
from server.operator import Operator
from server.v16.certificates import Certificates
from server.v16.core import CoreHandlers
from server.v16.firmware import Firmware
from server.v16.local_list import LocalList
from server.v16.operations import Operations
from server.v16.profile import Profile
from server.v16.reservation import Reservations
from server.v16.security import Security
from server.v16.smart_charging import SmartCharging
from server.v16.station_keys import StationKeys
from server.v16.transactions import Transactions
from server.v16.trigger import Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One class per part; of ``handlers`` and ``profiles`` there are several."""

    handshake: type[Handshake] = Handshake
    connection: type[Connection] = Connection
    framing: type[Framing] = Framing
    session: type[Session] = Session
    tags: type[Tags] = Tags
    transactions: type[Transactions] = Transactions
    operations: type[Operations] = Operations
    queue: type[CallQueue] = CallQueue
    authority: type[Authority] = Authority
    tls: type[Tls] = Tls
    operator: type[Operator] = Operator
    orders: type[ApiOrders] = ApiOrders
    handlers: tuple[type[Any], ...] = (CoreHandlers,)
    profiles: tuple[type[Profile], ...] = (
        Firmware,
        LocalList,
        Reservations,
        SmartCharging,
        Trigger,
        StationKeys,
        Certificates,
        Security,
    )

    def with_part(self, part: type) -> Parts:
        """Return the parts with one replaced by a subclass of it; raises TypeError for a class that is none."""
        for field in fields(self):
            current = getattr(self, field.name)
            if isinstance(current, type):
                replacement: Any = part if issubclass(part, current) else current
            else:
                replacement = tuple(part if issubclass(part, one) else one for one in current)
            if replacement != current:
                changes: dict[str, Any] = {field.name: replacement}
                return replace(self, **changes)
        raise TypeError(f"{part.__name__} is a subclass of no part")
