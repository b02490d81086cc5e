"""What a central system has on record of transactions, held against what their stations have told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

from harness.csms import TransactionReader, TransactionView
from harness.csms.console import Csms
from harness.verdict import SHOULD, Checks
from scenarios.resilience.clauses import DELIVERED, ENDED, OFFLINE
from scenarios.resilience.tales import Moment, Tale
from simulators.station import Station


class Ledger:
    """The transactions of a station that are on record since it was opened; empty where the driver shows none."""

    def __init__(self, csms: Csms, station: Station, earlier: Iterable[str]) -> None:
        self._csms = csms
        self._station = station
        self._earlier = frozenset(earlier)

    @classmethod
    async def open(cls, csms: Csms, station: Station) -> Self:
        """Return the ledger of a station, of which older transactions may be on record."""
        earlier = [str(one.id) for one in await _all(csms, station)]
        return cls(csms, station, earlier)

    async def views(self) -> Sequence[TransactionView]:
        """Return the transactions that are on record since then."""
        return [one for one in await _all(self._csms, self._station) if str(one.id) not in self._earlier]

    async def judge(self, check: Checks, *tales: Tale) -> None:
        """Check that each tale is on record as it was told, once; where nothing can be read, nothing is checked."""
        if not self._csms.offers(TransactionReader):
            return
        views = await self.views()
        recorded, told = [str(one.id) for one in views], [str(one.id) for one in tales]
        check.equal(sorted(recorded), sorted(told), clause=DELIVERED, level=SHOULD)
        for tale in tales:
            for view in (one for one in views if str(one.id) == str(tale.id)):
                _judge(check, tale, view)

    async def runs_on(self, check: Checks, tale: Tale) -> None:
        """Check that a transaction, where it is shown, was not ended by what was told of others."""
        for view in (one for one in await self.views() if str(one.id) == str(tale.id)):
            check.that(view.active, "a transaction that runs on", observed=view, clause=ENDED)


async def _all(csms: Csms, station: Station) -> Sequence[TransactionView]:
    if not csms.offers(TransactionReader):
        return []
    return await csms.ask(TransactionReader).transactions(station.id)


def _judge(check: Checks, tale: Tale, view: TransactionView) -> None:
    """Check one transaction as far as it is shown, and as far as it was confirmed."""
    ended = Moment.STOP in tale.confirmed
    check.equal(view.active, not ended, clause=ENDED, level=SHOULD)
    _same(check, view.meter_start, tale.meter_start)
    _same(check, view.started, tale.started)
    if ended:
        _same(check, view.meter_stop, tale.meter_stop)
        _same(check, view.stopped, tale.stopped)
    if Moment.VALUES in tale.confirmed and view.meter_values is not None:
        values = [float(one["value"]) for one in view.meter_values]
        kept = tale.reading in values
        check.that(kept, f"a reading of {tale.reading}", observed=values, clause=DELIVERED, level=SHOULD)


def _same(check: Checks, shown: object, told: object) -> None:
    if shown is not None:
        check.equal(shown, told, clause=OFFLINE, level=SHOULD)
