"""``plugfest gate`` holds the figures of a record to limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.expected import Standing
from harness.record import Header, Recorder, Result
from harness.service import Service
from harness.verdict import Verdict
from plugfest.gate import gate

SERVED = Service(answers={"Heartbeat": (0.05, 0.08)}, connected=99.95, expected=100.0, unanswered=1)


def recorded(folder: Path, service: Service | None) -> str:
    """Write a record of one scenario, and return its path."""
    header = Header(plugfest="1", target="t", endpoint=None, driver="none", started="2030-01-01", selected=1)
    result = Result(
        id="v16.core.a.b",
        title="It does.",
        version="1.6",
        profile="Core",
        verdict=Verdict.PASSED,
        standing=Standing.AS_EXPECTED,
        seconds=1.0,
        service=service,
        clauses=(),
        octt=(),
        requirements=(),
    )
    with Recorder(folder / "run.jsonl", header) as recorder:
        recorder.add(result)
        recorder.finish(1.0)
    return str(folder)


@pytest.mark.parametrize(
    ("limits", "code", "said"),
    [
        (["--p95", "100"], 0, "met     p95 of 2 answers: 80.0 ms, limit 100 ms"),
        (["--p95", "79"], 1, "not met p95"),
        (["--stability", "99.9"], 0, "met     stability: 99.950 % of 100.0 s, limit 99.9 %"),
        (["--stability", "99.99"], 1, "not met stability"),
        (["--unanswered", "1", "--p95", "1"], 1, "met     unanswered CALLs: 1, limit 1"),
        ([], 2, "name at least one limit"),
    ],
)
def test_limits(tmp_path: Path, limits: list[str], code: int, said: str) -> None:
    """Each limit is told with what was found; one that is not met makes exit code 1."""
    done = CliRunner().invoke(gate, [recorded(tmp_path, SERVED), *limits])
    assert (done.exit_code, said in done.output) == (code, True)


def test_run_without_answers_meets_no_limit_of_them(tmp_path: Path) -> None:
    """Where nothing was answered, nothing was answered in time."""
    done = CliRunner().invoke(gate, [recorded(tmp_path, None), "--p95", "100"])
    assert (done.exit_code, "no answers" in done.output) == (1, True)
