"""A run with MicroOCPP leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from simulators.microocpp.finding import BINARY, find
from tests.processes import LIMIT, noted, run, running, started, until

STANDIN = Path(__file__).parents[1] / "simulators/microocpp/standin.py"


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="only with setpriv a killed run takes MicroOCPP along")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("real", [False, pytest.param(True, marks=pytest.mark.microocpp)], ids=["stand-in", "real"])
def test_interrupted_run_leaves_no_microocpp(tmp_path: Path, real: bool, end: signal.Signals) -> None:
    """After Ctrl-C, and after worse, all instances are gone; after Ctrl-C their folders are, too."""
    if real and (program := find().program) is None:
        pytest.skip("this test needs a MicroOCPP that is a program")
    command = [str(program)] if real else [sys.executable, "-S", str(STANDIN)]
    pids = noted(command, tmp_path / "bin/mo_simulator")
    folders = tmp_path / "folders"
    folders.mkdir()
    environment = {BINARY: f"{tmp_path}/bin/mo_simulator", "TMPDIR": str(folders)}
    with run(tmp_path, "--scenario=v16.microocpp.reset.*", "-n2", environment=environment) as process:
        assert until(lambda: len(started(pids)) >= 3)
        assert any(running(pid) for pid in started(pids))
        assert list(folders.glob("microocpp-*"))
        (os.killpg if end is signal.SIGINT else os.kill)(process.pid, end)
        process.wait(LIMIT)
        assert until(lambda: not any(running(pid) for pid in started(pids)))
        assert end is signal.SIGKILL or until(lambda: not list(folders.glob("microocpp-*")))
