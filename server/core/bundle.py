"""What makes an OCPP version to the central system: the core itself knows no action.

A bundle is what is fixed about a version: its subprotocol, its actions, its schemas, its rules for frames, and, as
fields of a subclass, the classes that its messages are served by. A new version is such a subclass, whose ``open``
puts its parts together and returns them as a service, and a line in ``server.parts``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from server.core.authority import Authority
from server.core.call_queue import CallQueue, Effects
from server.core.frame_log import FrameLog
from server.core.framing import FrameRules
from server.core.readings import Readings
from server.core.settings import ServerSettings
from server.core.stations import Station, Stations
from server.core.store import Store
from server.core.tags import Tags
from server.core.validation import Payload, Schemas

Handler = Callable[[Station, Payload], Payload | Awaitable[Payload]]
"""Serves the CALLs of one action: returns the payload of the answer, or something that will."""


class InvalidOperation(Exception):
    """An operation that must not be sent to any station; the text says why."""


class UnsuitableOperation(Exception):
    """An operation that the station, as it stands, must not be sent; the text says why."""


class Operations(Effects, Protocol):
    """What operators may ask for, and what the answers of stations change."""

    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        """Return the payload with what the central system chooses itself.

        Raises InvalidOperation or UnsuitableOperation for what the schema or the text forbids.
        """
        ...

    def may_ask(self, station: Station, action: str, payload: Payload) -> str | None:
        """Return why an operator may not ask this of a station as it stands, None if it is fine."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What a bundle puts its parts together on; each part is given what it needs, and nothing else."""

    settings: ServerSettings
    store: Store
    stations: Stations
    tags: Tags
    queue: CallQueue
    authority: Authority
    log: FrameLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A version in service: who serves each action, what operations mean, and what is on record."""

    bundle: Bundle
    handlers: Mapping[str, Handler]
    operations: Operations
    readings: Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle(ABC):
    """What is fixed about a version; the classes among the fields of a subclass are its parts.

    ``actions`` are all that the version knows, ``orders`` those that a central system can ask of a station.
    ``unaccepted`` are those that a station may send before it is accepted.
    """

    version: str
    subprotocol: str
    actions: frozenset[str]
    orders: frozenset[str]
    schemas: Schemas
    frames: FrameRules
    unaccepted: frozenset[str] = frozenset({"BootNotification"})

    @abstractmethod
    def open(self, core: Core) -> Service:
        """Put the parts together for a central system whose store is open."""


def routes(names: Mapping[str, str], instances: Sequence[Any]) -> Mapping[str, Handler]:
    """Return the handlers by action: the methods of the instances that bear the name of one in ``names``."""
    found: dict[str, Handler] = {}
    for instance in instances:
        found |= {action: getattr(instance, name) for action, name in names.items() if hasattr(instance, name)}
    return found
