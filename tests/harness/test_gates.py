"""Gates: how they are written, and what is said of a run that keeps or misses them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from harness.gates import KINDS, Gate, GateError, Judged, Measurement, Unit, binding, gate, gates, judge
from harness.load.latencies import Latencies


class Told:
    """A run of which this is known: durations by action, and figures by gate."""

    def __init__(self, answers: dict[str, list[float]], **figures: float) -> None:
        self.answers = answers
        self.figures = figures
        self.actions: Sequence[str] = list(answers)

    def latencies(self, action: str | None) -> Latencies:
        """Return the durations of an action, or of all."""
        found = Latencies()
        for name, times in self.answers.items():
            for seconds in times if action in (None, name) else ():
                found.add(seconds)
        return found

    def calls(self, action: str | None) -> int:
        """Return how many there were."""
        return len(self.latencies(action))

    def figure(self, kind: str, action: str | None) -> float | None:
        """Return a figure by its gate."""
        return self.figures.get(kind)

    def place(self, gate: Gate, action: str | None) -> str:
        """Return where it was."""
        return f"place of {gate.kind}"


ANSWERS = Told(
    {"Authorize": [0.05] * 20, "Heartbeat": [0.3]}, stability=0.9985, errors=2, unanswered=0, throughput=900.0
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("p95=100ms", Gate("p95", "p", 0.1, Unit.TIME, 0.95)),
        ("p99.9=1.5s", Gate("p99.9", "p", 1.5, Unit.TIME, 0.999)),
        ("p99.9.Authorize = 50 ms", Gate("p99.9.Authorize", "p", 0.05, Unit.TIME, 0.999, "Authorize")),
        ("max.*=2s", Gate("max.*", "max", 2.0, Unit.TIME, 1.0, "*")),
        ("stability=99.9%", Gate("stability", "stability", 0.999, Unit.SHARE)),
        ("errors=0", Gate("errors", "errors", 0.0, Unit.COUNT)),
        ("errors.Authorize=0.1%", Gate("errors.Authorize", "errors", 0.001, Unit.SHARE, 1.0, "Authorize")),
        ("coverage.cases=90%", Gate("coverage.cases", "coverage", 0.9, Unit.SHARE, 1.0, "cases")),
        ("news=0", Gate("news", "news", 0.0, Unit.NUMBER)),
        ("throughput=60/min", Gate("throughput", "throughput", 1.0, Unit.RATE)),
    ],
)
def test_gates_as_they_are_written(text: str, meant: Gate) -> None:
    """A gate has a name, perhaps an action, and a limit with its unit; what it says of itself means the same."""
    assert gate(text) == meant
    assert gate(str(meant)) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("p95", "is no gate"),
        ("p=1s", "nothing that can be gated"),
        ("p0=1s", "nothing that can be gated"),
        ("p101=1s", "nothing that can be gated"),
        ("max5=1s", "nothing that can be gated"),
        ("speed=1s", "nothing that can be gated"),
        ("P95=1s", "nothing that can be gated"),
        ("p95=100", "write it as in p95=100ms"),
        ("p95=-1ms", "write it as in p95=100ms"),
        ("stability=0.99", "write it as in stability=99.9%"),
        ("throughput=1000", "write it as in throughput=1000/s"),
        ("stability.Authorize=99%", "stability is not measured by action"),
        ("coverage.Authorize=99%", "not measured by action, but of requirements and cases"),
        ("news=1%", "write it as in news=0"),
    ],
)
def test_what_is_no_gate(text: str, said: str) -> None:
    """A text that is no gate is refused with an example of one."""
    with pytest.raises(GateError, match=said):
        gate(text)


def test_examples_are_gates() -> None:
    """What errors propose is understood."""
    assert [gate(kind.example).kind for kind in KINDS.values()] == list(KINDS)


def test_gates_of_a_table() -> None:
    """A table of TOML gives the same gates, nested or not."""
    assert gates({"p99": {"Authorize": "50ms"}, "errors": 0}) == (gate("p99.Authorize=50ms"), gate("errors=0"))


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        ("p95=50ms", Judged("p95", "≤ 50.0 ms", "50.0 ms", True)),
        ("max=100ms", Judged("max", "≤ 100.0 ms", "300.0 ms", False, "200.0 ms (×3.00)", "place of max")),
        ("max.Authorize=100ms", Judged("max.Authorize", "≤ 100.0 ms", "50.0 ms", True)),
        ("p95.Reset=1s", Judged("p95.Reset", "≤ 1000.0 ms", "not measured", False, "unknown")),
        ("stability=99.9%", Judged("stability", "≥ 99.900 %", "99.850 %", False, "0.050 %", "place of stability")),
        ("errors=0", Judged("errors", "≤ 0", "2", False, "2", "place of errors")),
        ("errors=10%", Judged("errors", "≤ 10.000 %", "9.524 %", True)),
        ("unanswered=0", Judged("unanswered", "≤ 0", "0", True)),
        ("throughput=1/s", Judged("throughput", "≥ 1.0/s", "900.0/s", True)),
        ("coverage=1%", Judged("coverage", "≥ 1.000 %", "not measured", False, "unknown")),
    ],
)  # fmt: skip
def test_what_is_said_of_a_gate(text: str, judged: Judged) -> None:
    """Each gate is told with limit and figure, one that is missed with by how much and where."""
    assert judge([gate(text)], ANSWERS) == [judged]


def test_gate_of_every_action() -> None:
    """A star holds for each action by itself, so that a rare one is not lost among the others."""
    found = judge([gate("p95.*=100ms")], ANSWERS)
    assert [(one.gate, one.met) for one in found] == [("p95.Authorize", True), ("p95.Heartbeat", False)]


def test_share_of_nothing_is_not_measured() -> None:
    """Without any CALL no share of them can be told."""
    (found,) = judge([gate("errors=1%")], Told({}, errors=0))
    assert (found.met, found.observed) == (False, "not measured")


def test_rate_that_is_missed_is_told_with_its_factor() -> None:
    """A rate must reach its limit."""
    (found,) = judge([gate("throughput=1000/s")], ANSWERS)
    assert (found.met, found.by) == (False, "100.0/s (×0.90)")


def test_long_times_are_told_in_seconds() -> None:
    """What takes long is told in seconds."""
    (found,) = judge([gate("max=15s")], Told({"Reset": [20.0]}))
    assert (found.limit, found.observed, found.by) == ("≤ 15.0 s", "20.0 s", "5000.0 ms (×1.33)")


DECLARED = gates(
    {
        "p95": "100ms",
        "p99.Authorize": "50ms",
        "errors": 0,
        "unanswered": 0,
        "unanswered.Authorize": 0,
        "coverage": "90%",
        "news": 0,
    }
)


@pytest.mark.parametrize(
    ("by", "left"),
    [
        (Measurement.RUN, ["p95", "p99.Authorize", "unanswered", "coverage", "news"]),
        (Measurement.LOAD, ["p95", "p99.Authorize", "errors", "unanswered", "unanswered.Authorize"]),
        (Measurement.WATCH, ["p95", "p99.Authorize", "unanswered", "news"]),
    ],
)
def test_declared_gates_hold_where_there_is_such_a_figure(by: Measurement, left: list[str]) -> None:
    """One list of a target file serves all kinds of runs."""
    assert [one.name for one in binding(DECLARED, (), by)] == left


def test_gate_that_is_asked_for_wins() -> None:
    """It stands in place of a declared one about the same, however that is written, and holds in any case."""
    asked = [gate("p95.0=1s"), gate("errors=5")]
    assert binding(gates({"p95": "100ms", "max": "2s"}), asked, Measurement.RUN) == (gate("max=2s"), *asked)
