"""A whole fleet under the security profiles: provisioned through the driver, with passwords, TLS and certificates."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.load.figures import ANSWERED
from harness.load.record import LoadRun, read
from plugfest.bundled import bundled
from plugfest.load import load
from plugfest.targets import render
from simulators.load.credentials import Credentials


def loaded(folder: Path, target: str, *options: str) -> tuple[LoadRun, str]:
    """Put a small fleet on the target of a target file, and return the record and what was said."""
    path = folder / "target.toml"
    path.write_text(target, encoding="utf-8")
    small = ["--stations=10", "--ramp=5/s", "--rate=20/s", "--duration=5s"]
    done = CliRunner().invoke(load, [f"--target={path}", f"--out={folder / 'out'}", *small, *options])
    return read(folder / "out" / "load.jsonl"), done.output


@pytest.mark.parametrize("profile", [1, 2, 3])
def test_stations_of_a_security_profile(tmp_path: Path, profile: int) -> None:
    """The bundled reference lets in who proves who it is, and everything is answered."""
    run, said = loaded(tmp_path, f"[security]\nprofile = {profile}\n")
    assert run.header.endpoint.startswith("ws://" if profile == 1 else "wss://")
    assert run.figures.errors == {}, said
    assert len(run.figures.worst) == 10
    assert run.figures.cell("Heartbeat").outcomes[ANSWERED] > 0


def test_two_workers_share_what_stations_were_given(tmp_path: Path) -> None:
    """Each worker finds the certificates of its stations."""
    run, said = loaded(tmp_path, "[security]\nprofile = 3\n", "--workers=2")
    assert run.figures.errors == {}, said
    assert len(run.figures.worst) == 10


def test_central_system_that_is_operated(tmp_path: Path) -> None:
    """Where the target file names a driver that can, stations that nobody has heard of are made known."""
    with bundled() as system:
        run, said = loaded(tmp_path, render(system.endpoint, system.operator, ""), "--workload=remote-control")
    assert run.figures.errors == {}, said


def test_central_system_that_nobody_trusts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stations do not talk to one whose certificate they cannot verify, and say why."""
    monkeypatch.setattr(Credentials, "keep", lambda kept, **_: None)
    run, said = loaded(tmp_path, '[security]\nprofile = 2\npassword = "secret of all stations"\n')
    assert "connection TLS was not agreed on" in run.figures.errors, said
    assert "no station could connect" in said
