"""A central system that dies during a load run: the run goes on, its stations come back, and the outage is told."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.load.figures import Figures
from harness.load.outages import HALF
from harness.load.plan import Fleet, Plan, Running
from harness.load.record import read
from plugfest.bundled import bundled
from plugfest.load import load
from plugfest.loading import find_fleet
from tests.plugfest.small_fleet import SmallFleet

ENOUGH = 4
"""Parts of the run with half of the stations back, after which it is over."""


class Interfered:
    """A fleet during whose run something happens to the central system: by number of the part, from 1."""

    def __init__(self, fleet: Fleet, deeds: dict[int, Callable[[], object]]) -> None:
        self._fleet = fleet
        self._deeds = deeds
        self.orders = fleet.orders

    def calibrate(self, plan: Plan) -> Figures | None:
        """Return nothing: it is not measured."""
        return None

    @contextmanager
    def start(self, plan: Plan) -> Iterator[Running]:
        """Play, and act when the time has come."""
        with self._fleet.start(plan) as run:
            yield _Watched(run, self._deeds)


class _Watched:
    def __init__(self, run: Running, deeds: dict[int, Callable[[], object]]) -> None:
        self._run = run
        self._deeds = deeds

    def __iter__(self) -> Iterator[Figures]:
        back = 0
        for number, part in enumerate(self._run, 1):
            yield part
            self._deeds.get(number, lambda: None)()
            if number > max(self._deeds):
                back += 0 < HALF * part.expected <= part.connected
            if back == ENOUGH:
                self.stop()

    def stop(self) -> None:
        self._run.stop()


@pytest.mark.parametrize("fleet", [SmallFleet(), find_fleet()], ids=["small", "real"])
def test_target_that_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fleet: Fleet) -> None:
    """It is killed after two seconds and comes back after four: the outage is told with its times, and ends with 1."""
    with ExitStack() as first, ExitStack() as second:
        system = first.enter_context(bundled())
        port = system.endpoint.rpartition(":")[2].partition("/")[0]
        deeds = {2: system.process.kill, 4: lambda: second.enter_context(bundled(port=int(port)))}
        monkeypatch.setitem(sys.modules, "simulators.load.run", Interfered(fleet, deeds))
        options = ["--stations=20", "--rate=50/s", "--duration=60s", "--gate=p95=1s", f"--out={tmp_path}"]
        done = CliRunner().invoke(load, [f"--endpoint={system.endpoint}", *options])
    assert done.exit_code == 1, done.output
    (outage,) = read(tmp_path / "load.jsonl").outages
    assert (outage.first in (1, 2, 3), outage.lost) == (True, 20)
    assert outage.last is not None
    assert str(outage) in done.output
    assert "connection unreachable" in (tmp_path / "report.html").read_text(encoding="utf-8")
