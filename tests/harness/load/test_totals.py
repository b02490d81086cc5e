"""How far a run has come is known without keeping all of it."""

from __future__ import annotations

from harness.load.figures import Figures, Second
from harness.load.totals import RECENT, Totals
from tests.harness.load.fleet import PlayedFleet, played
from tests.harness.load.test_plan import PLAN


def test_sums_grow_and_seconds_do_not() -> None:
    """All that came in is counted, and only the last few seconds are kept."""
    totals = Totals()
    with PlayedFleet().start(PLAN) as running:
        for part in running:
            totals.add(part)
    assert totals.last == 19
    assert sum(cell.count for cell in totals.whole.cells.values()) == played().cell().count
    assert totals.recent.count == RECENT * 120
    assert (totals.now.connected, totals.now.expected) == (100.0, 100.0)
    assert set(totals.health) == {"1"}


def test_nothing_has_come_yet() -> None:
    """Before anything came in there is nothing."""
    totals = Totals()
    totals.add(Figures())
    assert (totals.now, totals.recent.count) == (Second(), 0)
