"""Reproducing one scenario: its whole wire and its verdict on the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugfest.test_command import plugfest

CASE = "v16.validation.Authorize.idTag-type"


def test_case_is_shown_with_its_wire(tmp_path: Path) -> None:
    """Everything that was sent and received is printed, then the verdict; nothing is left behind."""
    done = plugfest("reproduce", CASE, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert any('"Authorize",{"idTag":42}]' in line and "→" in line for line in lines)
    assert any("TypeConstraintViolation" in line and "←" in line for line in lines)
    assert lines[-1].startswith(f"{CASE}: passed.")
    assert list(tmp_path.iterdir()) == []


def test_defect_is_reproduced(tmp_path: Path) -> None:
    """A scenario that fails is exit code 1 and says why."""
    done = plugfest("reproduce", CASE, "--mutant=payloads-unchecked", cwd=tmp_path)
    assert done.returncode == 1
    assert f"{CASE}: failed." in done.stdout
    assert "a CALLERROR" in done.stdout


def test_nobody_at_the_endpoint(tmp_path: Path) -> None:
    """A target that cannot be reached leaves nothing to reproduce: exit code 3, and no traceback."""
    done = plugfest("reproduce", CASE, "--endpoint=ws://127.0.0.1:9/ocpp", cwd=tmp_path)
    assert done.returncode == 3
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["v16.validation.Authorize.idTag-typ"], CASE),
        ([CASE, "--mutant=no-such"], "no-such"),
        ([CASE, "--target=absent.toml"], "absent.toml"),
        ([CASE, "--endpoint=http://h"], "ws://"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: list[str], word: str) -> None:
    """Wrong usage is exit code 2 and one message that names the remedy."""
    done = plugfest("reproduce", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr
