"""A conformance run as gates see it: answer times, stability, coverage, accuracy."""

from __future__ import annotations

from collections.abc import Sequence

from harness.gates import Gate
from harness.load.latencies import Latencies
from harness.record import Run
from harness.verdict import Verdict

_ANSWERED = (Verdict.PASSED, Verdict.REMARKED, Verdict.FAILED)


class MeasuredRun:
    """The figures of a conformance run.

    Coverage is the share of scenarios whose question was answered, for better or worse, of all that were selected;
    accuracy the lowest of the accuracies that the run tells. CALLs that fail are what many scenarios are about, so
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
            case "coverage", None:
                answered = sum(result.verdict in _ANSWERED for result in self._run.results)
                return answered / self._run.header.selected if self._run.header.selected else None
            case "accuracy", None:
                return min((held / counted for held, counted in self._run.figures.values()), default=None)
        return None

    def place(self, gate: Gate, action: str | None) -> str:
        """Return which accuracy was the lowest, or which actions were slow."""
        if gate.kind == "accuracy":
            return min(self._run.figures.items(), key=lambda figure: figure[1][0] / figure[1][1])[0]
        if action is None and gate.kind in ("p", "max"):
            times = {one: self.latencies(one).percentile(gate.part) for one in self.actions}
            return ", ".join(
                sorted((one for one, took in times.items() if took > gate.limit), key=lambda one: -times[one])
            )
        return ""
