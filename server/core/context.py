"""What the parts of one central system share."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.authority import Authority
from server.core.call_queue import CallQueue
from server.core.frame_log import FrameLog
from server.core.links import Links
from server.core.metrics import Metrics
from server.core.settings import ServerSettings
from server.core.stations import Stations
from server.core.store import Store
from server.core.tags import Tags


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """The settings, the store and what is kept in memory."""

    settings: ServerSettings
    store: Store
    stations: Stations
    links: Links
    tags: Tags
    queue: CallQueue
    authority: Authority
    metrics: Metrics
    log: FrameLog
