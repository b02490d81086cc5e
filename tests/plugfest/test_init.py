"""The command that writes a target file: from options, or by asking."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from harness.settings import SettingsError, load
from plugfest.init import init
from server.driver import ReferenceDriver


def run(*arguments: str, answers: str = "") -> Result:
    """Run the command where nobody can be asked."""
    return CliRunner().invoke(init, arguments, input=answers)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command take its input for a terminal."""
    monkeypatch.setattr("plugfest.init._terminal", lambda: True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A target file yet to be written."""
    return tmp_path / "acme.toml"


def test_options_say_everything(file: Path) -> None:
    """Where nobody can be asked, options and what a product usually has make the file."""
    done = run(str(file), "--endpoint=ws://acme.test/ocpp", "--identities=CP-1, CP-2,", "--name=ACME")
    assert (done.exit_code, f"plugfest check-target {file}" in done.output) == (0, True)
    settings = load(file, {})
    assert (settings.csms.name, settings.csms.endpoint) == ("ACME", "ws://acme.test/ocpp")
    assert (settings.csms.driver, settings.stations.identities) == ("none", ("CP-1", "CP-2"))


def test_what_is_left_open_is_asked(file: Path, asked: None) -> None:
    """On a terminal every question has an answer, or a default."""
    done = run(str(file), answers="http\nws://acme.test/ocpp\nhttps://acme.test/api\nACME\n\nn\n")
    assert done.exit_code == 0, done.output
    settings = load(file, {})
    assert (settings.csms.name, settings.csms.driver, settings.stations.identities) == ("ACME", "http", ())
    assert settings.driver["http"]["base_url"] == "https://acme.test/api"


def test_options_are_not_asked_for_again(file: Path, asked: None) -> None:
    """Only what no option gives is asked for."""
    done = run(str(file), "--product=steve", "--name=S", "--identities=CP1", answers="\n\nn\n")
    assert done.exit_code == 0, done.output
    assert load(file, {}).csms.endpoint == "ws://localhost:8080/steve/websocket/CentralSystemService"


def test_file_is_not_overwritten(file: Path) -> None:
    """What is there stays, unless it is said that it may go."""
    file.write_text("mine")
    refused = run(str(file), "--endpoint=ws://h")
    assert (refused.exit_code, "--force" in refused.output, file.read_text()) == (2, True, "mine")
    assert run(str(file), "--endpoint=ws://h", "--force").exit_code == 0
    assert load(file, {}).csms.endpoint == "ws://h"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--endpoint is needed"),
        (["--product=http", "--endpoint=ws://h"], "--base-url is needed"),
        (["--endpoint=ws://h", "--base-url=http://h"], "--base-url goes with --product"),
        (["--product=stefe"], "'none', 'http', 'steve', 'citrineos'"),
    ],
)
def test_options_that_do_not_suffice(file: Path, arguments: list[str], words: str) -> None:
    """What is missing or does not fit is told with the option."""
    done = run(str(file), *arguments)
    assert (done.exit_code, words in done.output, file.exists()) == (2, True, False), done.output


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    """A place where nothing can be written is told before anything is asked."""
    done = run(str(tmp_path / "gone" / "acme.toml"), "--endpoint=ws://h")
    assert (done.exit_code, f"there is no folder {tmp_path / 'gone'}" in " ".join(done.output.split())) == (2, True)


def test_file_that_cannot_be_written() -> None:
    """A file that takes nothing is told as such."""
    done = run("/dev/full", "--endpoint=ws://h", "--force")
    assert (done.exit_code, "/dev/full cannot be written: No space left" in done.output) == (2, True)


def test_file_that_could_not_be_used_is_not_written(file: Path) -> None:
    """A wrong value is told like one in a target file, before anything is written."""
    done = run(str(file), "--endpoint=http://h", "--look")
    assert isinstance(done.exception, SettingsError)
    assert "acme.toml: csms: " in str(done.exception)
    assert not file.exists()
    assert not isinstance(done.exception, click.ClickException)


async def test_system_is_looked_at(file: Path) -> None:
    """What a look at the system tells goes into the file."""
    async with ReferenceDriver(accept_unknown=True) as driver:
        done = await asyncio.to_thread(run, str(file), f"--endpoint={driver.endpoint}", "--look")
    assert done.exit_code == 0, done.output
    settings = load(file, {})
    assert (settings.policies.unknown_stations, settings.security.profile) == ("accepted", 0)


def test_system_that_nobody_answers_for(file: Path) -> None:
    """Where nothing is to be seen, it is said, and the file is written from what is known."""
    done = run(str(file), "--endpoint=ws://127.0.0.1:9/ocpp", "--look")
    assert (done.exit_code, "nothing was seen of it" in done.output) == (0, True)
    assert load(file, {}).policies.unknown_stations is None
