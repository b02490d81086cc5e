"""How well stations were served is told in every document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.record import Header, Run
from harness.service import Service
from reports import html, junit, markdown
from reports.model import Report, percentiles, report_of
from tests.reports import sample

SERVED = Service(
    answers={"Heartbeat": (0.001, 0.002), "Authorize": (0.1,)},
    connected=9.99,
    expected=10.0,
    ended=2,
    lost=3,
    reconnects=(0.5,),
    unanswered=4,
)


@pytest.fixture
def served() -> Report:
    """A report of a run under a condition with a fault that struck twice."""
    header = Header(
        **{name: getattr(sample.header(1), name) for name in ("plugfest", "target", "endpoint", "driver", "started")},
        selected=1,
        network="4g",
        pings=(0.05,),
        faults=("drop X 1", "cut Y 1"),
    )
    result = replace(sample.results()[0], service=SERVED, struck=("drop X 1", "drop X 1"))
    return report_of(Run(Path("run.jsonl"), header, (result,)))


def test_figures(served: Report) -> None:
    """Times are in ms, stability in percent; what struck is told, and what did not."""
    assert dict(served.figures) == {
        "fault drop X 1": "struck 2 times in 1 scenario",
        "fault cut Y 1": "struck 0 times in 0 scenarios",
        "answers, p50 / p95 / p99 / max": "2.0 / 100.0 / 100.0 / 100.0 ms",
        "stability": "99.900 % (connected 10.0 of 10.0 s)",
        "connections ended by the central system": "2",
        "connections lost by the network": "3",
        "unanswered CALLs": "4",
        "time to reconnect, p50 / p95 / p99 / max": "500.0 / 500.0 / 500.0 / 500.0 ms",
        "a ping under 4g by itself, p50 / p95 / p99 / max": "50.0 / 50.0 / 50.0 / 50.0 ms",
    }
    assert dict(served.answers) == {"Authorize": [0.1], "Heartbeat": [0.001, 0.002], "all": [0.1, 0.001, 0.002]}
    assert percentiles(served.answers[1][1]) == ("1.0", "2.0", "2.0", "2.0")


def test_scenarios_with_trouble_are_listed_the_least_connected_first() -> None:
    """Where nothing ended and nothing waited in vain, there is nothing to list."""
    given = {
        "steady": replace(SERVED, ended=0, lost=0, unanswered=0),
        "unanswered": replace(SERVED, ended=0, lost=0, connected=10.0),
        "ended": SERVED,
        "unconnected": None,
    }
    results = [replace(sample.results()[0], id=id, service=service) for id, service in given.items()]
    unstable = report_of(Run(Path("run.jsonl"), sample.header(4), results)).unstable
    assert [result.id for result in unstable] == ["ended", "unanswered"]


def test_run_without_a_connection_tells_nothing() -> None:
    """Where no station was connected, there is no service to tell of."""
    assert report_of(Run(Path("run.jsonl"), sample.header(1))).figures == []


@pytest.mark.parametrize(
    "render",
    [lambda report: markdown.render(report, "report.html"), junit.render, html.render],
    ids=["markdown", "junit", "html"],
)
def test_every_document_tells(served: Report, render: Callable[[Report], str]) -> None:
    """Stability and answer times are in all of them."""
    assert "99.900 %" in render(served)
    assert "2.0 / 100.0 / 100.0 / 100.0 ms" in render(served)


def test_what_is_no_action_does_not_widen_the_page(served: Report) -> None:
    """Of a name that a station made up, the beginning is enough beside its figures."""
    result = replace(served.run.results[0], service=replace(SERVED, answers={"A" * 500: (0.1,)}))
    page = html.render(report_of(replace(served.run, results=(result,))))
    assert f'"row">{"A" * html.LONGEST_ACTION}… (500 characters in all)' in page
    assert "A" * (html.LONGEST_ACTION + 1) not in page
