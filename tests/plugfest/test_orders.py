"""Orders during a load run: given when due, and counted until the operator knows their end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

import pytest

from harness.csms import DriverError, Outcome, Receipt, Refused, Settled
from harness.csms.operation import Operation
from harness.csms.v16 import ClearCache
from harness.drivers.none import NoDriver
from harness.load.figures import ANSWERED, UNANSWERED, Figures
from harness.load.plan import FleetError
from harness.trace import Direction
from plugfest import orders
from plugfest.orders import FAILED, NOT_HEARD, REFUSED, Giving

LATER = 60.0
ORDER = ClearCache(station="CP1")

Answer = Callable[[], Receipt | None]


def answered() -> Receipt:
    """Return the receipt of an order that was answered at once."""
    return Settled("1", Outcome(state="answered"))


class Console(NoDriver):
    """A driver that answers an order as told, and is asked for outcomes that are told one after the other."""

    def __init__(self, answer: Answer = answered) -> None:
        self._answer = answer
        self.asked = asyncio.Event()

    async def perform(self, operation: Operation) -> Receipt | None:
        """Answer."""
        self.asked.set()
        return self._answer()


class Telling(Console):
    """One whose outcomes are asked for."""

    def __init__(self, *outcomes: Outcome) -> None:
        super().__init__(lambda: Receipt("1"))
        self._outcomes = list(outcomes)

    async def outcome(self, receipt: Receipt, patience: float) -> Outcome:
        """Return the next, or wait for ever where there is none."""
        return self._outcomes.pop(0) if self._outcomes else await asyncio.Future()


def refusal(error: Exception) -> Answer:
    """Return what raises an error."""

    def answer() -> Receipt:
        raise error

    return answer


async def given(driver: Console, *, due: float = 0.0, until: float = LATER, count: int = 1) -> Figures:
    """Return what is told of orders that were all given."""
    began = monotonic() - due
    giving = Giving(driver, iter([(due, ORDER)] * count), Figures(began), began + until)
    await giving.begin()
    await driver.asked.wait()
    for _ in range(50):
        await asyncio.sleep(0)
    return await giving.end()


def outcomes(figures: Figures) -> dict[str, int]:
    """Return how many orders had which end."""
    return dict(figures.cell("ClearCache", Direction.RECEIVED).outcomes)


@pytest.mark.parametrize("state", ["answered", "failed"])
async def test_outcome_that_is_told_at_once(state: str) -> None:
    """A receipt that has the outcome needs no question."""
    failed = Outcome(state="failed", reason="offline")
    driver = Console(lambda: Settled("1", failed if state == "failed" else Outcome(state="answered")))
    assert outcomes(await given(driver)) == {ANSWERED if state == "answered" else FAILED: 1}


async def test_outcome_that_is_asked_for() -> None:
    """Where it is pending it is asked for again."""
    driver = Telling(Outcome(state="pending"), Outcome(state="answered", status="Accepted"))
    assert outcomes(await given(driver)) == {ANSWERED: 1}


async def test_latency_counts_from_when_an_order_was_due() -> None:
    """An operator that comes late does not make the central system look quicker."""
    figures = await given(Console(), due=0.0)
    began = monotonic() - 3.0
    giving = Giving(Console(), iter([(0.0, ORDER)]), Figures(began), began + LATER)
    await giving.begin()
    for _ in range(50):
        await asyncio.sleep(0)
    late = await giving.end()
    assert figures.cell().scheduled.percentile(1.0) < 3.0 <= late.cell().scheduled.percentile(1.0)


@pytest.mark.parametrize(
    ("error", "kind"), [(Refused("not now"), REFUSED), (DriverError("nobody is there"), NOT_HEARD)]
)
async def test_order_that_is_not_taken(error: Exception, kind: str) -> None:
    """It counts under its kind, and the words of the first of a kind are told."""
    figures = await given(Console(refusal(error)), count=3)
    assert outcomes(figures) == {kind: 3}
    (incident,) = figures.incidents
    assert incident.text == f"{kind}: ClearCache of CP1: {error}"


async def test_driver_that_tells_no_outcome() -> None:
    """Its orders count until they were taken, and that is told."""
    figures = await given(Console(lambda: None))
    assert outcomes(figures) == {ANSWERED: 1}
    assert "tells no outcome" in figures.incidents[0].text


@pytest.mark.parametrize(("grace", "counted"), [(orders.GRACE, {}), (-1.0, {UNANSWERED: 1})])
async def test_order_that_is_under_way_at_the_end(
    monkeypatch: pytest.MonkeyPatch, grace: float, counted: dict[str, int]
) -> None:
    """It is unanswered, unless it was given so late that the stations may have left before its answer."""
    monkeypatch.setattr(orders, "GRACE", grace)
    assert outcomes(await given(Telling())) == counted


async def test_order_that_is_not_answered_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is unanswered, while the run goes on."""
    monkeypatch.setattr(orders, "PATIENCE", 0.0)
    assert outcomes(await given(Telling())) == {UNANSWERED: 1}


@pytest.mark.parametrize(("due", "told"), [(-2.0, 1), (-0.5, 0)], ids=["had to wait", "due after their end"])
async def test_no_order_after_the_stations_have_left(due: float, told: int) -> None:
    """What was due before and had to wait behind others is told; neither counts as anything."""
    now = monotonic()
    giving = Giving(Console(), iter([(0.0, ORDER)]), Figures(now + due), now - 1.0)
    await giving.begin()
    await asyncio.sleep(0)
    figures = await giving.end()
    assert outcomes(figures) == {}
    assert ["could not be given" in incident.text for incident in figures.incidents] == [True] * told


async def test_driver_that_breaks() -> None:
    """What no driver may raise ends the run, and names it."""
    with pytest.raises(FleetError, match="the driver has broken: KeyError"):
        await given(Console(refusal(KeyError("oops"))))


async def test_operator_tells_how_late_it_is() -> None:
    """It is watched as the workers of the fleet are."""
    figures = await given(Console(), due=0.001)
    (health,) = [one for second in figures.seconds.values() for one in second.health.values()]
    assert (health.worker, health.stations) == ("operator", 0)
