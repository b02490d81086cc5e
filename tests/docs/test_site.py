"""Tests of the site that is made of the pages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

pytest.importorskip("mkdocs", reason="the site is built where its tools are: --group docs")

FOREIGN = re.compile(r'<(?:script|img|iframe)[^>]* src="?https?:|<link[^>]* href="?https?:')
"""What a browser would fetch from another host."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as it is published."""
    folder = tmp_path_factory.mktemp("site")
    build([], folder)
    return folder


def build(options: list[str], folder: Path) -> None:
    """Build the site into a folder; every warning is an error."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_site_is_built_strictly(site: Path) -> None:
    """Every page is there, the README in front, and no link or anchor leads nowhere."""
    assert (site / "index.html").is_file()
    assert (site / "targets.html").is_file()
    assert 'href="targets.html"' in (site / "index.html").read_text(encoding="utf-8")


def test_site_needs_no_other_host(site: Path) -> None:
    """Pages load scripts, styles and fonts from the site itself, so that it can be read without an internet."""
    for page in site.rglob("*.html"):
        assert not FOREIGN.findall(page.read_text(encoding="utf-8")), page
