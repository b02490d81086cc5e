"""A run that measured its generator is told from one that measured its target."""

from __future__ import annotations

import pytest

from harness.gates import gate
from harness.load.figures import ANSWERED, Figures, Health
from harness.load.generator import complaints
from tests.harness.load.fleet import played


def floor(seconds: float) -> Figures:
    """Return a calibration in which everything took so long."""
    return played(lambda number, action, at: (seconds, ANSWERED), seconds=2)


def told(figures: Figures, own: Figures | None, *gates: str) -> list[str]:
    """Return the complaints in words."""
    return [str(one) for one in complaints(figures, own, [gate(text) for text in gates])]


def test_noise_above_a_tenth_of_a_gate() -> None:
    """The generator's own latency may be a tenth of a limit, by the same percentile, and no more."""
    assert told(played(), floor(0.01), "p95=100ms", "errors=0") == []
    (said,) = told(played(), floor(0.011), "p95=100ms", "p95.Authorize=1s", "max.Reset=2s")
    assert said.startswith(
        "not a measurement of the target: the generator's own noise is 11.0 ms, more than a tenth of p95"
    )


def test_run_without_calibration_is_not_held_to_it() -> None:
    """Without a floor nothing can be said of it."""
    assert told(played(), None, "p95=1ms") == []


def test_calibration_that_measured_nothing() -> None:
    """A calibration that came to nothing says nothing of the generator, good or bad."""
    assert told(played(), Figures(), "p95=1ms") == ["not a measurement of the target: its calibration measured nothing"]


@pytest.mark.parametrize(
    ("health", "said"),
    [
        (Health("2", 0, lag=0.0, cpu=0.99), "worker 2 took a whole core in 2 of 20 seconds"),
        (Health("2", 0, lag=0.3, cpu=0.1), "the loop of worker 2 was late by more than 100.0 ms in 2 of 20 seconds"),
        (Health("2", 0, lag=0.0, cpu=0.1, missed=61), "the generator sent 122 of 2400 messages too late"),
    ],
)
def test_saturated_worker(health: Health, said: str) -> None:
    """A worker that is busy, late or behind in more than a twentieth of the time is named."""
    figures = played()
    for second in range(20):
        calm = Health("2", second, 0.0, 0.1)
        bad = Health("2", second, health.lag, health.cpu, health.missed)
        figures.health(bad if second in (5, 6) else calm)
    assert told(figures, None) == [f"not a measurement of the target: {said}"]
    figures.health(Health("2", 6, 0.0, 0.1))
    assert told(figures, None) == []
