"""OCPP 1.6 as a bundle."""

from __future__ import annotations

from dataclasses import dataclass, field

from ocpp.exceptions import FormationViolationError
from ocpp.v16.enums import Action

from server.core.bundle import Bundle, Core, Service, routes
from server.core.framing import FrameRules
from server.core.profile import Profile
from server.core.validation import Schemas
from server.v16 import VERSION
from server.v16.certificates import Certificates
from server.v16.core import CoreHandlers
from server.v16.firmware import Firmware
from server.v16.id_tags import IdTags
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
    core: type[CoreHandlers] = CoreHandlers
    id_tags: type[IdTags] = IdTags
    transactions: type[Transactions] = Transactions
    firmware: type[Firmware] = Firmware
    local_list: type[LocalList] = LocalList
    reservations: type[Reservations] = Reservations
    smart_charging: type[SmartCharging] = SmartCharging
    trigger: type[Trigger] = Trigger
    station_keys: type[StationKeys] = StationKeys
    certificates: type[Certificates] = Certificates
    security: type[Security] = Security
    operations: type[Operations] = Operations
    readings: type[Readings16] = Readings16

    def open(self, core: Core) -> Service:
        """Put the parts together."""
        settings, store, tags = core.settings, core.store, core.tags
        id_tags = self.id_tags(tags)
        lists, reservations, charging = self.local_list(id_tags), self.reservations(tags), self.smart_charging(tags)
        certificates = self.certificates(
            settings, store, stations=core.stations, queue=core.queue, authority=core.authority, log=core.log
        )
        profiles: list[Profile] = [lists, reservations, charging, certificates]
        profiles += [self.firmware(store), self.security(store), self.station_keys(core.stations), self.trigger()]
        handlers = self.core(
            settings,
            store,
            id_tags,
            transactions=self.transactions(id_tags, parallel_tag_use=settings.parallel_tag_use),
            reservations=reservations,
            charging=charging,
        )
        return Service(
            bundle=self,
            handlers=routes(_NAMES, [handlers, *profiles]),
            operations=self.operations(profiles),
            readings=self.readings(lists, reservations, charging),
        )
