"""What the matrices beside a record prove of its scenarios."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser

from harness.record import RecordError
from harness.verdict import Verdict
from reports import HTML, MARKDOWN, fairness_matrix, kill_matrix, proof, write_all
from reports.html import MOST_NAMED
from tests.reports import sample
from tests.reports import test_fairness_matrix as fairness
from tests.reports import test_kill_matrix as kills
from tests.reports.browser import needs_browser, shown

RESET = "v16.core.reset.hard"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the sample run, mutants of which one survived, and variants of which one is accused."""
    sample.write(tmp_path)
    others = {f"v16.core.n{n}": kills.FAILED for n in range(MOST_NAMED + 2)}
    caught = replace(kills.row((RESET,), mutant="caught"), played={RESET: kills.FAILED})
    survivor = replace(kills.row(("a",), mutant="survivor"), played=others, description=sample.HOSTILE)
    kill_matrix.write(kill_matrix.Matrix([caught, survivor]), tmp_path)
    spared = fairness.row(variant="spared", a=Verdict.PASSED)
    results = [fairness.result(RESET, Verdict.FAILED), fairness.result("v16.core.x", Verdict.PASSED)]
    accused = replace(fairness.row(variant="accused"), results=results)
    fairness_matrix.write(fairness_matrix.Matrix([spared, accused]), tmp_path)
    return tmp_path


def test_matrices_come_back(folder: Path) -> None:
    """Which mutants are caught and by what, which variants are spared, and what accuses the others."""
    found = proof.beside(folder)
    assert [(one.name, one.sound) for one in found.mutants] == [("caught", True), ("survivor", False)]
    assert [(one.name, one.sound, one.played) for one in found.variants] == [("spared", True, 1), ("accused", False, 2)]
    assert (found.caught[RESET], found.accused) == (["caught"], {RESET: ["accused"]})
    assert found.sentences[0].startswith("1 of 2 mutants")
    assert found.sentences[1].startswith("1 of 2 variants")


def test_profile_counts_what_is_shown_to_fail(folder: Path) -> None:
    """Of some scenarios it is told how many caught anything, and how many are unfair."""
    results = [sample.result(id, "T.", Verdict.PASSED) for id in (RESET, "v16.core.reset.soft")]
    found = proof.beside(folder)
    assert (found.able(results), found.unfair(results)) == (1, 1)


def test_without_matrices_nothing_is_proven(tmp_path: Path) -> None:
    """Most runs have none beside them, and their report says nothing of it."""
    assert not proof.beside(tmp_path)
    write_all(sample.write(tmp_path))
    assert "Proof of the scenarios" not in (tmp_path / HTML).read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "plugfest-kill-matrix", "format_version": 2}'])
def test_matrix_that_cannot_be_read_is_named(folder: Path, text: str) -> None:
    """The error says which file it is, and what to do."""
    (folder / "kill-matrix.json").write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=r"kill-matrix\.json: .*make it again, or remove it"):
        proof.beside(folder)


def test_documents_tell_it(folder: Path) -> None:
    """The page and the summary say how much is proven; another plugfest that made the matrices is named."""
    for name in ("kill-matrix.json", "fairness-matrix.json"):
        found = json.loads((folder / name).read_text(encoding="utf-8"))
        (folder / name).write_text(json.dumps(found | {"plugfest": "<0>"}), encoding="utf-8")
    write_all(folder / "run.jsonl")
    assert "1 of 2 mutants are caught" in (folder / MARKDOWN).read_text(encoding="utf-8")
    page = (folder / HTML).read_text(encoding="utf-8")
    assert "1 of 2 variants are spared" in page
    assert "shown with plugfest &lt;0&gt;" in page
    assert "and 2 more" in page


@needs_browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (375, "light")])
async def test_page_in_a_browser(browser: Browser, folder: Path, width: int, scheme: str) -> None:
    """Axe finds no violation with the matrices open, a mutant leads to its scenario, and that names its mutants."""
    write_all(folder / "run.jsonl")
    async with shown(browser, folder / HTML, width=width, scheme=scheme) as seen:
        await seen.page.evaluate(
            "document.querySelectorAll('[aria-labelledby=proof] details').forEach((o) => { o.open = true; })"
        )
        assert await seen.violations() == []
        assert await seen.page.evaluate("document.documentElement.scrollWidth") == width
        await seen.page.locator(".proof a", has_text=RESET).first.click()
        await seen.page.locator(f'[id="{RESET}"] .body').wait_for()
        assert "catches the mutants caught" in await seen.text(f'[id="{RESET}"] .body .facts')
