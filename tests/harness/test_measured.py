"""The figures of a conformance run that gates are held against."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.expected import Standing
from harness.gates import gate, judge
from harness.measured import MeasuredRun
from harness.record import Header, Result, Run
from harness.service import Service
from harness.verdict import Verdict

HEADER = Header(plugfest="1", target="t", endpoint=None, driver="none", started="2030-01-01", selected=4)
SERVED = Service(
    answers={"Authorize": (0.3, 0.4), "Heartbeat": (0.05, 0.08)}, connected=99.95, expected=100.0, unanswered=1
)


def result(verdict: Verdict, service: Service | None = None, **measures: bool) -> Result:
    """Return the result of a scenario."""
    return Result(
        id=f"v16.core.a.{verdict.value}", title="It does.", version="1.6", profile="Core", verdict=verdict,
        standing=Standing.AS_EXPECTED, seconds=1.0, service=service, clauses=(), octt=(), requirements=(),
        measures=measures,
    )  # fmt: skip


RUN = Run(
    Path("run.jsonl"),
    HEADER,
    [
        result(Verdict.PASSED, SERVED, right=True, refused=True),
        result(Verdict.FAILED, None, right=False, refused=True),
        result(Verdict.INCONCLUSIVE, None, right=True),
    ],
)


@pytest.mark.parametrize(
    ("text", "observed", "place"),
    [
        ("p95=100ms", "400.0 ms", "Authorize"),
        ("max.Heartbeat=10ms", "80.0 ms", ""),
        ("unanswered=0", "1", ""),
        ("unanswered=10%", "20.000 %", ""),
        ("stability=99.99%", "99.950 %", ""),
        ("coverage=95%", "50.000 %", ""),
        ("accuracy=99%", "66.667 %", "right"),
        ("errors=0", "not measured", ""),
        ("unanswered.Authorize=0", "not measured", ""),
    ],
)
def test_figures_of_a_run(text: str, observed: str, place: str) -> None:
    """Each figure that a conformance run has can be gated; CALLs that are refused are no errors of it."""
    (judged,) = judge([gate(text)], MeasuredRun(RUN))
    assert (judged.met, judged.observed, judged.place) == (False, observed, place)


def test_each_action_of_a_run() -> None:
    """The actions are those that were answered."""
    found = judge([gate("max.*=100ms")], MeasuredRun(RUN))
    assert [(one.gate, one.met) for one in found] == [("max.Authorize", False), ("max.Heartbeat", True)]


@pytest.mark.parametrize("text", ["p95=1s", "stability=1%", "coverage=1%", "accuracy=1%"])
def test_run_without_figures_meets_no_gate(text: str) -> None:
    """Where nothing was answered, nothing was answered in time."""
    header = Header(plugfest="1", target="t", endpoint=None, driver="none", started="2030-01-01", selected=0)
    (judged,) = judge([gate(text)], MeasuredRun(Run(Path("run.jsonl"), header)))
    assert (judged.met, judged.observed) == (False, "not measured")
