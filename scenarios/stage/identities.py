"""Station identities: fresh ones, or those of the target file, each used by one scenario at a time."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from harness.settings import Settings
from harness.verdict import Inconclusive
from simulators.manners import Manners


class Identities:
    """Lends station identities to scenarios: fresh ones, or those that the target file lists, dealt out among acts.

    ``manners`` is how each of them has treated the central system so far, over all scenarios.
    ``spare`` is asked to give back one that is held but not in use, and says whether it did.
    """

    def __init__(self, settings: Settings, number: int = 0, of: int = 1) -> None:
        """Prepare the identities of act ``number`` (from 0) of ``of``."""
        listed, rules = settings.stations.identities, settings.stations
        self.manners = Manners(pace=rules.pace, settle=rules.settle, reconnect_gap=rules.reconnect_gap)
        self._prefix = rules.prefix
        self._listed = bool(listed)
        self._ours = listed[number::of]
        self._free = deque(self._ours)
        self.spare: Callable[[], Awaitable[bool]] = _nothing_to_spare
        self._news = asyncio.Event()
        self._reaching = asyncio.Lock()

    @asynccontextmanager
    async def loan(self, *, several: bool) -> AsyncIterator[Loan]:
        """Lend to one scenario until it is through; one that may take ``several`` waits for the one before it.

        So nobody holds an identity and waits for one whose holder waits too.
        """
        if several and self._listed:
            await self._reaching.acquire()
        loan = Loan(self)
        try:
            yield loan
        finally:
            self._free.extend(loan.taken if self._listed else ())
            self.freed()
            if several and self._listed:
                self._reaching.release()

    async def take(self, held: int) -> str:
        """Return an identity that nobody else uses, to one who holds some already; waits for a listed one.

        Raises Inconclusive where the target file lists too few.
        """
        if not self._listed:
            return self.made_up()
        if held >= len(self._ours):
            many = f"{len(self._ours)} of the [stations] identities"
            raise Inconclusive(
                f"the scenario needs more than {many} that this worker plays with; list more, or use -n 1"
            )
        while not self._free:
            if not await self.spare():
                await self._news.wait()
        return self._free.popleft()

    def made_up(self) -> str:
        """Return an identity that nobody has."""
        return f"{self._prefix}-{secrets.token_hex(4)}"

    def freed(self) -> None:
        """Have everyone who waits look again for an identity, or for one to spare."""
        self._news.set()
        self._news = asyncio.Event()


class Loan:
    """What one scenario has borrowed."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self.manners = identities.manners
        self.made_up = identities.made_up
        self.taken: list[str] = []

    async def take(self) -> str:
        """Return one more identity; raises Inconclusive where the target file lists too few."""
        self.taken.append(await self._identities.take(len(self.taken)))
        return self.taken[-1]


async def _nothing_to_spare() -> bool:
    return False
