"""The commands that take a log from the field."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from plugfest.judge import judge
from plugfest.redact import redact

GOOD = '[2,"1","Heartbeat",{}]\n[3,"1",{"currentTime":"2026-01-05T08:01:03.000Z"}]\n'
BAD = GOOD.replace('"currentTime":"2026-01-05T08:01:03.000Z"', "")


@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (BAD, 1)])
def test_log_is_judged(tmp_path: Path, text: str, code: int) -> None:
    """What is broken is told with its line and whose it is, and decides the exit code."""
    path = tmp_path / "field.log"
    path.write_text(text)
    ended = CliRunner().invoke(judge, [str(path)])
    assert ended.exit_code == code
    assert ("line 2  CP-1 central system  SHALL  OCPP-J 1.6 4.2.4" in ended.output) is bool(code)
    assert "2 frames of 1 station, OCPP 1.6: " in ended.output


def test_log_is_read_from_standard_input() -> None:
    """A log can be piped in, and read as one of another version."""
    ended = CliRunner().invoke(judge, ["-", "--ocpp=2.0.1"], input=GOOD)
    assert (ended.exit_code, "OCPP 2.0.1" in ended.output) == (0, True)


def test_log_without_a_frame_is_wrong_usage(tmp_path: Path) -> None:
    """What to do is said."""
    path = tmp_path / "field.log"
    path.write_text("nothing\n")
    ended = CliRunner().invoke(judge, [str(path)])
    assert (ended.exit_code, "--forms" in ended.output) == (2, True)


def test_what_is_passed_over_is_said(tmp_path: Path) -> None:
    """A frame that is cut off is named by its line, and the rest is taken."""
    path = tmp_path / "field.log"
    path.write_text('[2,"0","Heartb...\n' + GOOD)
    ended = CliRunner().invoke(judge, [str(path)])
    assert (ended.exit_code, "line 1 passed over" in ended.output) == (0, True)


def test_log_is_redacted() -> None:
    """The log comes out as it went in, but for what must not leave the house."""
    text = 'x [2,"1","Authorize",{"idTag":"04B0"}]\n'
    assert CliRunner().invoke(redact, ["-"], input=text).output == text.replace("04B0", "TAG-1")


def test_forms_that_cannot_be_used_are_wrong_usage(tmp_path: Path) -> None:
    """The file is named."""
    path = tmp_path / "field.log"
    path.write_text(GOOD)
    ended = CliRunner().invoke(judge, [str(path), f"--forms={tmp_path / 'none.toml'}"])
    assert (ended.exit_code, "none.toml" in ended.output) == (2, True)
