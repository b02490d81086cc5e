"""``plugfest report`` and ``plugfest badge`` make documents of records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.record import RecordError
from plugfest.badge import badge
from plugfest.report import report
from tests.harness.load.test_record import recorded as load_recorded
from tests.reports import sample


@pytest.fixture
def runs(tmp_path: Path) -> list[str]:
    """The folders of two runs."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        sample.write(tmp_path / name)
    return [str(tmp_path / name) for name in ("a", "b")]


def test_documents_of_a_run_are_made_again(runs: list[str], tmp_path: Path) -> None:
    """Each stands beside its record, and one run makes no matrix."""
    done = CliRunner().invoke(report, [runs[0], f"--out={tmp_path / 'm'}"])
    assert done.exit_code == 0, done.output
    assert set(done.output.split()) >= {f"{runs[0]}/{name}" for name in ("report.html", "junit.xml", "summary.md")}
    assert not (tmp_path / "m").exists()


def test_several_runs_make_a_matrix(runs: list[str], tmp_path: Path) -> None:
    """The matrix has its own folder, and the documents of each run are made too."""
    done = CliRunner().invoke(report, [*runs, f"--out={tmp_path / 'm'}"])
    assert done.exit_code == 0, done.output
    made = {path.name for path in (tmp_path / "m").iterdir()}
    assert made == {"systems-matrix.json", "systems-matrix.md", "systems-matrix.html"}
    assert (tmp_path / "b" / "report.html").exists()


def test_load_run_has_its_documents_and_its_place_in_the_matrix(runs: list[str], tmp_path: Path) -> None:
    """A load run says nothing of certification cases, and stands beside."""
    load_recorded(tmp_path)
    done = CliRunner().invoke(report, [runs[0], str(tmp_path), f"--out={tmp_path / 'm'}"])
    assert (done.exit_code, (tmp_path / "seconds.csv").exists()) == (0, True), done.output
    found = json.loads((tmp_path / "m" / "systems-matrix.json").read_text(encoding="utf-8"))
    assert (len(found["systems"]), len(found["load"])) == (1, 1)


def test_folder_that_cannot_be_written_is_named(runs: list[str], tmp_path: Path) -> None:
    """The remedy is another folder."""
    (tmp_path / "m").write_text("", encoding="utf-8")
    done = CliRunner().invoke(report, [*runs, f"--out={tmp_path / 'm' / 'n'}"])
    assert (done.exit_code, "cannot be written" in done.output) == (2, True)


def test_what_is_no_record_is_told(tmp_path: Path) -> None:
    """The error names the file; the command line makes exit code 2 of it."""
    done = CliRunner().invoke(report, [str(tmp_path)])
    assert isinstance(done.exception, RecordError)
    assert "run.jsonl: cannot be read" in str(done.exception)


def test_badge_is_an_image_or_json(runs: list[str]) -> None:
    """Both have the same words."""
    image = CliRunner().invoke(badge, [runs[0]])
    told = CliRunner().invoke(badge, [runs[0], "--json"])
    message = json.loads(told.output)["message"]
    assert (image.output.startswith("<svg "), f">{message}<" in image.output) == (True, True)
