"""The four metrics as gates of a run: the reference keeps them, and each bad central system misses one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness import record
from harness.measured import judged
from tests.plugfest.test_command import plugfest

METRICS = ("--gate=coverage=90%", "--gate=p95=100ms", "--gate=stability=99.9%", "--gate=accuracy=100%")
"""Test coverage, response, stability, and accuracy of validation."""

SCENARIOS = (
    "v16.core.start-transaction.no-connector",
    "v16.core.status-notification.unseen-connector",
    "v16.validation.Authorize.*",
)
PLAYED = (*(f"--scenario={id}" for id in SCENARIOS), "--at-once=1", "--out=o")


def test_reference_keeps_the_four_metrics(tmp_path: Path) -> None:
    """A run that keeps its gates, with verdicts as expected, ends with exit code 0."""
    done = plugfest("run", *PLAYED, *METRICS, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert [one.met for one in judged(record.read(tmp_path / "o" / "run.jsonl"))] == [True] * 4


@pytest.mark.parametrize(
    ("mutant", "missed"),
    [
        ("authorize-slow", r"p95 .* ms .* Authorize"),
        ("impossible-connector-closes", r"stability"),
        ("payloads-unchecked", r"accuracy .* refused of invalid"),
    ],
)
def test_bad_central_system_misses_its_metric(tmp_path: Path, mutant: str, missed: str) -> None:
    """One that is slow, one that loses connections and one that is lax: exit code 1, and exactly that gate is named."""
    done = plugfest("run", *PLAYED, *METRICS, f"--mutant={mutant}", cwd=tmp_path)
    assert done.returncode == 1
    found = re.findall(r"^ not met +(.*)$", done.stdout, re.MULTILINE)
    assert len(found) == 1
    assert re.match(missed, found[0])
