"""A burst: what all stations send in the same instant is made ready before."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from harness.load.figures import ANSWERED
from harness.load.plan import Plan
from simulators.load.access import access
from simulators.load.run import null
from simulators.load.transport import Link
from simulators.load.worker import Worker
from simulators.load.workload import of

STATIONS = 20
BURST = 1.0


def test_messages_of_a_burst_are_ready_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then they only have to be written, one right after the other, and they count from their instant on."""
    path = tmp_path / "burst.toml"
    path.write_text(f'[burst]\nabout = "A burst."\nwithin = 0.1\nburst = {BURST}\n', encoding="utf-8")
    done: list[tuple[str, float]] = []
    hold, release = Link.hold, Link.release

    def held(link: Link, text: str) -> None:
        done.append(("hold", monotonic()))
        hold(link, text)

    def released(link: Link) -> None:
        done.append(("release", monotonic()))
        release(link)

    monkeypatch.setattr(Link, "hold", held)
    monkeypatch.setattr(Link, "release", released)
    with null() as endpoint:
        plan = Plan(endpoint=endpoint, workload=str(path), stations=STATIONS, duration=1.5)
        worker = Worker("1", plan, of(plan), access(plan), monotonic())
        for number in range(STATIONS):
            worker.enlist(number)
        assert worker.over.wait(30)
    last = [kind for kind, _ in done[-2 * STATIONS :]]
    assert last == ["hold"] * STATIONS + ["release"] * STATIONS
    assert all(at >= worker.began + BURST for kind, at in done[-STATIONS:])
    cell = worker.figures.cell("Heartbeat")
    assert cell.outcomes == {ANSWERED: STATIONS}
    assert set(worker.figures.seconds) >= {1}
    assert cell.sent.percentile(1.0) == cell.scheduled.percentile(1.0)
