"""The ready-made files for CI services do what they say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner

from plugfest.ci import SERVICES, ci

SHIM = f"#!{sys.executable}\nfrom plugfest.command import main\nmain()\n"
NOTHING = "#!/bin/sh\n"


def printed(service: str) -> str:
    """Return the file for a service."""
    done = CliRunner().invoke(ci, [service], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def steps(service: str) -> tuple[Sequence[str], Mapping[str, str]]:
    """Return the commands of a file in their order, and the variables that they are given."""
    text = printed(service)
    if service == "jenkins":
        commands = [one.replace(".plugfest/bin/plugfest", "plugfest") for one in re.findall(r"sh '(.*)'", text)]
        return commands, dict(re.findall(r"^ +(\w+) = '(.*?)'", text, re.MULTILINE))
    whole: dict[str, Any] = yaml.safe_load(text)
    if service == "gitlab":
        return whole["plugfest"]["script"], whole["plugfest"]["variables"]
    found = whole["jobs"]["conformance"]["steps"]
    return [one["run"] for one in found if "run" in one], whole["env"]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder with a target file, and commands that install nothing."""
    (tmp_path / "plugfest.toml").write_text('[csms]\nname = "ACME"\n', encoding="utf-8")
    (tmp_path / "bin").mkdir()
    for name, program in {"plugfest": SHIM, "pip": NOTHING, "pipx": NOTHING}.items():
        (tmp_path / "bin" / name).write_text(program, encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def carried_out(service: str, workspace: Path, **more: str) -> list[int]:
    """Carry out the commands of a file, but for those that install, in short; return their exit codes."""
    commands, variables = steps(service)
    environment = {**os.environ, **variables, "MODE": "smoke", **more}
    environment["PATH"] = f"{workspace / 'bin'}:{os.environ['PATH']}"
    codes = []
    for command in commands:
        if "install" not in command:
            done = subprocess.run(
                ["bash", "-ec", command], cwd=workspace, env=environment, capture_output=True, timeout=60, check=False
            )
            codes.append(done.returncode)
    return codes


@pytest.mark.parametrize("service", SERVICES)
def test_file_is_carried_out(service: str, workspace: Path) -> None:
    """Every command of a file works, and what the service is to collect is there afterwards."""
    summary = workspace / "summary.md"
    codes = carried_out(service, workspace, GITHUB_STEP_SUMMARY=str(summary))
    assert (codes, len(codes) >= 2) == ([0] * len(codes), True)
    named = re.findall(r"out/conformance/[\w.-]+", printed(service))
    assert [name for name in named if not (workspace / name).exists()] == []
    assert summary.exists() is (service == "github")


def test_run_in_github_actions_annotates_news(workspace: Path) -> None:
    """In a workflow, a run prints an annotation of what is news; elsewhere it does not."""
    command = ["plugfest", "run", "--mutant=reset-type-swapped", "--scenario=v16.core.reset.hard"]
    told = {}
    for there in ("true", ""):
        environment = {**os.environ, "PATH": f"{workspace / 'bin'}:{os.environ['PATH']}", "GITHUB_ACTIONS": there}
        done = subprocess.run(
            [str(workspace / "bin" / command[0]), *command[1:]],
            cwd=workspace,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        told[there] = [line for line in done.stdout.splitlines() if line.startswith("::error title=plugfest ")]
    assert (len(told["true"]), told[""]) == (1, [])


def test_documents_are_what_the_services_read(workspace: Path) -> None:
    """The reports that GitLab and Jenkins collect are JUnit XML and a JSON list."""
    carried_out("gitlab", workspace)
    out = workspace / "out" / "conformance"
    assert ElementTree.parse(out / "junit.xml").getroot().tag == "testsuites"
    assert json.loads((out / "code-quality.json").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("service", "options"),
    [
        ("github", ["--builtin-schema=vendor.github-workflows"]),
        ("gitlab", ["--builtin-schema=vendor.gitlab-ci", "--data-transform=gitlab-ci"]),
    ],
)
def test_file_keeps_to_the_schema_of_its_service(service: str, options: list[str], tmp_path: Path) -> None:
    """A service that publishes a schema of its files finds nothing wrong with ours; Jenkins has none."""
    path = tmp_path / SERVICES[service]
    path.write_text(printed(service), encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", *options, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not on PATH")
def test_workflow_passes_actionlint(tmp_path: Path) -> None:
    """The linter of GitHub workflows finds nothing: it knows expressions, contexts and the shells of steps too."""
    path = tmp_path / SERVICES["github"]
    path.write_text(printed("github"), encoding="utf-8")
    done = subprocess.run(["actionlint", str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")
