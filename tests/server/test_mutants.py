"""Mutants: each one defect, found by its name."""

from __future__ import annotations

import re

import pytest

from server.core.tags import Tags
from server.mutants import MUTANTS, mutant
from server.parts import Parts


def test_names_are_in_kebab_case() -> None:
    """Names are words in lower case with hyphens."""
    assert [name for name in MUTANTS if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)] == []


def test_descriptions_are_sentences() -> None:
    """A description says in one sentence what is wrong."""
    assert [one.name for one in MUTANTS.values() if not re.fullmatch(r"\S.+\.", one.description)] == []


def test_mutants_differ_from_the_clean_central_system() -> None:
    """Every mutant replaces a part."""
    assert [name for name in MUTANTS if MUTANTS[name].parts == Parts()] == []


def test_name_cannot_be_used_twice() -> None:
    """Two mutants of one name are a mistake."""
    with pytest.raises(ValueError, match="two mutants"):

        @mutant("boot-interval-negative", "Another.")
        class _Another(Tags):
            pass


def test_mutant_must_be_a_part() -> None:
    """A class that derives from no part cannot be a mutant."""
    with pytest.raises(TypeError, match="subclass of no part"):

        @mutant("nothing-at-all", "Nothing.")
        class _Nothing:
            pass
