"""What is on record is held against what was told: nothing lost, nothing doubled, everything as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Self

import pytest

from harness.csms import Operation, TransactionView
from harness.csms.console import Csms
from harness.csms.driver import Receipt
from harness.trace import Trace
from harness.verdict import Checks, Verdict
from scenarios.resilience.ledger import Ledger
from scenarios.resilience.tales import Moment, Tale, tale_of
from simulators.connection import Endpoint
from simulators.v201 import ChargingStation


class Blind:
    """A driver that shows nothing."""

    endpoint = "ws://127.0.0.1:9"
    operations: frozenset[type[Operation]] = frozenset()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def perform(self, operation: Operation) -> Receipt | None:
        """Do nothing."""


class Records(Blind):
    """A driver that shows what it is given."""

    def __init__(self, *views: TransactionView) -> None:
        self.views = list(views)

    async def transactions(self, station: str) -> list[TransactionView]:
        """Show all."""
        return self.views


@pytest.fixture
def tale() -> Tale:
    """A transaction that was told to its end."""
    tale = tale_of(ChargingStation("CP1", Endpoint("ws://127.0.0.1:9"), Trace()), "TAG")
    tale.confirmed += Moment
    return tale


def recorded(tale: Tale, **other: Any) -> TransactionView:
    """Return a transaction as it was told, but for some members."""
    view = TransactionView(
        id=str(tale.id),
        active=False,
        meter_start=tale.meter_start,
        meter_stop=tale.meter_stop,
        started=tale.started,
        stopped=tale.stopped,
        meter_values=[{"value": str(tale.reading)}],
    )
    return replace(view, **other)


async def judged(tale: Tale, *views: TransactionView) -> list[str]:
    """Return what is expected of a record and does not hold."""
    csms = Csms(Records(), patience=0.1)
    check = Checks(lambda: 0, version="2.0.1")
    ledger = await Ledger.open(csms, tale.station)
    csms._driver.views = list(views)  # type: ignore[attr-defined]
    await ledger.judge(check, tale)
    assert check.verdict() in (Verdict.PASSED, Verdict.REMARKED)
    return [one.expected for one in check.made if not one.held]


async def test_true_record_holds(tale: Tale) -> None:
    """A transaction that is shown once, as it was told, is in order."""
    assert await judged(tale, recorded(tale)) == []


async def test_what_is_not_shown_is_not_judged(tale: Tale) -> None:
    """Members that a product does not show say nothing."""
    bare = TransactionView(id=str(tale.id), active=False)
    assert await judged(tale, bare) == []


async def test_lost_transaction_is_noticed(tale: Tale) -> None:
    """A transaction that was confirmed and is not there is remarked on."""
    assert await judged(tale) == [str([tale.id])]


async def test_doubled_transaction_is_noticed(tale: Tale) -> None:
    """A transaction that is there beside one that nobody told of is remarked on."""
    assert await judged(tale, recorded(tale), recorded(tale, id="ghost")) == [str([tale.id])]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"active": True}, "False"),
        ({"meter_start": 1}, "1000"),
        ({"meter_stop": 1}, "2000"),
        ({"meter_values": []}, "a reading of 1500"),
    ],
)
async def test_difference_is_noticed(tale: Tale, other: dict[str, Any], expected: str) -> None:
    """A record that tells something else than the station did is remarked on."""
    assert await judged(tale, recorded(tale, **other)) == [expected]


@pytest.mark.parametrize("which", ["started", "stopped"])
async def test_other_time_is_noticed(tale: Tale, which: str) -> None:
    """So is one with times of its own."""
    told = getattr(tale, which)
    assert await judged(tale, recorded(tale, **{which: told + timedelta(hours=1)})) == [str(told)]


async def test_transaction_that_was_not_stopped_runs_on(tale: Tale) -> None:
    """As long as no stop was confirmed, it must be active, and may be shown with the latest reading as its last."""
    tale.confirmed.remove(Moment.STOP)
    assert await judged(tale, recorded(tale, active=True, meter_stop=tale.reading, stopped=None)) == []
    assert await judged(tale, recorded(tale)) == ["True"]


async def test_older_transactions_do_not_count(tale: Tale) -> None:
    """What was on record before belongs to others."""
    csms = Csms(Records(recorded(tale, id="older")), patience=0.1)
    ledger = await Ledger.open(csms, tale.station)
    assert await ledger.views() == []


async def test_nothing_is_judged_where_nothing_is_shown(tale: Tale) -> None:
    """A driver that shows no transactions leaves it at what is on the wire."""
    check = Checks(lambda: 0, version="2.0.1")
    ledger = await Ledger.open(Csms(Blind(), patience=0.1), tale.station)
    await ledger.judge(check, tale)
    await ledger.runs_on(check, tale)
    assert check.made == ()


@pytest.mark.parametrize("active", [True, False])
async def test_transaction_that_another_ended_is_noticed(tale: Tale, active: bool) -> None:
    """One that must run on, and is shown as over, is held against the central system."""
    csms = Csms(Records(), patience=0.1)
    ledger = await Ledger.open(csms, tale.station)
    csms._driver.views = [recorded(tale, active=active)]  # type: ignore[attr-defined]
    check = Checks(lambda: 0, version="2.0.1")
    await ledger.runs_on(check, tale)
    assert check.verdict() is (Verdict.PASSED if active else Verdict.FAILED)
