"""The agenda of a worker: order, lateness, what is owed, and deeds that fail."""

from __future__ import annotations

from time import monotonic

import gevent
import pytest
from gevent.event import Event

from simulators.load.agenda import Agenda

LIMIT = 5.0


class Debt:
    """Waits for one answer."""

    def __init__(self) -> None:
        self.open = True
        self.expired = 0

    def owes(self, id: str) -> bool:
        """Whether it still waits."""
        return self.open

    def expire(self) -> None:
        """Note that it waits no longer."""
        self.expired += 1


@pytest.fixture
def agenda() -> Agenda:
    """An agenda in which nothing may fail."""
    return Agenda(lambda error: pytest.fail(str(error)))


def test_deeds_are_done_in_the_order_in_which_they_are_due(agenda: Agenda) -> None:
    """The order of asking does not matter."""
    done, last, now = [], Event(), monotonic()
    agenda.at(now + 0.02, last.set)
    agenda.at(now + 0.01, lambda: done.append(2))
    agenda.at(now, lambda: done.append(1))
    assert last.wait(LIMIT)
    assert done == [1, 2]


def test_bytes_go_before_deeds_with_the_time_of_their_arrival(agenda: Agenda) -> None:
    """What has arrived is taken in first, with the time at which it came."""
    done: list[object] = []
    last = Event()
    agenda.at(monotonic(), lambda: done.append("deed"))
    before = monotonic()
    agenda.arrived(lambda data, at: done.append((data, before <= at <= monotonic())), b"x")
    agenda.at(monotonic(), last.set)
    assert last.wait(LIMIT)
    assert done == [(b"x", True), "deed"]


def test_deed_that_waits_for_another_is_late(agenda: Agenda) -> None:
    """What keeps the agenda from its deeds is its lag, and those are missed; it is told once."""
    last, now = Event(), monotonic()

    def dawdle() -> None:
        while monotonic() < now + 0.1:
            pass

    agenda.at(now, dawdle)
    agenda.at(now + 0.02, last.set)
    assert last.wait(LIMIT)
    lag, missed = agenda.health()
    assert (lag >= 0.07, missed, agenda.health()) == (True, 1, (0.0, 0))


def test_answers_that_are_overdue_are_given_up(agenda: Agenda) -> None:
    """Those that have come are forgotten, and those that may still come are waited for."""
    here, gone = Debt(), Debt()
    gone.open = False
    agenda.owe(1.0, gone, "a")
    agenda.owe(2.0, here, "b")
    agenda.owe(3.0, here, "c")
    agenda.collect(2.0)
    assert (here.expired, gone.expired) == (1, 0)


def test_failure_is_told_and_ends_it() -> None:
    """An error of ours is no figure of a run."""
    told, failed = [], Event()

    def broken(error: Exception) -> None:
        told.append(error)
        failed.set()

    agenda = Agenda(broken)
    agenda.at(monotonic(), lambda: [][0])
    agenda.at(monotonic() + 0.01, lambda: told.append(ValueError("still at work")))
    assert failed.wait(LIMIT)
    gevent.sleep(0.02)
    assert [type(error) for error in told] == [IndexError]
