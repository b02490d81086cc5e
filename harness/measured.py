"""A conformance run as gates see it: answer times, stability, coverage, accuracy, news."""

from __future__ import annotations

from collections.abc import Sequence

from harness.coverage import coverage
from harness.expected import Standing
from harness.gates import Gate, Judged, gate, judge
from harness.load.latencies import Latencies
from harness.record import Run

MOST_NAMED = 3
"""How many scenarios, requirements or cases are named."""


class MeasuredRun:
    """The figures of a conformance run.

    Coverage is the share of scenarios, requirements or certification cases whose question was answered, for better or
    worse, of those that the target can be asked about; ``applicable`` is their share of all that were selected.
    Accuracy is the lowest of the accuracies that the run tells. CALLs that fail are what many scenarios are about, so
    that errors are not measured.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._service = run.service

    @property
    def actions(self) -> Sequence[str]:
        """The actions that were answered."""
        return list(self._service.answers)

    def latencies(self, action: str | None) -> Latencies:
        """Return how long answers took."""
        found = Latencies()
        for seconds in self._service.times if action is None else self._service.answers.get(action, ()):
            found.add(seconds)
        return found

    def calls(self, action: str | None) -> int:
        """Return how many CALLs waited for an answer as long as it took, or patience lasted."""
        return len(self.latencies(action)) + (self._service.unanswered if action is None else 0)

    def figure(self, kind: str, action: str | None) -> float | None:
        """Return a count or a share, by the name of its gate."""
        match kind, action:
            case "unanswered", None:
                return self._service.unanswered
            case "stability", None:
                return self._service.stability if self._service.expected else None
            case "coverage", of:
                return self._coverage(of)
            case "applicable", of:
                return self._applicable(of)
            case "news", None:
                return len(self._news)
            case "accuracy", None:
                return min((held / counted for held, counted in self._run.figures.values()), default=None)
        return None

    @property
    def _missing(self) -> int:
        """How many of the selected scenarios have no result."""
        return self._run.header.selected - len(self._run.results)

    @property
    def _news(self) -> list[str]:
        return [one.id for one in (*self._run.results, *self._run.rules) if one.standing is Standing.NEWS]

    def _coverage(self, of: str | None) -> float | None:
        found = coverage(self._run.results, of)
        applicable = len(found.applicable) + (self._missing if of is None else 0)
        return (len(found.applicable) - len(found.open)) / applicable if applicable else None

    def _applicable(self, of: str | None) -> float | None:
        found = coverage(self._run.results, of)
        return len(found.applicable) / len(found.verdicts) if found.verdicts else None

    def place(self, gate: Gate, action: str | None) -> str:
        """Return which accuracy was the lowest, which actions were slow, or what remained open."""
        match gate.kind:
            case "coverage":
                return _some(coverage(self._run.results, action).open)
            case "applicable":
                found = coverage(self._run.results, action)
                return _some([name for name in found.verdicts if name not in found.applicable])
            case "news":
                return _some(self._news)
            case "accuracy":
                return min(self._run.figures.items(), key=lambda figure: figure[1][0] / figure[1][1])[0]
            case "p" | "max" if action is None:
                times = {one: self.latencies(one).percentile(gate.part) for one in self.actions}
                slow = (one for one, took in times.items() if took > gate.limit)
                return ", ".join(sorted(slow, key=lambda one: -times[one]))
        return ""


def gates_of(run: Run) -> tuple[Gate, ...]:
    """Return the gates that a run was to keep."""
    return tuple(gate(text) for text in run.header.gates)


def judged(run: Run) -> list[Judged]:
    """Return what became of them."""
    return judge(gates_of(run), MeasuredRun(run))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
