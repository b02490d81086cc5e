"""Commands that kill and start a central system."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.csms import DriverError, Restart
from harness.drivers.http import from_settings
from harness.settings import Settings, SettingsError


def _driver(folder: Path, **recovery: Any) -> Any:
    table = {"base_url": "http://localhost", "recovery": recovery}
    return from_settings(Settings(driver={"http": table}, path=folder / "target.toml"), {})


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


async def test_commands_are_carried_out_in_the_folder_of_the_target(tmp_path: Path) -> None:
    """Each function runs its command, where the target file is."""
    driver = _driver(tmp_path, kill=_python("open('killed', 'w')"), start=_python("open('started', 'w')"))
    assert isinstance(driver, Restart)
    await driver.kill()
    assert os.listdir(tmp_path) == ["killed"]
    await driver.restart()
    assert sorted(os.listdir(tmp_path)) == ["killed", "started"]


async def test_what_a_command_starts_lives_on(tmp_path: Path) -> None:
    """A command ends when it is done, whatever it leaves behind that still holds its output."""
    start = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)"
    driver = _driver(tmp_path, kill=["true"], start=_python(start), limit=20)
    await driver.restart()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (_python("import sys; sys.exit('no such container')"), "ended with exit code 1: no such container"),
        (_python("import sys; sys.exit(3)"), "ended with exit code 3$"),
        (["no-such-program"], "cannot be run: No such file"),
        (_python("import threading; threading.Event().wait()"), "was not through after 0.5 s"),
    ],
)
async def test_failing_command_is_told(tmp_path: Path, command: list[str], told: str) -> None:
    """A command that fails, or does not end, is an error of the driver that says why."""
    driver = _driver(tmp_path, kill=command, start=["true"], limit=0.5 if "after" in told else 30)
    with pytest.raises(DriverError, match=told):
        await driver.kill()


@pytest.mark.parametrize(
    ("recovery", "told"),
    [
        ({"kill": ["true"]}, "recovery.start: Field required"),
        ({"kill": [], "start": ["true"]}, "recovery.kill"),
        ({"kill": "true", "start": ["true"]}, "recovery.kill"),
        ({"kill": ["true"], "start": ["true"], "stop": ["true"]}, "recovery.stop: unknown key"),
    ],
)
def test_wrong_table_is_told(tmp_path: Path, recovery: dict[str, Any], told: str) -> None:
    """What is wrong is told with file and key."""
    with pytest.raises(SettingsError, match=rf"target\.toml: driver\.http: {told}"):
        _driver(tmp_path, **recovery)
