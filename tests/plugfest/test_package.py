"""``plugfest package`` makes one archive of a run, or says why it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import is_zipfile

from click.testing import CliRunner

from plugfest.package import package
from tests.reports import sample


def _recorded(folder: Path, *, end: bool = True) -> Path:
    path = sample.write(folder, [sample.results()[0]], end=end)
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    text = "\n".join([json.dumps({**json.loads(header), "settings": {}}), *lines]) + "\n"
    path.write_text(text, encoding="utf-8")
    return path


def test_package_stands_beside_the_record(tmp_path: Path) -> None:
    """A folder is enough; the archive is named."""
    done = CliRunner().invoke(package, [str(_recorded(tmp_path).parent)])
    assert (done.exit_code, done.output) == (0, f"package: {tmp_path / 'package.zip'}\n")
    assert is_zipfile(tmp_path / "package.zip")


def test_package_goes_where_it_is_wanted(tmp_path: Path) -> None:
    """A record and an archive may be named."""
    done = CliRunner().invoke(package, [str(_recorded(tmp_path)), "--out", str(tmp_path / "acme.zip")])
    assert (done.exit_code, is_zipfile(tmp_path / "acme.zip")) == (0, True)


def test_incomplete_run_is_refused(tmp_path: Path) -> None:
    """Half a run is wrong usage, with what to do."""
    done = CliRunner().invoke(package, [str(_recorded(tmp_path, end=False))])
    assert (done.exit_code, "Run it again to the end" in done.output) == (2, True)


def test_archive_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """The place and the reason are named."""
    wanted = tmp_path / "nowhere" / "p.zip"
    done = CliRunner().invoke(package, [str(_recorded(tmp_path)), f"--out={wanted}"])
    assert (done.exit_code, f"{wanted}: cannot be written: No such file" in done.output) == (2, True)
