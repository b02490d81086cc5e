"""Tests of ``plugfest run --watch`` and ``--touched``: what a change touches is played again."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness import record
from plugfest.authoring import heeded
from plugfest.play import ROOT
from plugfest.run import run
from tests.processes import PLUGFEST, running, until

PASSED = "passed        v16.core.heartbeat.answer"
SELECTED = "--scenario=v16.core.heartbeat.answer"
REFERENCE = '[csms]\ndriver = "reference"\n'
LIMIT = 60


class Told:
    """What a watching command has told, line by line as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def upto(self, part: str) -> list[str]:
        """Return the lines up to one that contains a text."""
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if part in line:
                return lines
        raise AssertionError(f"{part!r} is not among {lines}")

    def left(self) -> int:
        """Leave as Ctrl-C does, and return the exit code."""
        self.process.send_signal(signal.SIGINT)
        self.upto("no longer watching")
        return self.process.wait(timeout=LIMIT)


@contextmanager
def watching(target: Path, *options: str) -> Iterator[Told]:
    """Start a command that watches a target file."""
    command = [*PLUGFEST, "run", "--watch", f"--target={target}", "-n1", "--out=o", SELECTED, *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=target.parent, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield Told(process)
        finally:
            process.kill()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """The target file of the bundled reference, in a folder of its own."""
    path = tmp_path / "acme.toml"
    path.write_text(REFERENCE, encoding="utf-8")
    return path


def test_target_file_that_changes_is_played_again(target: Path) -> None:
    """Each play reads the file anew, tells what is wrong with it, and goes on watching; Ctrl-C is a good end."""
    with watching(target) as told:
        told.upto(PASSED)
        told.upto("report:")
        target.write_text("[csms]\ndriven = 1\n", encoding="utf-8")
        told.upto(f"changed: {target}")
        told.upto("driven")
        target.write_text(REFERENCE + 'name = "ACME"\n', encoding="utf-8")
        told.upto(PASSED)
        told.upto("report:")
        assert told.left() == 0
    assert record.read(target.parent / "o" / "run.jsonl").header.target == "ACME"


def test_module_that_changes_is_played_again(target: Path) -> None:
    """A module that the selection rests on is played again, in a process that imports it anew; another is not."""
    with watching(target) as told:
        told.upto("report:")
        (ROOT / "scenarios" / "exploration" / "search.py").touch()
        told.upto("nothing to play")
        (ROOT / "scenarios" / "v16" / "core" / "test_heartbeat.py").touch()
        told.upto(PASSED)
        told.upto("report:")
        assert told.left() == 0


def test_play_under_way_ends_with_its_record(target: Path) -> None:
    """Ctrl-C in the midst of a play leaves a record that says so, and no process."""
    with watching(target, "--scenario=v16.core.*") as told:
        told.upto("passed")
        children = Path(f"/proc/{told.process.pid}/task/{told.process.pid}/children").read_text().split()
        assert told.left() == 0
        assert until(lambda: not any(running(int(pid)) for pid in children))
    assert record.read(target.parent / "o" / "run.jsonl").truncated


def test_what_counts_as_a_change(tmp_path: Path) -> None:
    """Modules and tables of the suite count, and the files of the target; what is beside them does not."""
    files = [tmp_path / "acme.toml"]
    assert heeded(str(tmp_path / "acme.toml"), files)
    assert not heeded(str(tmp_path / "other.toml"), files)
    assert heeded(str(ROOT / "server" / "core" / "links.py"), files)
    assert not heeded(str(ROOT / "scenarios" / "CATALOGUE.md"), files)
    assert not heeded(str(ROOT / "plugfest" / "run.py"), files)


@pytest.mark.parametrize(
    ("text", "option", "reason"),
    [
        (REFERENCE, "--resume=.", "leave out --resume"),
        (REFERENCE, "--write-expected=new.toml", "leave out --resume and --write-expected"),
        ('[csms]\nname = "ACME"\ndriver = "manual"\nendpoint = "ws://127.0.0.1:9"\n', "-n1", "a person operates ACME"),
    ],
)
def test_what_does_not_go_with_watching(target: Path, text: str, option: str, reason: str) -> None:
    """What makes sense only once, or asks a person, is refused before anything is played."""
    target.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(run, ["--watch", f"--target={target}", option])
    assert (done.exit_code, reason in done.output) == (2, True)


def test_touched_narrows_a_run_down(tmp_path: Path) -> None:
    """Of what is selected only that is played which rests on the file; nothing at all is no failure."""
    (heartbeat, reset) = (
        str(ROOT / "scenarios" / "v16" / "core" / f"test_{name}.py") for name in ("heartbeat", "reset")
    )
    options = ["--scenario=v16.core.heartbeat.answer", "--scenario=v16.core.reset.hard", f"--out={tmp_path}"]
    done = CliRunner().invoke(run, [*options, f"--touched={reset}"])
    assert done.exit_code == 0, done.output
    assert [one.id for one in record.read(tmp_path / "run.jsonl").results] == ["v16.core.reset.hard"]
    done = CliRunner().invoke(run, ["--scenario=v16.core.reset.hard", f"--touched={heartbeat}"])
    assert (done.exit_code, "nothing to play" in done.output) == (0, True)
