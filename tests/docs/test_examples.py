"""Tests that the examples of the pages are what they say they are."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.expected import ExpectationError
from harness.expected import load as load_expected
from harness.fieldlog.form import FormError, load_forms
from harness.load.plan import FleetError
from harness.scenario import Catalogue
from harness.settings import SettingsError, load
from server.mutants import MUTANTS
from simulators.load.workload import find
from simulators.network.conditions import conditions
from tests.docs.pages import PAGES, ROOT, Block, blocks

LANGUAGES = {"sh", "toml", "python", "json", "text"}


def of(language: str) -> list[Block]:
    """Return the blocks of a language on all pages."""
    return [block for page in PAGES for block in blocks(page, language)]


@pytest.mark.parametrize("page", PAGES)
def test_every_block_names_its_language(page: str) -> None:
    """No block is passed over because nobody knows what it is."""
    assert [str(one) for one in blocks(page) if one.language not in LANGUAGES] == []


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    """What is shown as JSON can be parsed."""
    json.loads(block.text)


@pytest.mark.parametrize("block", of("toml"), ids=str)
def test_file_is_taken_by_what_reads_it(block: Block, tmp_path: Path) -> None:
    """A file that is shown is a target file, or one with verdicts, workloads, conditions or forms of logs."""
    path = tmp_path / "shown.toml"
    path.write_text(block.text, encoding="utf-8")
    for name in ("acme-ca.pem", "station.pem", "station.key"):
        (tmp_path / name).touch()
    table = tomllib.loads(block.text)
    readers: list[Callable[[], object]] = [
        lambda: load(path, {}),
        lambda: load_expected(path),
        lambda: [find(f"{path}:{name}") for name in table],
        lambda: conditions(path),
        lambda: load_forms(path),
    ]
    refused = []
    for reader in readers:
        try:
            reader()
        except (SettingsError, ExpectationError, FleetError, FormError) as why:
            refused.append(str(why))
    assert len(refused) < len(readers), refused


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_python_can_be_read_and_what_it_imports_is_there(block: Block, tmp_path: Path) -> None:
    """An example that begins with its imports is run; one that is an excerpt is at least Python."""
    ast.parse(block.text)
    if "import " in block.text:
        script = tmp_path / "shown.py"
        script.write_text(block.text, encoding="utf-8")
        command = [sys.executable, str(script)]
        environment = {"PYTHONPATH": str(ROOT)}
        subprocess.run(command, env=environment, check=True, timeout=60, capture_output=True)


def scenarios_shown() -> Iterator[tuple[str, ast.Call]]:
    """Yield the markers of the scenarios that the pages show, with the first line of what they mark."""
    for block in of("python"):
        for node in ast.walk(ast.parse(block.text)):
            for marker in getattr(node, "decorator_list", ()):
                if isinstance(marker, ast.Call) and getattr(marker.func, "id", "") == "scenario":
                    yield ast.get_docstring(node) or "", marker  # type: ignore[arg-type]


def test_scenarios_that_are_shown_are_those_of_the_suite() -> None:
    """Id, title and mutants of an example are real: readers try them."""
    known = {one.id: one for one in Catalogue.load()}
    shown = list(scenarios_shown())
    assert shown
    for title, marker in shown:
        id = ast.literal_eval(marker.args[0])
        named = {one.arg: ast.literal_eval(one.value) for one in marker.keywords}
        assert title == known[id].title
        assert set(named["mutants"]) <= set(known[id].mutants) & set(MUTANTS)
        assert set(named["requirements"]) <= set(known[id].requirements)
