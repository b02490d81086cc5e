"""How gently each identity treats the central system, over all of its connections and whoever opens them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count


@dataclass(slots=True, kw_only=True)
class Manners:
    """What the central system asks of every station, and how each identity has kept to it so far.

    ``pace`` is the number of messages that a station may send per second, None for any number; ``settle`` the time
    between handshake and first message, ``reconnect_gap`` that between two connections, in seconds.
    """

    pace: float | None = None
    settle: float = 0.0
    reconnect_gap: float = 0.0
    _conducts: dict[str, Conduct] = field(default_factory=dict, init=False, repr=False)

    def of(self, identity: str) -> Conduct:
        """Return the conduct of an identity, the same one for all of its connections."""
        return self._conducts.setdefault(identity, Conduct(self))


class Conduct:
    """The conduct of one identity: when it may connect and send next, and which connections it holds."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._may_connect = self._may_send = 0.0
        self._held: set[int] = set()
        self._connecting, self._sending = asyncio.Lock(), asyncio.Lock()

    async def approach(self) -> None:
        """Wait until the identity may connect; of several that wait, each keeps the gap to the one before."""
        async with self._connecting:
            await _until(self._may_connect)
            self._may_connect = _now() + self._manners.reconnect_gap

    @property
    def vacant(self) -> int:
        """The number of the next connection: the lowest, from 1, that no open connection has."""
        return next(number for number in count(1) if number not in self._held)

    def opened(self) -> int:
        """Note that a connection is open, and return its number; one that is closed gives its number back."""
        self._held.add(number := self.vacant)
        return number

    def ended(self, number: int) -> None:
        """Note that a connection has ended: the next one keeps the gap to this moment."""
        self._held.discard(number)
        self._may_connect = max(self._may_connect, _now() + self._manners.reconnect_gap)

    async def settle(self) -> None:
        """Wait after a handshake; nothing is sent meanwhile, on no connection of the identity."""
        self._may_send = max(self._may_send, _now() + self._manners.settle)
        await asyncio.sleep(self._manners.settle)

    async def turn(self) -> None:
        """Wait until the identity may send its next message; those that wait have their turns in order."""
        pause = 1 / self._manners.pace if self._manners.pace else 0.0
        async with self._sending:
            await _until(self._may_send)
            self._may_send = _now() + pause


BUSY = frozenset({429, 503})
"""What HTTP says to somebody who may come back (RFC 6585 4, RFC 9110 15.6.4): it is shielding itself."""

FIRST_PAUSE = 0.2
"""Seconds after which a station that was told so comes back for the first time; each pause is twice the one before."""


async def attempts(patience: float) -> AsyncIterator[None]:
    """Yield as often as a station may ask for a connection: at once, and as long as it has patience."""
    end, pause = _now() + patience, FIRST_PAUSE
    yield
    while _now() + pause < end:
        await asyncio.sleep(pause)
        pause *= 2
        yield


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _until(moment: float) -> None:
    if (left := moment - _now()) > 0:
        await asyncio.sleep(left)
