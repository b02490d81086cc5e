"""The ceiling finder: the highest rate at which a central system keeps its gates, and how sure that is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from harness.gates import Gate, gate
from harness.load.measured import throughput
from harness.load.record import LoadRun, ending

DEFAULT_GATES: Sequence[Gate] = tuple(map(gate, ("p99=100ms", "errors=0.1%", "stability=99.9%")))
"""What has to hold where neither the command line nor the target file says."""

PRECISION = 0.05
"""The part of a rate to which the ceiling is narrowed down."""

REPEATS = 2
"""How many times more the ceiling is tried, so that it does not rest on one lucky run."""

MOST_RUNS = 30


@dataclass(frozen=True, slots=True)
class Step:
    """One run of the search: the rate that was asked for and what was measured; p99 in seconds.

    ``code`` is that of the run: 0 the gates held, 1 one was missed, 3 it was no measurement of the target.
    """

    rate: float
    code: int
    why: str
    throughput: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What the search found: the highest rate that held each time, the lowest that did not, and the steps."""

    held: float | None
    broke: float | None
    steps: Sequence[Step]

    @property
    def bounded_by_generator(self) -> bool:
        """Whether the generator, and not the central system, was what gave in."""
        return any(step.code == 3 and step.rate == self.broke for step in self.steps)

    @property
    def noise(self) -> tuple[float, float] | None:
        """The smallest and the greatest p99 of the runs at the ceiling, in seconds."""
        found = [step.p99 for step in self.steps if step.rate == self.held and step.p99 is not None]
        return (min(found), max(found)) if found else None

    def __str__(self) -> str:
        if self.held is None:
            return f"no rate held: {self.broke:g}/s was too much" if self.broke else "nothing was measured"
        runs = sum(step.rate == self.held for step in self.steps)
        noise = f"; p99 {self.noise[0] * 1000:.1f} to {self.noise[1] * 1000:.1f} ms" if self.noise else ""
        at_most = "at least " if self.broke is None or self.bounded_by_generator else ""
        beyond = f", and {self.broke:g}/s did not" if self.broke else ""
        return f"ceiling: {at_most}{self.held:g}/s held in {runs} of {runs} runs{beyond}{noise}"


@dataclass(slots=True)
class _Search:
    """A search under way."""

    measure: Callable[[float], Step]
    steps: list[Step] = field(default_factory=list)

    def holds(self, rate: float) -> bool:
        """Try a rate once more."""
        self.steps.append(self.measure(rate))
        return self.steps[-1].code == 0

    @property
    def exhausted(self) -> bool:
        return len(self.steps) >= MOST_RUNS


def find_ceiling(first: float, measure: Callable[[float], Step]) -> Ceiling:
    """Search for the highest rate that holds, from a first one on: double until one breaks, then halve the distance.

    What was found is tried again; where it does not hold each time, the search goes on below it. KeyboardInterrupt ends
    it with what was found until then, and without a rate that broke.
    """
    search = _Search(measure)
    try:
        held, broke = _bracket(search, first)
        while not search.exhausted:
            held, broke = _narrow(search, held, broke)
            if held is None or all(search.holds(held) for _ in range(REPEATS)):
                break
            held, broke = _below(search.steps, held), held
    except KeyboardInterrupt:
        held, broke = _below(search.steps, float("inf")), None
    return Ceiling(held, broke, tuple(search.steps))


def _bracket(search: _Search, first: float) -> tuple[float | None, float | None]:
    """Return a rate that held and the double of it, which did not; None for what was not met with."""
    rate, held = first, None
    while not search.exhausted:
        if not search.holds(rate):
            return held, rate
        held, rate = rate, rate * 2
    return held, None


def _narrow(search: _Search, held: float | None, broke: float | None) -> tuple[float | None, float | None]:
    """Halve the distance between what held and what did not until it is small."""
    low = held or 0.0
    while broke is not None and broke - low > max(PRECISION * broke, 1.0) and not search.exhausted:
        middle = round((low + broke) / 2, 1)
        if search.holds(middle):
            low = held = middle
        else:
            broke = middle
    return held, broke


def _below(steps: Sequence[Step], rate: float) -> float | None:
    """Return the highest rate below another that held each time."""
    failed = {step.rate for step in steps if step.code}
    return max((step.rate for step in steps if step.rate < rate and step.rate not in failed), default=None)


def step_of(rate: float, run: LoadRun) -> Step:
    """Return what a run at a rate says."""
    done = ending(run)
    latencies = run.figures.cell().scheduled
    missed = "; ".join(f"{one.gate} {one.observed}" for one in run.judged if not one.met)
    p99 = latencies.percentile(0.99) if len(latencies) else None
    return Step(rate, done.code, missed or done.text, throughput(run.figures), p99)


def write(ceiling: Ceiling, path: Path) -> None:
    """Write the ceiling and all steps as JSON."""
    members = {"held": ceiling.held, "broke": ceiling.broke, "steps": [asdict(step) for step in ceiling.steps]}
    path.write_text(json.dumps(members, indent=2) + "\n", encoding="utf-8")
