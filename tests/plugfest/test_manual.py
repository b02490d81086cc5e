"""A run against a central system that a person operates."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import record
from harness.csms.v16 import OPERATIONS
from harness.drivers.http import from_settings
from harness.scenario import Catalogue
from harness.settings import load
from harness.verdict import Verdict
from tests.processes import PLUGFEST

LIMIT = 60
ASKED = re.compile(r"── (?P<station>\S+): (?P<action>\w+) ")
VALUE = re.compile(r"   (?P<name>\w+) = (?P<value>.*)")
HOW = "Enter: done"


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The target file of a reference central system that a person operates; served.toml is how he does so."""
    folder = tmp_path_factory.mktemp("manual")
    options = ["--port=0", "--log=off", "--accept-unknown", "--accept-unknown-tags", "--write-target=served.toml"]
    with subprocess.Popen([*PLUGFEST, "serve", *options], cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        endpoint = json.loads(process.stdout.readline())["endpoint"]
        (folder / "acme.toml").write_text(
            f'[csms]\nendpoint = "{endpoint}"\ndriver = "manual"\n[id_tags]\naccepted = "04A1"\n', encoding="utf-8"
        )
        yield folder / "acme.toml"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=LIMIT) == 0


def act(target: Path, station: str, action: str, values: dict[str, str]) -> None:
    """Do what the person was told, at the console of the central system."""
    members = {re.sub("([A-Z])", lambda m: f"_{m[1].lower()}", name): value for name, value in values.items()}

    async def acting() -> None:
        async with from_settings(load(target.with_name("served.toml"))) as driver:
            await driver.perform(OPERATIONS[action](station=station, **members))

    asyncio.run(acting())


def run(target: Path, *options: str, answers: str | None = None) -> tuple[int, list[str]]:
    """Run with a person who does as he is told, or gives these answers; return exit code and what he was asked for."""
    command = [*PLUGFEST, "run", f"--target={target}", *options]
    asked: list[str] = []
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=target.parent, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdin is not None
        assert process.stderr is not None
        if answers is not None:
            process.stdin.write(answers)
            process.stdin.close()
        question: re.Match[str] | None = None
        values: dict[str, str] = {}
        for line in process.stderr:
            if found := ASKED.match(line):
                question, values = found, {}
                asked.append(found["action"])
            elif value := VALUE.match(line):
                values[value["name"]] = value["value"].rstrip("\n")
            elif line.startswith(HOW) and question and answers is None:
                act(target, question["station"], question["action"], values)
        return process.wait(timeout=LIMIT), asked


def verdicts(folder: Path) -> dict[str, Verdict]:
    """Return what became of each scenario."""
    return {one.id: one.verdict for one in record.read(folder / "run.jsonl").results}


def test_person_operates_the_central_system(target: Path, tmp_path: Path) -> None:
    """What a person does at the console arrives, needs no answer, and is judged as if a driver had done it."""
    code, asked = run(
        target, "--scenario=v16.core.reset.hard", "--scenario=v16.core.heartbeat.answer", f"--out={tmp_path}"
    )
    assert (code, asked) == (0, ["Reset"])
    assert verdicts(tmp_path) == {"v16.core.reset.hard": Verdict.PASSED, "v16.core.heartbeat.answer": Verdict.PASSED}
    kept = [json.loads(line) for line in target.with_name("acme.answers.jsonl").read_text().splitlines()]
    assert kept[-1]["answer"] == "arrived"


def test_run_that_was_left_is_resumed(target: Path, tmp_path: Path) -> None:
    """Who leaves finds what was played, and goes on with what was not."""
    options = ["--scenario=v16.core.reset.hard", "--scenario=v16.core.heartbeat.answer"]
    assert run(target, *options, f"--out={tmp_path}", answers="q\n") == (3, ["Reset"])
    assert verdicts(tmp_path) == {"v16.core.heartbeat.answer": Verdict.PASSED}
    first = record.read(tmp_path / "run.jsonl").results[0]

    assert run(target, *options, f"--resume={tmp_path}") == (0, ["Reset"])
    whole = record.read(tmp_path / "run.jsonl")
    assert whole.results[0] == first
    assert (whole.header.selected, whole.truncated) == (2, False)
    assert verdicts(tmp_path)["v16.core.reset.hard"] is Verdict.PASSED

    assert run(target, *options, f"--resume={tmp_path}")[0] == 2
    assert run(target, *options, f"--resume={tmp_path}", f"--out={tmp_path}")[0] == 2
    assert not (whole := record.read(tmp_path / "run.jsonl")).truncated


def test_resumed_run_is_one_of_the_same_target(target: Path, tmp_path: Path) -> None:
    """A run against another central system is not resumed, and its record stays."""
    option = "--scenario=v16.core.heartbeat.answer"
    assert run(target, option, f"--out={tmp_path}")[0] == 0
    before = (tmp_path / "run.jsonl").read_bytes()
    done = subprocess.run(
        [*PLUGFEST, "run", option, f"--resume={tmp_path}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "that was a run of" in done.stderr) == (2, True)
    assert (tmp_path / "run.jsonl").read_bytes() == before


def test_person_is_asked_for_one_kind_of_thing_after_the_other(target: Path, tmp_path: Path) -> None:
    """What takes no person comes first, then one operation after the other, those of several at the end."""
    options = [f"--scenario=v16.core.{name}.*" for name in ("clear-cache", "reset", "unlock-connector", "heartbeat")]
    done = tmp_path / "run.jsonl"
    run(target, *options, f"--out={tmp_path}", answers=60 * "s\n")
    known = Catalogue.load()
    taken = [[one.action() for one in known[result.id].operations] for result in record.read(done).results]
    asking = [operations for operations in taken if operations]
    assert taken.index(asking[0]) >= len(taken) - len(asking)
    assert asking == sorted(asking, key=lambda names: (len(names), names))
