"""Shells complete what can be typed; each by the script that it is given."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from plugfest.command import plugfest
from plugfest.completion import completion

_WITHOUT_SETTINGS = {"bash": "--norc", "zsh": "-f", "fish": "--no-config"}
_ASKED = {
    "bash": """
        source ./script
        COMP_WORDS=({line}) COMP_CWORD={last}
        _plugfest_completion plugfest
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """,
    "zsh": """
        compdef() {{ }}
        compadd() {{ shift 4; print -l ${{(P)1}} }}
        _describe() {{ shift 2; print -l ${{(P)1}} }}
        source ./script
        words=({line}) CURRENT=$(({last} + 1))
        _plugfest_completion
    """,
    "fish": 'source ./script; complete -C "{line}"',
}
"""How a shell is asked what it would offer at the end of a line, where there is no terminal."""


def completed(shell: str, line: str, folder: Path) -> list[str]:
    """Return what a shell offers for a line, by the script of the command."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell} on this machine")
    (folder / "script").write_text(CliRunner().invoke(completion, [shell]).output, encoding="utf-8")
    asked = _ASKED[shell].format(line=line, last=len(line.split()) - 1)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [
        program,
        *(["-f"] if shell == "zsh" else ["--no-config"] if shell == "fish" else ["--norc"]),
        "-c",
        asked,
    ]
    variables = {**os.environ, "PATH": path, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=120, check=False)
    return [word.partition("\t")[0].partition(":")[0] for word in done.stdout.split("\n") if word]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completes_commands_and_names(shell: str, tmp_path: Path) -> None:
    """A begun command is completed, and so is a name after an option."""
    assert completed(shell, "plugfest check", tmp_path) == ["check-target"]
    assert completed(shell, "plugfest run --profile Smart", tmp_path) == ["SmartCharging"]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("run --octt TC_013", "TC_013_CSMS"),
        ("run --requirement CORE-4.6", "CORE-4.6-a"),
        ("run --version 2", "2.0.1"),
        ("run --variant times-in-s", "times-in-seconds"),
        ("run --network 3g", "3g-rural"),
        ("mutants clock-hour", "clock-hour-behind"),
        ("reproduce v16.core.heartbeat.current", "v16.core.heartbeat.current-time"),
    ],
)
def test_names_are_those_that_there_are(line: str, offered: str) -> None:
    """Cases, requirements, versions, habits, networks, defects and scenarios can be completed."""
    words = f"plugfest {line}"
    variables = {"_PLUGFEST_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    done = CliRunner().invoke(plugfest, [], env=variables, prog_name="plugfest", complete_var="_PLUGFEST_COMPLETE")
    assert f"plain,{offered}" in done.output.split("\n")
