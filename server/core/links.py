"""The live connections of stations: at most one each, whatever version it speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Protocol

from server.core.stations import Station
from server.core.validation import Payload


class CallFailed(Exception):
    """A CALL of the central system that was not answered as it should; the text is for the operator."""


class Link(Protocol):
    """The connection of a station, as the rest of the central system sees it."""

    def call(self, action: str, payload: Payload) -> asyncio.Future[Payload]:
        """Send a CALL and return the future of its answer, which may end in CallFailed."""
        ...

    def silence(self, seconds: float) -> CallFailed:
        """Return the failure of the CALL that was sent last and was not answered, with what came in its stead."""
        ...

    def replaced(self) -> None:
        """Give way to a newer connection of the same station."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Begin to end it."""
        ...

    def abort(self) -> None:
        """End it at once."""
        ...


class Links:
    """Knows which stations are connected, and by what."""

    def __init__(self) -> None:
        self._live: dict[Station, Link] = {}

    def __iter__(self) -> Iterator[Link]:
        return iter(tuple(self._live.values()))

    def __len__(self) -> int:
        return len(self._live)

    def __contains__(self, station: Station) -> bool:
        return station in self._live

    def of(self, station: Station) -> Link | None:
        """Return the connection of a station, None while it has none."""
        return self._live.get(station)

    def begin(self, station: Station, link: Link) -> None:
        """Take a connection for that of the station; the one it had gives way."""
        old = self._live.get(station)
        self._live[station] = link
        if old is not None:
            old.replaced()

    def end(self, station: Station, link: Link) -> bool:
        """Forget a connection that has ended, and return whether it was that of the station."""
        if self._live.get(station) is not link:
            return False
        del self._live[station]
        return True
