"""Tests that every command of the pages does what it is shown for."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from plugfest.command import plugfest
from tests.docs.pages import PAGES, ROOT, Block, blocks, read
from tests.docs.shortened import SERVED
from tests.processes import PLUGFEST

LIMIT = 400

STEVE = """\
[INFO ] 2024-05-01 10:00:00,000 de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp1-1) - \
[chargeBoxId=CP-1, sessionId=a] Received: [2,"1","Heartbeat",{}]
[INFO ] 2024-05-01 10:00:00,100 de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp1-1) - \
[chargeBoxId=CP-1, sessionId=a] Sending: [3,"1",{"currentTime":"2024-05-01T10:00:00.000Z"}]
"""

TARGET = "acme.toml"
"""The target file that the pages speak of; what one of them shows as a part of it is added."""

INSTALLING = re.compile(r"^(python3 -m venv|uv sync)")
"""Commands that set up the project itself: continuous integration begins with them."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A reference central system that knows every station: its endpoint, and the target file that operates it."""
    folder = tmp_path_factory.mktemp("served")
    options = ["--port=0", "--log=off", "--accept-unknown", "--accept-unknown-tags", "--write-target=acme.toml"]
    with subprocess.Popen([*PLUGFEST, "serve", *options], cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        endpoint = json.loads(process.stdout.readline())["endpoint"]
        yield endpoint, (folder / "acme.toml").read_text(encoding="utf-8")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=LIMIT) == 0


def commands(page: str) -> list[Block]:
    """Return the blocks of commands of a page, but for those that set up the project."""
    return [one for one in blocks(page, "sh") if not INSTALLING.match(one.text)]


def furnished(folder: Path, page: str, target: str) -> None:
    """Put into a folder what the reader of a page has: a target file, a log, the files that the page shows."""
    (folder / "steve.log").write_text(STEVE, encoding="utf-8")
    shown = {block.title: block.text for block in blocks(page) if block.title is not None}
    if not any(f"plugfest init {TARGET}" in one.text for one in commands(page)):
        shown[TARGET] = target + (shown.get(TARGET, "") if "[csms]" not in shown.get(TARGET, "") else "")
    for title, text in shown.items():
        (folder / title).write_text(text, encoding="utf-8")
    programs = folder / ".bin"
    programs.mkdir()
    (folder / "plugfest").symlink_to(ROOT)
    for name in ("plugfest", "locust", "pipx"):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tests.docs.shortened {name} "$@"\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)])
def test_commands_of_a_page_work_from_top_to_bottom(page: str, served: tuple[str, str], tmp_path: Path) -> None:
    """Who follows a page in one shell meets no command that fails."""
    endpoint, target = served
    furnished(tmp_path, page, target)
    script = "set -e\ntrap 'jobs -p | xargs -r kill' EXIT\n" + "".join(one.text for one in commands(page))
    variables = {
        **os.environ,
        "PATH": f"{tmp_path / '.bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PLUGFEST_SERVER_PORT": "0",
        "PIPX_HOME": str(tmp_path / "pipx"),
        "PIPX_BIN_DIR": str(tmp_path / "installed"),
        SERVED: endpoint,
    }
    with subprocess.Popen(
        ["bash", "-x", "-c", script],
        cwd=tmp_path,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as shell:
        try:
            told, _ = shell.communicate(timeout=LIMIT)
        except BaseException:
            os.killpg(shell.pid, signal.SIGKILL)
            raise
    assert shell.returncode == 0, told[-4000:]


def test_what_sets_up_the_project_is_what_continuous_integration_runs() -> None:
    """Commands that install the project stand in .ci/run word by word, so that each of its runs is their test."""
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    installing = [line for page in PAGES for one in blocks(page, "sh") for line in one.text.splitlines()]
    assert {line for line in installing if INSTALLING.match(line)} <= set(run)


_MENTION = re.compile(r"`(plugfest [^`]+)`")


@pytest.mark.parametrize("page", PAGES)
def test_mentioned_commands_and_options_exist(page: str) -> None:
    """What a sentence or a table says of the command line can be typed."""
    context = click.Context(plugfest)
    for mention in _MENTION.findall(read(page)):
        name, *rest = mention.removeprefix("plugfest ").split()
        command = plugfest.get_command(context, name)
        assert command is not None, mention
        known = {option for one in command.params for option in one.opts} | {"--help"}
        options = {one.partition("=")[0] for one in rest if one.startswith("--")}
        assert options <= known, mention
