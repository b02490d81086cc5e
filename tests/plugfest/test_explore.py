"""The command that explores a target."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plugfest.explore import explore
from tests.processes import PLUGFEST

ONE = "start A.1 blocked"
"""A session that shows start-accepts-all."""


def explored(*options: str) -> Result:
    """Explore the bundled reference."""
    return CliRunner().invoke(explore, [*options])


def test_nothing_to_find() -> None:
    """Without a counterexample the exit code is 0, and what was done is said."""
    ended = explored("--for=1s", "--seed=3")
    assert ended.exit_code == 0
    assert "against reference central system, seed 3: no counterexamples, 0 remarks" in ended.output


def test_counterexample(tmp_path: Path) -> None:
    """A counterexample is told with clause, steps and frames, and how to see it again; the exit code is 1."""
    ended = explored("--mutant=start-accepts-all", f"--replay={ONE}", f"--out={tmp_path}")
    assert ended.exit_code == 1
    for said in (
        "counterexample 1: OCPP 1.6 4.8",
        "expected  Blocked",
        "observed  Accepted",
        "1  start A.1 blocked",
        "again: plugfest explore --mutant start-accepts-all --replay 'start A.1 blocked'",
    ):
        assert said in ended.output
    told = json.loads((tmp_path / "explore.json").read_text())
    [found] = told["counterexamples"]
    assert (found["steps"], found["expected"]) == (ONE, "Blocked")
    assert "StartTransaction" in (tmp_path / found["trace"]).read_text()


def test_remarks_are_told() -> None:
    """What is only recommended is told with a session, and does not count."""
    ended = explored("--mutant=tag-blocked-invalid", "--replay=authorize A blocked")
    assert ended.exit_code == 0
    assert "remark: OCPP 1.6 7.2: expected Blocked, observed Invalid" in ended.output


def test_steps_of_a_file(tmp_path: Path) -> None:
    """Steps may stand in a file; one that is not there is wrong usage."""
    (tmp_path / "steps").write_text(f"# found in May\n{ONE}\n")
    assert explored(f"--replay=@{tmp_path}/steps").exit_code == 0
    missing = explored(f"--replay=@{tmp_path}/missing")
    assert (missing.exit_code, "cannot be read" in missing.output) == (2, True)


def test_steps_are_listed() -> None:
    """Every step is listed with its words, and nothing is played."""
    listed = explored("--steps")
    assert listed.exit_code == 0
    assert "return A same-ids|new-ids boots|boots-not\n    The station connects again" in listed.output


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that is not reached makes the exit code 3; what cannot be drawn there is said otherwise."""
    monkeypatch.setenv("PLUGFEST_CSMS_PATIENCE", "0.2")
    ended = explored("--endpoint=ws://127.0.0.1:9/ocpp", "--for=1s")
    assert (ended.exit_code, "cannot be reached" in ended.output) == (3, True)


def test_ctrl_c_tells_what_was_done() -> None:
    """Interrupted, it says what was done until then, and leaves with exit code 3."""
    command = [*PLUGFEST, "explore", "--for=10m"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert "exploring" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 3
    assert "interrupted" in said
    assert "no counterexamples" in said
