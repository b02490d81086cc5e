"""The command that puts a relay between stations and a central system."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness import record
from harness.trace import Trace
from harness.verdict import Verdict
from plugfest.watch import watch
from simulators.connection import Endpoint
from simulators.v16 import ChargePoint
from tests.processes import PLUGFEST

LIMIT = 60
"""Seconds for whatever is waited for."""


@contextmanager
def started(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a watch before the bundled reference, and yield its process and the URL for stations."""
    command = [*PLUGFEST, "watch", "--listen=0", f"--out={folder}/o", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            match = re.search(r"wss?://[^ ]+?(?=/IDENTITY)", process.stdout.readline())
            assert match is not None
            yield process, match[0]
        finally:
            process.kill()


async def test_ctrl_c_ends_a_watch_with_its_documents(tmp_path: Path) -> None:
    """What was seen until then is judged: here a fault of the station, and of the central system."""
    target = tmp_path / "gated.toml"
    target.write_text('[csms]\ndriver = "reference"\n[gates]\nmax = "60s"\ncoverage = "100%"\n', encoding="utf-8")
    options = f"--target={target}", "--mutant=boot-time-missing", "--gate=stability=1%"
    with started(tmp_path, *options) as (process, url):
        station = ChargePoint("CP1", Endpoint(url), Trace(), patience=5)
        await station.ready()
        await station.send("{}")
        await station.probe()
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=LIMIT)
        await station.leave()
    assert process.returncode == 1
    run = record.read(tmp_path / "o/run.jsonl")
    broken = {one.id for one in run.rules if one.verdict is Verdict.FAILED}
    assert broken == {"v16.wire.payload.BootNotification.response", "v16.station-wire.frame.array"}
    assert run.header.mutant == "boot-time-missing"
    assert run.header.gates == ("max=60.0 s", "stability=1.000 %")
    assert (tmp_path / "o/report.html").exists()
    assert (tmp_path / "o/traces/v16.CP1.jsonl").exists()
    assert "fault of the station" in output
    assert "fault of the central system" in output
    assert "stability" in output


def refused(*options: str) -> tuple[int, str]:
    """Return exit code and error of a watch that cannot begin."""
    result = CliRunner().invoke(watch, ["--listen=0", *options])
    return result.exit_code, result.output


def test_nobody_at_the_endpoint(tmp_path: Path) -> None:
    """A target that cannot be reached is told before anything starts."""
    code, output = refused("--endpoint=ws://127.0.0.1:9/ocpp", f"--out={tmp_path}")
    assert code == 3
    assert "ws://127.0.0.1:9/ocpp cannot be reached" in output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--key=%s"], "--key and --client-authority go with --certificate"),
        (["--certificate=%s"], "no chain and key in PEM that fit"),
        (["--fault=break it"], "--fault"),
        (["--gate=p95"], "--gate"),
        (["--for=soon"], "such as 90s"),
        (["--listen=localhost"], "write ADDRESS:PORT"),
    ],
)
def test_wrong_usage_names_the_remedy(tmp_path: Path, options: list[str], told: str) -> None:
    """What cannot be used is said at once."""
    path = tmp_path / "empty.pem"
    path.touch()
    result = CliRunner().invoke(watch, [option.replace("%s", str(path)) for option in options])
    assert result.exit_code != 0
    assert told in result.output + str(result.exception)


def test_files_of_the_target_that_cannot_be_used(tmp_path: Path) -> None:
    """A CA that is none is told with the section that names it."""
    (tmp_path / "ca.pem").write_text("nonsense")
    target = tmp_path / "target.toml"
    target.write_text('[csms]\nendpoint = "wss://localhost:9"\n[security]\nprofile = 2\nauthority = "ca.pem"\n')
    code, output = refused(f"--target={target}", f"--out={tmp_path}/o")
    assert code == 2
    assert "the files of [security] cannot be used" in output
