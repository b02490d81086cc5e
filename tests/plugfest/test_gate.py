"""``plugfest gate`` holds the figures of a record to limits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.expected import Standing
from harness.record import Header, Recorder, Result
from harness.service import Service
from harness.verdict import Verdict
from plugfest.gate import gate
from tests.harness.load.test_record import recorded as load_recorded

SERVED = Service(answers={"Heartbeat": (0.05, 0.08)}, connected=99.95, expected=100.0, unanswered=1)


def recorded(folder: Path, service: Service | None, *gates: str) -> str:
    """Write a record of one scenario, and return its path."""
    header = Header(
        plugfest="1", target="t", endpoint=None, driver="none", started="2030-01-01", selected=1, gates=gates
    )
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
        (["p95=100ms"], 0, "met  p95  ≤ 100.0 ms  80.0 ms"),
        (["p95=79ms"], 1, "not met  p95  ≤ 79.0 ms  80.0 ms  1.0 ms (×1.01)  Heartbeat"),
        (["stability=99.9%"], 0, "met  stability  ≥ 99.900 %  99.950 %"),
        (["unanswered=1", "p95=1ms"], 1, "met  unanswered  ≤ 1  1"),
        (["p95=fast"], 2, "write it as in p95=100ms"),
        ([], 2, "name at least one gate"),
    ],
)
def test_limits(tmp_path: Path, limits: list[str], code: int, said: str) -> None:
    """Each gate is told with what was found; one that is not met makes exit code 1."""
    done = CliRunner().invoke(gate, [recorded(tmp_path, SERVED), *(f"--gate={limit}" for limit in limits)])
    assert (done.exit_code, said in re.sub(" {2,}", "  ", done.output)) == (code, True), done.output


def test_missed_gates_come_first(tmp_path: Path) -> None:
    """What is wrong stands on top of the table."""
    done = CliRunner().invoke(gate, [recorded(tmp_path, SERVED), "--gate=p95=1s", "--gate=unanswered=0"])
    assert done.output.index("unanswered") < done.output.index("p95")


def test_gates_of_the_target_file(tmp_path: Path) -> None:
    """The gates of a target file hold beside those of the command line, if the record can tell."""
    target = tmp_path / "target.toml"
    target.write_text('[gates]\np95 = "79ms"\nthroughput = "9/s"\n', encoding="utf-8")
    done = CliRunner().invoke(gate, [recorded(tmp_path, SERVED), f"--target={target}", "--gate=unanswered=1"])
    assert (done.exit_code, "p95" in done.output, "unanswered" in done.output) == (1, True, True)
    assert "throughput" not in done.output


def test_run_is_held_to_its_own_gates(tmp_path: Path) -> None:
    """Without gates of the command line, those hold that the run was made with."""
    done = CliRunner().invoke(gate, [recorded(tmp_path, SERVED, "p95=79ms", "coverage=100%")])
    assert (done.exit_code, "p95" in done.output, "coverage" in done.output) == (1, True, True)


def test_load_run_is_held_to_its_own_gates(tmp_path: Path) -> None:
    """A load run is judged by what it was made with, and by others if they are named."""
    load_recorded(tmp_path)
    done = CliRunner().invoke(gate, [str(tmp_path)])
    assert (done.exit_code, "p95" in done.output, "errors" in done.output) == (0, True, True)
    done = CliRunner().invoke(gate, [str(tmp_path / "load.jsonl"), "--gate=throughput=1000/s"])
    assert (done.exit_code, "12.0/s" in done.output) == (1, True), done.output
