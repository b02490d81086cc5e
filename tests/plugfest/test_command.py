"""The command line from the outside: what it prints, what it writes, and its exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness import record
from harness.scenario import Catalogue
from harness.selection import Selection
from harness.verdict import Verdict
from tests.processes import PLUGFEST

LIMIT = 60


def plugfest(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, and return what came of it."""
    command = [sys.executable, "-c", "from plugfest.command import main; main()", *arguments]
    variables = {**os.environ, **environment}
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=LIMIT, check=False)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A reference central system in a process of its own, with its target file."""
    program = "from plugfest.command import main; main()"
    options = ["--port=0", "--operator-port=0", "--log=off", "--write-target=target.toml", "--call-timeout=1"]
    command = [sys.executable, "-c", program, "serve", *options]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield {**json.loads(process.stdout.readline()), "target": tmp_path / "target.toml"}
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=LIMIT) == 0


def test_run_plays_the_reference_and_writes_every_document(tmp_path: Path) -> None:
    """A run without a target plays the bundled reference, in parallel, and leaves all documents behind."""
    done = plugfest("run", "--scenario=v16.core.reset.*", "-n2", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    latest = tmp_path / "out" / "latest"
    names = {
        "run.jsonl",
        "report.html",
        "junit.xml",
        "summary.md",
        "statement.html",
        "code-quality.json",
        "traces",
        "allure-results",
    }
    assert names <= {path.name for path in latest.iterdir()}
    assert f"{latest.resolve().name}/report.html" in done.stdout
    run = record.read(latest / "run.jsonl")
    assert {result.verdict for result in run.results} == {Verdict.PASSED}
    assert not run.truncated


def test_run_against_a_mutant_fails_and_shows_why(tmp_path: Path) -> None:
    """A scenario that fails is one line; its finding says clause, expected, observed and how to see it again."""
    done = plugfest("run", "--scenario=v16.core.reset.hard", "--mutant=reset-type-swapped", "--out=o", cwd=tmp_path)
    assert done.returncode == 1
    for part in (
        "expected",
        "observed",
        "OCPP 1.6",
        "plugfest reproduce v16.core.reset.hard --mutant=reset-type-swapped",
    ):
        assert part in done.stdout
    assert sum("v16.core.reset.hard" in line for line in done.stdout.splitlines()) == 2


def test_written_list_makes_the_same_run_as_expected(tmp_path: Path) -> None:
    """A list that a run has written is used at once; a rule that is broken is news without it."""
    part = ("run", "--scenario=v16.transport.call-error.*", "--scenario=v16.core.reset.*")
    target = tmp_path / "known.toml"
    target.write_text('[csms]\ndriver = "reference"\nexpected = "list.toml"\n', encoding="utf-8")
    broken = {"PLUGFEST_CSMS_PATIENCE": "2"}
    first = plugfest(*part, "--mutant=error-details-array", "--write-expected=list.toml", cwd=tmp_path, **broken)
    assert (first.returncode, "expected list: list.toml" in first.stdout) == (1, True)
    second = plugfest(*part, "--mutant=error-details-array", "--target=known.toml", cwd=tmp_path, **broken)
    assert second.returncode == 0, second.stdout
    third = plugfest(*part, "--target=known.toml", cwd=tmp_path)
    assert (third.returncode, "v16.wire.call-error.details" in third.stdout) == (1, True)


def test_list_is_not_written_over_another(tmp_path: Path) -> None:
    """A list that exists may hold reasons that somebody wrote."""
    tmp_path.joinpath("list.toml").write_text("", encoding="utf-8")
    done = plugfest("run", "--write-expected=list.toml", cwd=tmp_path)
    assert (done.returncode, "exists already" in done.stderr) == (2, True)


def test_matrix_that_cannot_be_read_is_told_before_the_run(tmp_path: Path) -> None:
    """A report that could not be made when all is done would have been played for nothing."""
    (tmp_path / "kill-matrix.json").write_text("{", encoding="utf-8")
    done = plugfest("run", "--scenario=v16.core.reset.hard", "--out=.", cwd=tmp_path)
    assert (done.returncode, "make it again, or remove it" in done.stderr) == (2, True)
    assert not (tmp_path / "run.jsonl").exists()


def test_run_drives_a_reference_elsewhere_by_http(served: dict[str, Any], tmp_path: Path) -> None:
    """The target file that serve writes drives that very server."""
    done = plugfest("run", f"--target={served['target']}", "--scenario=v16.core.reset.*", cwd=tmp_path)
    assert (done.returncode, "by HTTP" in done.stdout) == (0, True)


def test_check_target_tries_a_served_reference(served: dict[str, Any], tmp_path: Path) -> None:
    """The trial connection of check-target boots a station."""
    done = plugfest("check-target", str(served["target"]), cwd=tmp_path)
    assert (done.returncode, "BootNotification: Accepted" in done.stdout) == (0, True)


def test_check_target_says_that_nothing_answers(tmp_path: Path) -> None:
    """A target that cannot be reached is exit code 3 and a sentence."""
    done = plugfest("check-target", "--endpoint=ws://127.0.0.1:9/ocpp", cwd=tmp_path)
    assert (done.returncode, "cannot be reached" in done.stdout) == (3, True)


def test_check_target_offline_touches_no_network(tmp_path: Path) -> None:
    """Offline, only the file is looked at."""
    done = plugfest("check-target", "--offline", "--endpoint=ws://127.0.0.1:9/ocpp", cwd=tmp_path)
    assert (done.returncode, "knocked" in done.stdout) == (0, False)


GATED = '[csms]\ndriver = "reference"\n[gates]\nmax = "0.1ms"\nthroughput = "9/s"\n'


def test_gates_of_the_target_file_hold_for_a_run(tmp_path: Path) -> None:
    """They are told and decide the exit code, but for what no conformance run measures; the command line wins."""
    (tmp_path / "gated.toml").write_text(GATED, encoding="utf-8")
    part = ("run", "--target=gated.toml", "--scenario=v16.core.heartbeat.current-time", "--out=o")
    done = plugfest(*part, cwd=tmp_path)
    run = record.read(tmp_path / "o" / "run.jsonl")
    assert (done.returncode, run.header.gates, "not met" in done.stdout) == (1, ("max=0.1 ms",), True)
    assert plugfest(*part, "--gate=max=1min", cwd=tmp_path).returncode == 2
    assert plugfest(*part, "--gate=max=60s", cwd=tmp_path).returncode == 0


def test_check_target_tells_which_gates_hold(tmp_path: Path) -> None:
    """Each kind of run is told with those that it measures."""
    (tmp_path / "gated.toml").write_text(GATED, encoding="utf-8")
    done = plugfest("check-target", "gated.toml", "--offline", cwd=tmp_path)
    told = [line for line in done.stdout.splitlines() if line.startswith("gates")]
    assert told == [
        "gates      plugfest run: max=0.1 ms",
        "gates      plugfest load: max=0.1 ms, throughput=9.0/s",
        "gates      plugfest watch: max=0.1 ms",
    ]


def test_mode_decides_how_much_is_played(tmp_path: Path) -> None:
    """A smoke run plays what is marked so, and passes on the reference."""
    done = plugfest("run", "--mode=smoke", "--version=2.0.1", "--out=o", cwd=tmp_path)
    played = {result.id for result in record.read(tmp_path / "o" / "run.jsonl").results}
    marked = {one.id for one in Catalogue.load() if one.smoke and one.version == "2.0.1"}
    assert (done.returncode, played) == (0, marked)


def test_catalogue_as_json_has_everything_in_both_directions(tmp_path: Path) -> None:
    """Scenarios, cases, requirements and mutants refer to each other."""
    done = plugfest("catalogue", "--json", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert set(found) == {"scenarios", "octt", "requirements", "mutants", "uncovered"}
    keys = {
        "id",
        "title",
        "version",
        "profile",
        "clauses",
        "octt",
        "requirements",
        "needs",
        "mutants",
        "smoke",
        "disruptive",
    }
    assert all(set(one) == keys for one in found["scenarios"])
    assert "v16.core.reset.hard" in found["octt"]["TC_013_CSMS"]
    assert "v16.core.reset.hard" in found["mutants"]["reset-type-swapped"]["scenarios"]


def test_catalogue_as_text_names_what_is_not_covered(tmp_path: Path) -> None:
    """The text ends with totals."""
    done = plugfest("catalogue", cwd=tmp_path)
    assert (done.returncode, "requirements of OCPP 1.6 covered" in done.stdout) == (0, True)


def test_doctor_finds_everything_that_is_needed(tmp_path: Path) -> None:
    """In an environment that can run the tests nothing is missing."""
    done = plugfest("doctor", cwd=tmp_path)
    assert (done.returncode, "websockets" in done.stdout, "missing" in done.stdout) == (0, True, False)


def test_doctor_says_what_is_not_needed_but_absent(tmp_path: Path) -> None:
    """Without Toxiproxy all is well unless it is required; then it is missing, and the remedy is told."""
    bare = {"PATH": "", "XDG_CACHE_HOME": str(tmp_path), "PLUGFEST_REQUIRE": ""}
    done = plugfest("doctor", cwd=tmp_path, **bare)
    assert (done.returncode, "absent  toxiproxy" in done.stdout, "--install" in done.stdout) == (0, True, True)
    for arguments, more in ((["--install"], {}), ([], {"PLUGFEST_REQUIRE": "toxiproxy"})):
        done = plugfest("doctor", *arguments, cwd=tmp_path, **(bare | more))
        assert (done.returncode, "missing toxiproxy" in done.stdout) == (3, True)


def test_interrupted_run_keeps_what_it_has(tmp_path: Path) -> None:
    """After Ctrl-C the record is complete as far as the run went, and says that it was cut short."""
    command = [*PLUGFEST, "run", "-n1", "--out=o"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=LIMIT)
    run = record.read(tmp_path / "o" / "run.jsonl")
    assert (process.returncode, run.truncated, "Traceback" in errors) == (3, True, False)


def test_mutants_are_caught_by_the_scenarios_that_name_them(tmp_path: Path) -> None:
    """The command plays only the named mutant, and writes its row of the kill matrix."""
    done = plugfest("mutants", "reset-type-swapped", "--out=matrix", "-n1", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    matrix = json.loads((tmp_path / "matrix" / "kill-matrix.json").read_text(encoding="utf-8"))
    row = matrix["mutants"]["reset-type-swapped"]
    assert {row["verdicts"][id] for id in row["named"]} == {"failed"}
    assert {path.suffix for path in (tmp_path / "matrix").iterdir()} == {".json", ".md", ".html"}


def test_profile_that_a_target_lacks_is_not_applicable(tmp_path: Path) -> None:
    """Scenarios of a profile that is not claimed are not started, say why, and are no news."""
    target = tmp_path / "core.toml"
    target.write_text('[csms]\ndriver = "reference"\n[features]\nprofiles = ["Core"]\n', encoding="utf-8")
    done = plugfest("run", f"--target={target}", "--profile=Reservation", "-n1", "--out=o", cwd=tmp_path)
    assert (done.returncode, "does not claim the profile Reservation" in done.stdout) == (0, True)
    run = record.read(tmp_path / "o" / "run.jsonl")
    assert {result.verdict for result in run.results} == {Verdict.NOT_APPLICABLE}
    assert not (tmp_path / "o" / "traces").exists()


@pytest.mark.parametrize(
    ("option", "id"),
    [
        ("--profile=Security", "v16.security."),
        ("--octt=TC_013_CSMS", "v16.core.reset."),
        ("--requirement=CORE-5.14-a", "v16.core.reset."),
        ("--scenario=v16.core.reset.h*", "v16.core.reset.hard"),
    ],
)
def test_options_select_as_they_say(option: str, id: str) -> None:
    """Each way to select takes what it names and nothing else."""
    name, _, value = option.removeprefix("--").partition("=")
    kind = {"profile": "profiles", "octt": "octt", "requirement": "requirements", "scenario": "ids"}[name]
    chosen = Selection(**{kind: [value]}).of(Catalogue.load())
    assert chosen
    assert all(one.id.startswith(id) for one in chosen)
