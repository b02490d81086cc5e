"""Mutants of slowness: the gates of a load run catch each, and name action, percentile, time and stations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.load.plan import Plan
from harness.load.record import read
from plugfest.load import load
from server.mutants import MUTANTS

SLOW = {
    "authorize-slow": r"p99\.Authorize .* (throughout|in seconds \d)",
    "stalls-once": r"max .* (Heartbeat|MeterValues|\w+Notification|\w+Transaction) \d{4}\.\d ms.* in seconds? [2345]",
    "slower-with-time": r"growth .* median .* ms in second \d+, .* ms in second \d",
    "one-in-a-hundred-starved": r"max .* 1 of 100 stations, such as PLUGFEST\d{6}",
}
"""Mutant → what is said of it."""


def loaded(folder: Path, *options: str) -> Result:
    """Put the fleet on the reference."""
    load_of = ["--stations=100", "--ramp=50/s", "--rate=100/s", "--duration=11s"]
    return CliRunner().invoke(load, [f"--out={folder}", *load_of, *options])


@pytest.mark.parametrize(("mutant", "said"), SLOW.items())
def test_slow_mutant_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: str, said: str) -> None:
    """The gates that a mutant names are missed by it, and it is told where: actions, times, stations."""

    def uncalibrated(plan: Plan) -> None:
        return None

    monkeypatch.setattr("simulators.load.run.calibrate", uncalibrated)
    done = loaded(tmp_path, f"--mutant={mutant}", *(f"--gate={text}" for text in MUTANTS[mutant].gates))
    (one,) = read(tmp_path / "load.jsonl").judged
    assert not one.met, done.output
    assert re.search(said, f"{one.gate} {one.limit} {one.observed} {one.place}"), done.output


def test_clean_reference_is_not(tmp_path: Path) -> None:
    """The same gates hold for the reference without a defect, unless this machine is too busy to tell."""
    gates = {text for one in MUTANTS.values() for text in one.gates}
    done = loaded(tmp_path, *(f"--gate={text}" for text in gates), "--gate=errors=0")
    assert done.exit_code in (0, 3), done.output
    assert "not measured" not in done.output


def test_every_slow_mutant_is_proven() -> None:
    """No mutant names gates that nobody plays."""
    assert {name for name, one in MUTANTS.items() if one.gates} == set(SLOW)
