"""The figures of a conformance run that gates are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.expected import Standing
from harness.gates import gate, judge
from harness.measured import MeasuredRun, judged
from harness.record import Header, Result, Run
from harness.service import Service
from harness.verdict import Verdict

HEADER = Header(plugfest="1", target="t", endpoint=None, driver="none", started="2030-01-01", selected=4)
SERVED = Service(
    answers={"Authorize": (0.3, 0.4), "Heartbeat": (0.05, 0.08)}, connected=99.95, expected=100.0, unanswered=1
)


def result(verdict: Verdict, service: Service | None = None, *, octt: Sequence[str] = (), **measures: bool) -> Result:
    """Return the result of a scenario; each case that it covers has a requirement to go with it."""
    return Result(
        id=f"v16.core.a.{verdict.value}", title="It does.", version="1.6", profile="Core", verdict=verdict,
        standing=Standing.AS_EXPECTED, seconds=1.0, service=service, clauses=(), octt=octt,
        requirements=[case.replace("TC_", "R-") for case in octt], measures=measures,
    )  # fmt: skip


RUN = Run(
    Path("run.jsonl"),
    HEADER,
    [
        result(Verdict.PASSED, SERVED, octt=["TC_1"], right=True, refused=True),
        result(Verdict.FAILED, None, octt=["TC_1"], right=False, refused=True),
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
        ("coverage=95%", "50.000 %", "v16.core.a.inconclusive"),
        ("accuracy=99%", "66.667 %", "right"),
        ("errors=0", "not measured", ""),
        ("unanswered.Authorize=0", "not measured", ""),
    ],
)
def test_figures_of_a_run(text: str, observed: str, place: str) -> None:
    """Each figure that a conformance run has can be gated; CALLs that are refused are no errors of it."""
    (found,) = judge([gate(text)], MeasuredRun(RUN))
    assert (found.met, found.observed, found.place) == (False, observed, place)


def test_each_action_of_a_run() -> None:
    """The actions are those that were answered."""
    found = judge([gate("max.*=100ms")], MeasuredRun(RUN))
    assert [(one.gate, one.met) for one in found] == [("max.Authorize", False), ("max.Heartbeat", True)]


@pytest.mark.parametrize("text", ["p95=1s", "stability=1%", "coverage=1%", "accuracy=1%"])
def test_run_without_figures_meets_no_gate(text: str) -> None:
    """Where nothing was answered, nothing was answered in time."""
    header = Header(plugfest="1", target="t", endpoint=None, driver="none", started="2030-01-01", selected=0)
    (found,) = judge([gate(text)], MeasuredRun(Run(Path("run.jsonl"), header)))
    assert (found.met, found.observed) == (False, "not measured")


COVERING = Run(
    Path("run.jsonl"),
    replace(HEADER, selected=4),
    [
        result(Verdict.PASSED, octt=["TC_1", "TC_2"]),
        result(Verdict.INCONCLUSIVE, octt=["TC_2", "TC_3"]),
        result(Verdict.NOT_APPLICABLE, octt=["TC_3", "TC_4"]),
        result(Verdict.ERROR, octt=["TC_5"]),
    ],
)


@pytest.mark.parametrize(
    ("text", "observed", "place"),
    [
        ("coverage=95%", "33.333 %", "v16.core.a.inconclusive, v16.core.a.error"),
        ("coverage.cases=95%", "25.000 %", "1.6 TC_2, 1.6 TC_3, 1.6 TC_5"),
        ("coverage.requirements=95%", "25.000 %", "1.6 R-2, 1.6 R-3, 1.6 R-5"),
        ("applicable=95%", "75.000 %", "v16.core.a.not-applicable"),
        ("applicable.cases=95%", "80.000 %", "1.6 TC_4"),
        ("applicable.requirements=95%", "80.000 %", "1.6 R-4"),
    ],
)
def test_coverage_of_what_applies(text: str, observed: str, place: str) -> None:
    """A case is judged once all of its scenarios that apply have answered, and applies if any of them does."""
    (found,) = judge([gate(text)], MeasuredRun(COVERING))
    assert (found.met, found.observed, found.place) == (False, observed, place)


def test_failure_judges_a_case_whatever_else_remained_open() -> None:
    """What is known to be wrong is no longer open."""
    run = replace(COVERING, results=[result(verdict, octt=["TC_1"]) for verdict in Verdict])
    (found,) = judge([gate("coverage.cases=100%")], MeasuredRun(run))
    assert found.met


def test_news_of_scenarios_and_rules() -> None:
    """News is what the list of expected verdicts does not foretell."""
    news = [replace(result(Verdict.FAILED), id=f"v16.core.a.{n}", standing=Standing.NEWS) for n in range(3)]
    run = replace(RUN, results=[*RUN.results, *news], rules=[replace(news[0], id="v16.wire.a")])
    (found,) = judge([gate("news=3")], MeasuredRun(run))
    assert (found.observed, found.place) == ("4", "v16.core.a.0, v16.core.a.1, v16.core.a.2 and 1 more")
    assert judge([gate("news=4")], MeasuredRun(run))[0].met


def test_run_is_held_to_the_gates_of_its_record() -> None:
    """The gates that a run was made with are in its header."""
    run = replace(RUN, header=replace(HEADER, gates=("p95=100ms", "coverage=50%")))
    assert [(one.gate, one.met) for one in judged(run)] == [("p95", False), ("coverage", True)]
