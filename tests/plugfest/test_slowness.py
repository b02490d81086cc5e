"""Mutants of slowness: the gates of a load run catch each, and name action, percentile, time and stations."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plugfest.load import load
from server.mutants import MUTANTS
from tests.plugfest.small_fleet import SmallFleet

SLOW = {
    "authorize-slow": r"p99\.Authorize .* throughout",
    "stalls-once": r"max .* Heartbeat [12]\d{3}\.\d ms.* in seconds? [23]",
    "slower-with-time": r"growth .* median .* ms in second \d+, .* ms in second \d",
    "one-in-a-hundred-starved": r"max .* Heartbeat \d{4}\.\d ms.* 1 of 100 stations, such as CP\d{3}",
}
"""Mutant → what is said of it."""


def loaded(folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    """Put a small fleet on the reference."""
    monkeypatch.setitem(sys.modules, "simulators.load.run", SmallFleet())
    return CliRunner().invoke(load, [f"--out={folder}", "--duration=7s", "--rate=200/s", *options])


@pytest.mark.parametrize(("mutant", "said"), SLOW.items())
def test_slow_mutant_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: str, said: str) -> None:
    """The gates that a mutant names are missed, and it is told where."""
    gates = [f"--gate={text}" for text in MUTANTS[mutant].gates]
    done = loaded(tmp_path, monkeypatch, f"--mutant={mutant}", *gates)
    assert done.exit_code == 1, done.output
    assert re.search(said, " ".join(done.output.split())), done.output


def test_clean_reference_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same gates hold for the reference without a defect."""
    gates = {text for one in MUTANTS.values() for text in one.gates}
    done = loaded(tmp_path, monkeypatch, *(f"--gate={text}" for text in gates), "--gate=errors=0")
    assert done.exit_code == 0, done.output


def test_every_slow_mutant_is_proven() -> None:
    """No mutant names gates that nobody plays."""
    assert {name for name, one in MUTANTS.items() if one.gates} == set(SLOW)
