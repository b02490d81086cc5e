"""The stations of one worker: what they share, and what is planned for them."""

from __future__ import annotations

import gc
import math
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import gevent
import pytest

from harness.load.figures import ANSWERED, Connection, Exchange
from harness.load.plan import Plan
from harness.versions import VERSIONS
from simulators.load import workload as workloads
from simulators.load.access import access
from simulators.load.agenda import Agenda
from simulators.load.run import null
from simulators.load.worker import LEAST, NEVER, TICK, Worker
from simulators.load.workload import of

Employ = Callable[..., Worker]
BUNDLED = sorted(tomllib.loads(Path(workloads.__file__).with_name("workloads.toml").read_text(encoding="utf-8")))
NOWHERE = "ws://127.0.0.1:1/"
LIMIT = 10.0


@pytest.fixture
def employ(tmp_path: Path) -> Iterator[Employ]:
    """Makes a worker of a workload, whose stations leave after the test; the collector is then as it was."""
    before, made = gc.get_threshold(), []

    def employed(workload: str, *, endpoint: str = NOWHERE, duration: float = math.inf, stations: int = 5) -> Worker:
        path = tmp_path / "own.toml"
        path.write_text(f'[own]\nabout = "Ours."\n{workload}\n', encoding="utf-8")
        plan = Plan(endpoint=endpoint, workload=str(path), stations=stations, duration=duration)
        made.append(Worker("1", plan, of(plan), access(plan), monotonic()))
        return made[-1]

    yield employed
    for worker in made:
        worker.stop()
    gc.set_threshold(*before)


@pytest.fixture(scope="module")
def system() -> Iterator[str]:
    """The endpoint of a null central system."""
    with null() as endpoint:
        yield endpoint


@pytest.mark.parametrize("version", sorted(VERSIONS))
@pytest.mark.parametrize("workload", BUNDLED)
def test_bundled_workload_can_be_played(employ: Employ, system: str, workload: str, version: str) -> None:
    """Stations boot in each version, and send what is due; all of it is answered as the schemas say."""
    quick = f'like = "{workload}"\nversion = "{version}"\nspeed = 3600\nramp = 1000'
    worker = employ(quick, endpoint=system, duration=1.0)
    for number in range(5):
        worker.enlist(number)
    assert worker.over.wait(LIMIT)
    assert worker.figures.errors == {}
    assert worker.figures.cell("BootNotification").outcomes[ANSWERED] == 5
    assert worker.figures.cell().count >= 5 * (1 + len(worker.dialect.statuses()))


def test_collector_leaves_old_objects_alone(employ: Employ) -> None:
    """Stations are old objects, and looking at all of them again and again takes half a second each time."""
    young, *_ = gc.get_threshold()
    employ("heartbeat = 60")
    assert gc.get_threshold()[:2] == (young, NEVER)


@pytest.mark.parametrize(("stations", "ended", "looks"), [(0, LEAST, 0), (0, LEAST + 1, 1), (LEAST + 1, LEAST + 1, 0)])
def test_collector_looks_once_enough_connections_have_ended(
    employ: Employ, monkeypatch: pytest.MonkeyPatch, stations: int, ended: int, looks: int
) -> None:
    """What is left of connections is taken away: when there is about as much of it as of stations, and then no more."""
    looked: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda: looked.append(1))
    worker = employ("ramp = 0.001")
    for number in range(1, stations + 1):  # the first one would connect
        worker.enlist(number)
    worker.ended = ended
    gevent.sleep(3 * TICK)
    assert (len(looked), worker.ended) == (looks, 0 if looks else ended)


@pytest.mark.parametrize(
    "recurring", ["storm = { every = 1, away = 1 }", "backlog = { every = 1, away = 1, hours = 1 }", "burst = 1"]
)
def test_run_without_an_end_is_planned_as_it_goes(
    employ: Employ, monkeypatch: pytest.MonkeyPatch, recurring: str
) -> None:
    """Of what recurs only the next time is planned: somebody who watches the web UI ends a run, or nobody does."""
    planned: list[float] = []
    monkeypatch.setattr(Agenda, "at", lambda agenda, due, deed: planned.append(due))
    worker = employ(recurring)
    for number in range(5):
        worker.enlist(number)
    assert 10 <= len(planned) <= 15
    assert max(planned) <= worker.began + 1


class Seen:
    """What stations report, and an event for each."""

    def __init__(self, worker: Worker) -> None:
        self.changes: list[Connection] = []
        self.changed = gevent.event.Event()
        worker.sink = self

    def exchange(self, one: Exchange) -> None:
        """Take no notice of a CALL."""

    def connection(self, change: Connection) -> None:
        """Keep a change."""
        self.changes.append(change)
        self.changed.set()

    def until(self, cause: str, times: int) -> None:
        """Wait until a cause was reported so often."""
        with gevent.Timeout(LIMIT):
            while sum(change.cause == cause for change in self.changes) < times:
                self.changed.clear()
                self.changed.wait()


def test_storm_comes_again_and_again(employ: Employ) -> None:
    """All stations lose their connections each time, and come back without a boot."""
    with null() as endpoint:
        worker = employ("storm = { every = 0.3, away = 0.1, back = 0.1 }", endpoint=endpoint)
        seen = Seen(worker)
        for number in range(5):
            worker.enlist(number)
        seen.until("opened", 15)
        worker.stop()
    first, second = sorted(change.at for change in seen.changes if change.cause == "left")[:10:5]
    assert second - first == pytest.approx(0.3, abs=0.2)


def test_station_that_was_dismissed_does_not_come_back(employ: Employ) -> None:
    """Its number may be played by another worker by then, whatever the workload has planned for it."""
    with null() as endpoint:
        worker = employ("storm = { every = 0.3, away = 0.1 }", endpoint=endpoint)
        seen = Seen(worker)
        worker.enlist(0)
        worker.enlist(1)
        seen.until("opened", 2)
        worker.dismiss(0)
        seen.until("opened", 4)
        worker.stop()
    gone = [change.cause for change in seen.changes if change.station == worker.access.name(0)]
    assert gone == ["due", "opened", "left"]
