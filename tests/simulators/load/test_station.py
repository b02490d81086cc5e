"""One station of a fleet: how it goes on trying to connect."""

from __future__ import annotations

from random import Random
from typing import NoReturn

import gevent
import pytest
from gevent.event import Event

from harness.load.figures import Connection, Exchange
from harness.load.plan import Plan
from simulators.load.access import access
from simulators.load.agenda import Agenda
from simulators.load.dialect import Dialect
from simulators.load.of_v16 import ChargePoints
from simulators.load.station import FIRST_PAUSE, LONGEST_PAUSE, LoadStation, Sink
from simulators.load.transport import NotOpened

ATTEMPTS = 9


class Alone:
    """What surrounds a station that is the only one of its worker."""

    def __init__(self) -> None:
        self.agenda = Agenda(lambda error: pytest.fail(str(error)))
        self.access = access(Plan(endpoint="ws://127.0.0.1:1/", workload="idle", stations=1, duration=1.0))
        self.dialect: Dialect = ChargePoints()
        self.sink: Sink = self
        self.checked = 1.0
        self.chance = Random(1)
        self.ended = 0
        self.causes: list[str] = []

    def broke(self, station: str, problems: object) -> None:
        """Take no notice of what breaks a rule."""

    def exchange(self, one: Exchange) -> None:
        """Take no notice of a CALL."""

    def connection(self, change: Connection) -> None:
        """Keep the cause of a change."""
        self.causes.append(change.cause)


def test_pauses_between_attempts_to_connect_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """They double up to the longest, each shortened by chance, so that stations do not come back all at once."""
    pauses: list[float] = []
    around, over = Alone(), Event()

    def refused(*_: object) -> NoReturn:
        raise NotOpened("refused")

    def paused(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == ATTEMPTS:
            station.leave()
            over.set()

    monkeypatch.setattr("simulators.load.station.open_link", refused)
    monkeypatch.setattr(gevent, "sleep", paused)
    station = LoadStation("CP1", around, Random(1), 1e12)
    station.arrive()
    assert over.wait(5)
    longest = [min(FIRST_PAUSE * 2**count, LONGEST_PAUSE) for count in range(ATTEMPTS)]
    assert all(0.5 * most <= pause <= most for pause, most in zip(pauses, longest, strict=True))
    assert len({pause / most for pause, most in zip(pauses, longest, strict=True)}) == ATTEMPTS
    assert around.causes == ["due", *["refused"] * ATTEMPTS, "left"]
