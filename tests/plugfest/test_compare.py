"""``plugfest compare`` tells what is news between two records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.record import Recorder, read
from harness.scenario import Catalogue
from harness.verdict import Verdict
from plugfest.compare import compare
from tests.harness.load.test_record import recorded as load_recorded
from tests.harness.test_comparison import WRONG, result, run
from tests.plugfest.test_command import plugfest

GOOD = (result("a.x"), result("b.x"))
BAD = (result("a.x", Verdict.FAILED, WRONG), result("b.x"))


def recorded(folder: Path, results: tuple[object, ...], *, end: bool = True) -> str:
    """Write a record, and return its folder."""
    folder.mkdir()
    with Recorder(folder / "run.jsonl", run(*results).header) as recorder:  # type: ignore[arg-type]
        for one in results:
            recorder.add(one)  # type: ignore[arg-type]
        if end:
            recorder.finish(1.0)
    return str(folder)


def compared(folder: Path, *options: str) -> Result:
    """Compare a good run with a bad one."""
    return CliRunner().invoke(compare, [recorded(folder / "a", GOOD), recorded(folder / "b", BAD), *options])


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ([], "new   failed"),
        (["--markdown"], "| passed → failed | `v16.core.a.x`"),
        (["--html"], "<h2>New findings: 1</h2>"),
        (["--json"], '"format": "plugfest-comparison"'),
    ],
)
def test_every_form_tells_the_new_finding(tmp_path: Path, form: list[str], said: str) -> None:
    """What came to be wrong is exit code 1 in whatever form it is told."""
    done = compared(tmp_path, *form)
    assert (done.exit_code, said in done.output) == (1, True), done.output


def test_what_came_right_is_exit_code_0(tmp_path: Path) -> None:
    """The other way round, the finding is gone."""
    done = CliRunner().invoke(compare, [recorded(tmp_path / "b", BAD), recorded(tmp_path / "a", GOOD)])
    assert (done.exit_code, "1 finding is gone" in done.output) == (0, True)


def test_run_that_was_cut_short_is_exit_code_3(tmp_path: Path) -> None:
    """That nothing is news of half a run proves nothing."""
    done = CliRunner().invoke(compare, [recorded(tmp_path / "a", GOOD), recorded(tmp_path / "b", GOOD, end=False)])
    assert (done.exit_code, "The run after was cut short" in done.output) == (3, True)


def test_two_kinds_of_runs_are_refused(tmp_path: Path) -> None:
    """A conformance run is not compared with a load run."""
    load_recorded(tmp_path)
    done = CliRunner().invoke(compare, [recorded(tmp_path / "a", GOOD), str(tmp_path)])
    assert (done.exit_code, "name two of a kind" in done.output) == (2, True)


def test_load_runs_are_compared(tmp_path: Path) -> None:
    """Of load runs the figures are told."""
    load_recorded(tmp_path)
    done = CliRunner().invoke(compare, [str(tmp_path), str(tmp_path)])
    assert ("throughput" in done.output, "Nothing is news" in done.output) == (True, True)


MANY = [f"--scenario=v16.{part}.*" for part in ("core.reset", "core.boot", "reservation", "local-auth-list")]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run against the clean reference, in the place that the others are in too."""
    folder = tmp_path_factory.mktemp("runs")
    done = plugfest("run", *MANY, "--out=reference", cwd=folder)
    assert done.returncode == 0, done.stdout
    return folder / "reference"


@pytest.mark.parametrize(
    "mutant",
    [
        "boot-time-missing",
        "list-type-swapped",
        "reservation-id-lost",
        "reservation-tag-mangled",
        "reset-type-swapped",
    ],
)
def test_mutant_is_one_finding_with_exactly_its_scenarios(reference: Path, mutant: str) -> None:
    """Of a run and one against a mutant, what the mutant breaks is news, as one cause, and nothing else is."""
    folder = reference.parent
    assert plugfest("run", *MANY, f"--out={mutant}", f"--mutant={mutant}", cwd=folder).returncode == 1
    done = plugfest("compare", "reference", mutant, "--json", cwd=folder)
    found = json.loads(done.stdout)
    run = read(folder / mutant / "run.jsonl")
    named = set(Catalogue.load().by_mutant()[mutant])
    worse = {
        one.id for one in (*run.results, *run.rules) if one.verdict not in (Verdict.PASSED, Verdict.NOT_APPLICABLE)
    }
    (cause,) = found["appeared"]
    changed = {one["id"] for one in cause["changes"] if one["after"] != one["before"]}
    assert changed == worse
    assert {one["id"] for one in cause["changes"]} >= named & {one.id for one in run.results}
    assert (found["vanished"], found["others"], done.returncode) == ([], [], 1)
