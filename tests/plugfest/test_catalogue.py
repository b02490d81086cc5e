"""The catalogue of the shipped suite: complete, consistent, and its generated page fresh."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.scenario import Catalogue
from harness.versions import VERSIONS
from plugfest.catalogue import markdown
from scenarios.sources import octt, requirements, uncovered
from server.mutants import MUTANTS

PAGE = Path(__file__).parents[2] / "scenarios" / "CATALOGUE.md"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The catalogue of the suite."""
    return Catalogue.load()


def test_page_is_fresh(catalogue: Catalogue) -> None:
    """The committed page is what the command prints: plugfest catalogue --markdown > scenarios/CATALOGUE.md."""
    assert PAGE.read_text(encoding="utf-8") == markdown(catalogue)


def test_references_are_valid(catalogue: Catalogue) -> None:
    """Scenarios cite requirements, cases and mutants that exist."""
    for one in catalogue:
        assert set(one.requirements) <= set(requirements(one.version)), one.id
        assert set(one.octt) <= set(octt(one.version)), one.id
    assert set(catalogue.by_mutant()) <= set(MUTANTS)


def test_every_mutant_is_named(catalogue: Catalogue) -> None:
    """A mutant that no scenario names proves nothing; one that is merely slow is caught by gates, and named by none."""
    slow = {name for name, one in MUTANTS.items() if one.gates}
    assert set(MUTANTS) - set(catalogue.by_mutant()) == slow


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_is_covered_or_has_a_reason(catalogue: Catalogue, version: str) -> None:
    """What no scenario covers is listed with a reason, and what one covers is not."""
    known = set(requirements(version)) | set(octt(version))
    covered = set(catalogue.by_requirement()) | set(catalogue.by_octt())
    assert known - covered == set(uncovered(version))
    assert all(uncovered(version).values())
