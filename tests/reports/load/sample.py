"""A record of a load run in which much went wrong, and one in which nothing did."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.load.figures import ANSWERED, UNANSWERED, Connection, Exchange, Figures, Incident
from harness.load.record import NAME, Footer, Header, LoadRecorder, LoadRun, read
from harness.trace import Direction
from tests.harness.load.fleet import played

GATES = ("p95=100ms", "max=1s", "errors=0", "p95.Authorize=200ms")
TARGET = "ACME <b>&"


def troubled() -> Figures:
    """Return figures with a slow action, an outage, an unanswered CALL, a CALL to a station and an incident."""

    def slow(number: int, action: str, at: float) -> tuple[float, str]:
        if (number, action) == (7, "Heartbeat") and 5 <= at < 6:
            return 3.0, UNANSWERED
        return (0.15 if action == "Authorize" else 0.005), ANSWERED

    figures = played(slow)
    figures.exchange(Exchange("Reset", Direction.RECEIVED, 4.0, 4.01, 4.05, ANSWERED, "CP001"))
    for up, at, cause in ((False, 20.5, "lost"), (True, 23.0, "opened")):
        for number in range(100):
            figures.connection(Connection(f"CP{number:03}", at, up, cause))
    figures.advance(25.0)
    figures.incident(Incident(12.0, "worker 2 has gone"))
    figures.sample("memory", 3.0, 5e7)
    return figures


def recorded(
    folder: Path, figures: Figures, *, gates: Sequence[str] = GATES, floor: Figures | None = None, finished: bool = True
) -> Path:
    """Write a record, and return its path."""
    header = Header(
        plugfest="1", target=TARGET, endpoint="ws://localhost/", started="2030-01-01", workload="daily", stations=100,
        duration=25.0, rate=120.0, ramp=50.0, gates=gates, mutant="slow-authorize",
    )  # fmt: skip
    path = folder / NAME
    with LoadRecorder(path, header) as recorder:
        if floor is not None:
            recorder.calibrated(floor)
        recorder.add(figures)
        if finished:
            recorder.finish(Footer(seconds=25.5))
    return path


def loaded(folder: Path, figures: Figures | None = None, gates: Sequence[str] = ("max=1s", "errors=0")) -> LoadRun:
    """Return a run in a new folder, in which nothing went wrong unless figures are given."""
    folder.mkdir()
    return read(recorded(folder, figures or played(), gates=gates))
