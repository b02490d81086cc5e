"""An operator and a whole fleet: what it asks for through the driver reaches stations, and its latency is measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.load.figures import ANSWERED
from harness.load.record import read
from harness.trace import Direction
from plugfest.load import load


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_orders_of_a_load_run_reach_stations(tmp_path: Path, version: str) -> None:
    """Orders are counted as CALLs of the central system, from when the operator wanted them until it knew their end."""
    options = ["--workload=remote-control", "--stations=10", "--rate=20/s", "--duration=6s", f"--version={version}"]
    done = CliRunner().invoke(load, [*options, f"--out={tmp_path}"])
    figures = read(tmp_path / "load.jsonl").figures
    ordered = figures.cell(direction=Direction.RECEIVED)
    assert ordered.outcomes[ANSWERED] > 10, done.output
    assert ordered.errors == 0, done.output
    assert ordered.scheduled.percentile(0.5) > ordered.sent.percentile(0.5) > 0
    assert figures.cell("ClearCache").count > 0
