"""Mutants: each one defect, found by its name."""

from __future__ import annotations

import re

import pytest

from server.core.tags import Tags
from server.mutants import MUTANTS, mutant
from server.mutants.generated import BY_HAND, defects
from server.mutants.registry import Broken
from server.parts import Parts

SCHEMA = {
    "properties": {"info": {"type": "array", "items": {"$ref": "#/definitions/Info"}}, "count": {"type": "integer"}},
    "required": ["info"],
    "additionalProperties": False,
    "definitions": {
        "Info": {"properties": {"status": {"$ref": "#/definitions/Status"}}, "required": ["status"]},
        "Status": {"type": "string", "enum": ["Accepted"]},
    },
}
"""A schema as those of OCPP 2.0.1 are written."""

BROKEN = {
    "missing": {"count": 1},
    "mistyped": {"info": 0, "count": 1},
    "unlisted": {"info": [{"status": "Unlisted"}], "count": 1},
    "extra": {"info": [{"status": "Accepted"}], "count": 1, "undefinedMember": "x"},
}


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


def test_generated_mutants_break_each_message_in_each_way() -> None:
    """Of a payload a member is missing, mistyped, outside its enumeration or undefined, as far as its schema goes."""
    found = [name for name in MUTANTS.generated if name.startswith("v16.TriggerMessage.")]
    assert found == [f"v16.TriggerMessage.request.{one}" for one in ("missing", "mistyped", "unlisted", "extra")]
    assert {one.broken for one in map(MUTANTS.find, found)} == {Broken("1.6", "TriggerMessage", "request")}


def test_generated_mutants_of_answers_are_those_that_are_given() -> None:
    """An empty answer can only have a member too many, and nobody answers what no station sends."""
    names = [name for name in MUTANTS.generated if name.startswith("v16.") and ".response." in name]
    assert [name for name in names if "FirmwareStatus" in name] == ["v16.FirmwareStatusNotification.response.extra"]
    assert [name for name in names if "Reset" in name] == []


def test_no_mutant_is_generated_that_is_written_by_hand() -> None:
    """What is the same defect has one name."""
    assert set(BY_HAND.values()) <= set(MUTANTS)
    assert set(BY_HAND) & set(MUTANTS.generated) == set()


@pytest.mark.parametrize(("defect", "broken"), BROKEN.items())
def test_defects_of_a_payload(defect: str, broken: object) -> None:
    """Each defect breaks a payload in one place, further down if an enumeration stands only there."""
    _, change = defects(SCHEMA)[defect]
    assert change({"info": [{"status": "Accepted"}], "count": 1}) == broken


def test_number_is_mistyped_as_a_text() -> None:
    """A whole number would still be a number."""
    _, change = defects({"properties": {"totalCost": {"type": "number"}}})["mistyped"]
    assert change({}) == {"totalCost": "x"}


def test_mutant_must_be_a_part() -> None:
    """A class that derives from no part cannot be a mutant."""
    with pytest.raises(TypeError, match="subclass of no part"):

        @mutant("nothing-at-all", "Nothing.")
        class _Nothing:
            pass
