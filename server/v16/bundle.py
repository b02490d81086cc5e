"""OCPP 1.6 as a bundle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ocpp.exceptions import FormationViolationError
from ocpp.v16.enums import Action

from server.core.bundle import Bundle, Service, routes
from server.core.context import Context
from server.core.framing import FrameRules
from server.core.profile import Profile
from server.core.validation import Schemas
from server.v16 import VERSION
from server.v16.certificates import Certificates
from server.v16.core import CoreHandlers
from server.v16.firmware import Firmware
from server.v16.local_list import LocalList
from server.v16.operations import ACTIONS, Operations
from server.v16.readings import Readings16
from server.v16.reservation import Reservations
from server.v16.schemas import SCHEMAS
from server.v16.security import Security
from server.v16.smart_charging import SmartCharging
from server.v16.station_keys import StationKeys
from server.v16.transactions import Transactions
from server.v16.trigger import Trigger

FRAMES = FrameRules(broken=FormationViolationError)
"""What is not formed as a CALL has one error, what is no message is not answered (OCPP-J 1.6 4.2.3)."""

_NAMES = {action.value: action.name for action in Action}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle16(Bundle):
    """The parts of OCPP 1.6, Core and one per feature profile."""

    version: str = VERSION
    subprotocol: str = "ocpp1.6"
    actions: frozenset[str] = frozenset(_NAMES)
    orders: frozenset[str] = ACTIONS
    schemas: Schemas = field(default=SCHEMAS, repr=False)
    frames: FrameRules = FRAMES
    transactions: type[Transactions] = Transactions
    operations: type[Operations] = Operations
    readings: type[Readings16] = Readings16
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

    def open(self, context: Context) -> Service:
        """Put the parts together."""
        operations = self.operations([kind(context) for kind in self.profiles])
        transactions = self.transactions(context.tags, parallel_tag_use=context.settings.parallel_tag_use)
        handlers = [kind(context, operations, transactions) for kind in self.handlers]
        return Service(
            bundle=self,
            handlers=routes(_NAMES, [*handlers, *operations.profiles]),
            operations=operations,
            readings=self.readings(operations.of(LocalList), operations.of(Reservations), operations.of(SmartCharging)),
        )
