"""Tests of the requirements and certification cases."""

from __future__ import annotations

from collections import Counter

import pytest

from harness.versions import V16, V201
from scenarios.sources import Grade, Obligation, Trigger, octt, requirements

ALL = requirements("1.6")


def test_requirements_are_complete() -> None:
    """There are 260 requirements; so many per profile."""
    assert Counter(one.profile for one in ALL.values()) == {
        "Transport": 90,
        "Core": 86,
        "FirmwareManagement": 9,
        "LocalAuthListManagement": 9,
        "Reservation": 8,
        "SmartCharging": 12,
        "RemoteTrigger": 5,
        "Security": 41,
    }


def test_requirement_has_typed_members() -> None:
    """A requirement knows how strongly it binds, what it is worth, and how it is brought about."""
    one = ALL["J-4.1.1-a"]
    assert one.id == "J-4.1.1-a"
    assert (one.level, one.grade, one.trigger) == (Obligation.SHOULD, Grade.WARN, Trigger.OPERATOR)
    assert one.clause == "OCPP-J 1.6 4.1.1"


def test_titles_are_short_and_unique() -> None:
    """A title is one short sentence in the present tense that no other requirement has."""
    titles = [one.title for one in ALL.values()]
    assert len(set(titles)) == len(titles)
    assert [title for title in titles if len(title) > 90 or title.endswith(".") or not title[0].isupper()] == []


def test_clauses_name_known_documents() -> None:
    """Every source of a clause begins with a document."""
    documents = ("OCPP 1.6 ", "OCPP-J 1.6 ", "RFC ")
    parts = [part for one in ALL.values() for part in one.clause.split("; ")]
    assert [part for part in parts if not part.startswith(documents)] == []


def test_certification_cases_are_complete() -> None:
    """There are 77 cases, 34 of them of the Core profile."""
    cases = octt("1.6")
    assert len(cases) == 77
    assert sum(case.profile == "Core" for case in cases.values()) == 34
    assert (cases["TC_013_CSMS"].title, cases["TC_013_CSMS"].section) == ("Hard Reset", "3.5.1")


def test_cases_of_a_later_version() -> None:
    """Of OCPP 2.0.1 there are the 66 mandatory cases of the blocks that the suite plays, each in a block of its own."""
    cases = octt("2.0.1")
    assert len(cases) == 66
    assert {case.profile for case in cases.values()} == set(V201.messages)
    assert (cases["TC_B_01_CSMS"].profile, cases["TC_B_01_CSMS"].section) == ("Provisioning", "part 6 table 462")
    assert requirements("2.0.1") == {}


def test_profiles_are_those_of_scenarios() -> None:
    """Requirements and cases use the profiles that scenario ids use; what nobody lists has profiles of its own."""
    used = {one.profile for one in ALL.values()} | {case.profile for case in octt("1.6").values()}
    assert used | {"Resilience", "Validation", "Simulated", "MicroOCPP"} == set(V16.profiles.values())


@pytest.mark.parametrize("read", [requirements, octt])
def test_version_that_is_not_covered(read: type) -> None:
    """A version that the suite does not cover is refused with the choices."""
    with pytest.raises(ValueError, match=r"nothing is known of OCPP 9\.9; choose 1\.6, 2\.0\.1"):
        read("9.9")
