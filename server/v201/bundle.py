"""OCPP 2.0.1 as a bundle."""

from __future__ import annotations

from dataclasses import dataclass, field

from ocpp.exceptions import FormatViolationError, OCPPError
from ocpp.v201.enums import Action

from server.core.bundle import Bundle, Core, Service, routes
from server.core.framing import FrameRules
from server.core.profile import Profile
from server.core.validation import Schemas
from server.v201 import VERSION
from server.v201.authorization import Authorization
from server.v201.availability import Availability
from server.v201.bookkeeping import Bookkeeping
from server.v201.id_tokens import IdTokens
from server.v201.maintenance import Maintenance
from server.v201.operations import ACTIONS, Operations
from server.v201.provisioning import Provisioning
from server.v201.readings import Readings201
from server.v201.remote_control import RemoteControl
from server.v201.reports import DeviceModel
from server.v201.schemas import SCHEMAS
from server.v201.transactions import Transactions


class RpcFrameworkError(OCPPError):  # type: ignore[misc]  # ocpp has no type information
    """A text of which no CALL can be made (OCPP-J 2.0.1 table 8), an error that ``ocpp`` does not know."""

    code = "RpcFrameworkError"
    default_description = "Content of the call is no valid RPC request"


class MessageTypeNotSupportedError(OCPPError):  # type: ignore[misc]  # ocpp has no type information
    """A message of an unknown type (OCPP-J 2.0.1 table 8), an error that ``ocpp`` does not know."""

    code = "MessageTypeNotSupported"
    default_description = "A message of an unknown type"


FRAMES = FrameRules(
    broken=FormatViolationError, unknown_type=MessageTypeNotSupportedError, unreadable=RpcFrameworkError
)
"""What is not formed as a CALL has one error, a message of an unknown type another one (OCPP-J 2.0.1 4.2.3, 4.4)."""

_NAMES = {action.value: action.name for action in Action}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle201(Bundle):
    """The parts of OCPP 2.0.1, one or two per functional block."""

    version: str = VERSION
    subprotocol: str = "ocpp2.0.1"
    actions: frozenset[str] = frozenset(_NAMES)
    orders: frozenset[str] = ACTIONS
    schemas: Schemas = field(default=SCHEMAS, repr=False)
    frames: FrameRules = FRAMES
    id_tokens: type[IdTokens] = IdTokens
    bookkeeping: type[Bookkeeping] = Bookkeeping
    authorization: type[Authorization] = Authorization
    transactions: type[Transactions] = Transactions
    provisioning: type[Provisioning] = Provisioning
    device_model: type[DeviceModel] = DeviceModel
    remote_control: type[RemoteControl] = RemoteControl
    availability: type[Availability] = Availability
    maintenance: type[Maintenance] = Maintenance
    operations: type[Operations] = Operations
    readings: type[Readings201] = Readings201

    def open(self, core: Core) -> Service:
        """Put the parts together."""
        settings, store = core.settings, core.store
        id_tokens = self.id_tokens(core.tags)
        books = self.bookkeeping(id_tokens, parallel_tag_use=settings.parallel_tag_use)
        profiles: list[Profile] = [
            self.provisioning(settings, store),
            self.authorization(core.authority, id_tokens),
            self.transactions(store, books),
            self.device_model(store),
            self.remote_control(),
            self.availability(store),
            self.maintenance(settings, store),
        ]
        return Service(
            bundle=self,
            handlers=routes(_NAMES, profiles),
            operations=self.operations(profiles),
            readings=self.readings(),
        )
