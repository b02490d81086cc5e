"""The driver of a central system that load is put on: asked for its memory, and told what to do."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

import pytest

from harness.csms import Driver, DriverError, Receipt, Unknown
from harness.csms.operation import Operation
from harness.csms.v16 import ClearCache
from harness.drivers.none import NoDriver
from harness.load.figures import Figures
from plugfest import operating
from plugfest.operating import operated
from tests.harness.load.test_plan import PLAN

WITHIN = 10.0


class Telling:
    """A driver that tells, or fails to."""

    operations: frozenset[type[Operation]] = frozenset()

    def __init__(self, *answers: int | Exception, entered: Exception | None = None) -> None:
        self._answers = list(answers)
        self._entered = entered
        self.asked = threading.Event()
        self.left = threading.Event()

    async def __aenter__(self) -> Self:
        if self._entered:
            self.left.set()
            raise self._entered
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.left.set()

    async def perform(self, operation: Operation) -> Receipt | None:
        """Do nothing."""
        return None

    async def memory(self) -> int:
        """Return the next answer, or the last one again."""
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if len(self._answers) == 1:
            self.asked.set()
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operating, "EVERY", 0.001)


@pytest.mark.parametrize(
    ("answers", "told"),
    [([1, 2], 2), ([1, Unknown("it does not say"), Unknown("no")], None), ([DriverError("away"), 5, 7], 7)],
)
def test_latest_answer_is_told(answers: list[int | Exception], told: int | None) -> None:
    """What was answered last counts, and nothing where it was not told; the driver is left at the end."""
    driver = Telling(*answers)
    with operated(driver) as operator:
        assert driver.asked.wait(WITHIN)
        while operator.memory() != told:
            driver.asked.wait(0.001)
    assert driver.left.wait(WITHIN)


def test_driver_that_cannot_be_entered() -> None:
    """A driver that fails tells nothing, and whoever has something for it to do learns why."""
    with operated(Telling(1, entered=DriverError("no way in"))) as operator:
        with pytest.raises(DriverError, match="no way in"):
            operator.give(iter(()), 0.0, PLAN)
        assert operator.memory() is None


def test_driver_that_never_tells() -> None:
    """A driver without that ability is not asked."""
    driver: Driver = NoDriver()
    with operated(driver) as operator:
        assert operator.memory() is None


def test_orders_are_given_in_the_thread_of_the_driver() -> None:
    """What became of them is told; without any there is nothing to tell."""
    with operated(NoDriver()) as operator:
        assert (operator.told().seconds, operator.cease().seconds) == ({}, {})
        operator.give(iter([(0.0, ClearCache(station="CP1"))]), time.monotonic(), PLAN)
        figures = Figures()
        while not figures.cell().count:
            figures.merge(operator.told())
        operator.cease()
    assert figures.cell("ClearCache").outcomes == {"order refused": 1}
