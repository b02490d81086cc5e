"""A burst: what all stations send in the same instant is made ready before."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from harness.load.figures import ANSWERED
from harness.load.plan import Plan
from simulators.load.access import access
from simulators.load.run import null
from simulators.load.transport import Link, release
from simulators.load.worker import Worker
from simulators.load.workload import of

STATIONS = 20
BURST = 1.0


def test_messages_of_a_burst_are_ready_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then they only have to be written, one right after the other, and they count from their instant on."""
    path = tmp_path / "burst.toml"
    path.write_text(f'[burst]\nabout = "A burst."\nwithin = 0.1\nburst = {BURST}\n', encoding="utf-8")
    done: list[tuple[str, float]] = []
    hold, write = Link.hold, os.write

    def held(link: Link, text: bytes) -> None:
        done.append(("hold", monotonic()))
        hold(link, text)

    def written(to: int, data: bytes) -> int:
        if data and stat.S_ISSOCK(os.fstat(to).st_mode):
            done.append(("write", monotonic()))
        return write(to, data)

    monkeypatch.setattr(Link, "hold", held)
    monkeypatch.setattr(os, "write", written)
    with null() as endpoint:
        plan = Plan(endpoint=endpoint, workload=str(path), stations=STATIONS, duration=1.5)
        worker = Worker("1", plan, of(plan), access(plan), monotonic())
        for number in range(STATIONS):
            worker.enlist(number)
        assert worker.over.wait(30)
    last = [kind for kind, _ in done[-2 * STATIONS :]]
    assert last == ["hold"] * STATIONS + ["write"] * STATIONS
    assert all(at >= worker.began + BURST for kind, at in done[-STATIONS:])
    cell = worker.figures.cell("Heartbeat")
    assert cell.outcomes == {ANSWERED: STATIONS}
    assert set(worker.figures.seconds) >= {1}
    assert cell.sent.percentile(1.0) == cell.scheduled.percentile(1.0)


class Line:
    """A link of which only some is written at once, or nothing, or which is closed."""

    def __init__(self, takes: int | None) -> None:
        self._takes = takes
        self.count: int | None = None

    @property
    def held(self) -> tuple[Callable[[bytes], int], bytes]:
        """Two bytes."""
        return self._write, b"ab"

    def _write(self, data: bytes) -> int:
        if self._takes is None:
            raise BlockingIOError
        return self._takes

    def written(self, count: int) -> None:
        """Note how much was."""
        self.count = count


def test_connection_that_takes_nothing_does_not_keep_others() -> None:
    """What could not be written at once is written later, by its own link."""
    lines = [Line(2), Line(None), Line(1)]
    release(lines)  # type: ignore[arg-type]
    assert [line.count for line in lines] == [2, 0, 1]
