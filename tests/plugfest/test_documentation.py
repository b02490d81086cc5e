"""Tests of what the guides show: every example is one that works."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.drivers.http.driver import OPERATIONS
from harness.drivers.http.reading import read_table
from harness.expected import load as load_expected
from harness.settings import load
from plugfest.abilities import abilities

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "targets.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
VARIABLES = {"ACME_TOKEN": "t", "ACME_PASSWORD": "p"}


def http(text: str) -> dict[str, Any]:
    """Return the table of the HTTP driver of an example, empty where it has none."""
    table: dict[str, Any] = tomllib.loads(text).get("driver", {}).get("http", {})
    return table


@pytest.mark.parametrize("text", [one for one in EXAMPLES if http(one)])
def test_examples_of_the_http_driver(text: str) -> None:
    """The tables that the guide shows are valid."""
    read_table({"base_url": "http://localhost", **http(text)}, "docs", OPERATIONS, VARIABLES)


@pytest.mark.parametrize("text", [one for one in EXAMPLES if one.startswith("[") and not http(one)])
def test_examples_of_target_files(text: str, tmp_path: Path) -> None:
    """The settings that the guide shows are valid, and so are the expected verdicts."""
    for name in ("acme-ca.pem", "station.pem", "station.key"):
        (tmp_path / name).touch()
    path = tmp_path / "acme.toml"
    path.write_text(text, encoding="utf-8")
    if text.startswith('["'):
        assert load_expected(path)
    else:
        assert load(path, {}).path == path


def test_abilities_are_listed_as_they_are() -> None:
    """The list of abilities is the one that follows from the protocols."""
    assert (DOCS / "abilities.md").read_text(encoding="utf-8") == CliRunner().invoke(abilities).output


def test_every_example_is_looked_at() -> None:
    """No example goes untested because the guide has come to be written otherwise."""
    assert len(EXAMPLES) >= 7
    assert GUIDE.count("```toml") == len(EXAMPLES)
