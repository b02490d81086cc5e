"""Stations that are booted already, lent to one scenario after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from harness.csms.console import Csms
from harness.evidence import Evidence
from harness.trace import Trace
from harness.verdict import Verdict
from scenarios.stage.identities import Identities, Loan
from scenarios.stage.population import Population
from simulators.station import Station


@dataclass(slots=True)
class Lent:
    """A booted station; ``used`` is set once a scenario has been played with it, ``life`` takes it off the wire."""

    station: Station
    life: AsyncExitStack
    used: bool = False


Populate = Callable[[type[Station], Loan, Trace], Population[Station]]
"""Makes stations of a kind for one who holds identities, onto a trace."""


class Lender:
    """Lends booted stations, as many as are asked for at once; ``identities`` are theirs.

    A station is lent again only if the scenario passed and left nothing owed on either side. An idle one is given up
    for one who waits for its identity.
    """

    def __init__(self, identities: Identities, populate: Populate) -> None:
        self._identities = identities
        self._populate = populate
        self._idle: list[Lent] = []
        identities.spare = self._give_one_up

    @asynccontextmanager
    async def lend(self, kind: type[Station], evidence: Evidence, csms: Csms, *, fresh: bool) -> AsyncIterator[Lent]:
        """Yield a station for one scenario, a ``fresh`` one or one that served others; raises what booting raises."""
        lent = self._next(kind) if not fresh else None
        if lent is None:
            lent = await self._boot(kind, evidence.trace)
        lent.station.begin_page(evidence.trace)
        csms.watch(lent.station)
        try:
            yield lent
        finally:
            lent.used = True
            passed = evidence.result is not None and evidence.result.verdict is Verdict.PASSED
            if passed and lent.station.at_rest:
                lent.station.begin_page(Trace())
                self._idle.append(lent)
                self._identities.freed()
            else:
                await lent.life.aclose()

    async def leave(self) -> None:
        """Take the idle stations off the wire."""
        while await self._give_one_up():
            pass

    def _next(self, kind: type[Station]) -> Lent | None:
        """Return an idle station of a kind whose connection is still good, the latest first."""
        for lent in reversed(self._idle):
            if isinstance(lent.station, kind) and lent.station.at_rest:
                self._idle.remove(lent)
                return lent
        return None

    async def _boot(self, kind: type[Station], trace: Trace) -> Lent:
        async with AsyncExitStack() as life:
            loan = await life.enter_async_context(self._identities.loan(several=False))
            stations = self._populate(kind, loan, trace)
            life.push_async_callback(stations.leave)
            station = await stations.new()
            await station.ready(announce=False)
            return Lent(station, life.pop_all())

    async def _give_one_up(self) -> bool:
        """Take an idle station off the wire, if there is one."""
        if self._idle:
            await self._idle.pop(0).life.aclose()
            return True
        return False
