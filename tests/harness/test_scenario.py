"""Tests of the scenario marker and the catalogue."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.csms import StationReader
from harness.csms.v16 import ClearCache, Reset, SendLocalList, TriggerMessage
from harness.scenario import (
    PROXY,
    Catalogue,
    Claims,
    Crowd,
    Declares,
    Member,
    Need,
    Scenario,
    ScenarioError,
    Takes,
    family,
    need_name,
    parts_of,
    scenario,
    unmet,
)
from harness.settings import CsmsSection, FeaturesSection, PoliciesSection, Settings, StationsSection


class Performing:
    """A driver that performs resets only."""

    operations = frozenset({Reset})


class Reading(Performing):
    """A driver that also reads stations."""

    async def station(self, station: str) -> None:
        """Return nothing."""


def one(id: str = "v16.core.reset.hard", **members: Any) -> Scenario:
    """Return a scenario's metadata."""
    lists: dict[str, Any] = dict.fromkeys(("octt", "requirements", "needs", "mutants"), ())
    return Scenario(**{"id": id, "title": "A title.", "clauses": ("c",), "module": "m", **lists, **members})


def test_marker_collects_the_metadata() -> None:
    """A marked function knows its scenario; the title is the first line of its docstring."""

    @scenario(
        "v16.remote-trigger.boot.asked-for",
        spec=["OCPP 1.6 5.17"],
        octt=["TC_054_CSMS"],
        requirements=["RT-5.17-a"],
        needs=[Reset, StationReader, Declares("call_timeout")],
        mutants=["deaf"],
    )
    def function() -> None:
        """A station boots on demand.

        And more.
        """

    (part,) = parts_of(function)
    found = part.scenario
    assert found.title == "A station boots on demand."
    assert (found.version, found.profile, found.module) == ("1.6", "RemoteTrigger", __name__)
    assert found.to_json() == {
        "id": "v16.remote-trigger.boot.asked-for",
        "title": "A station boots on demand.",
        "version": "1.6",
        "profile": "RemoteTrigger",
        "clauses": ["OCPP 1.6 5.17"],
        "octt": ["TC_054_CSMS"],
        "requirements": ["RT-5.17-a"],
        "needs": ["Reset", "StationReader", "policy call_timeout"],
        "mutants": ["deaf"],
        "smoke": False,
        "disruptive": True,
    }


def test_other_functions_are_no_scenarios() -> None:
    """A function without the marker has no metadata."""
    assert parts_of(test_other_functions_are_no_scenarios) == ()


@pytest.mark.parametrize(
    "id", ["core.reset", "v16.core", "v16.corp.reset.hard", "v99.core.reset.hard", "V16.core.reset", "v16.core.reset."]
)
def test_id_of_the_wrong_form(id: str) -> None:
    """An id names version, profile, feature and outcome."""
    with pytest.raises(ScenarioError, match=f"scenario id '{id}'"):
        scenario(id, spec=["c"])(lambda: None)


def undocumented() -> None:  # noqa: D103 - that is the point
    pass


def documented() -> None:
    """A title."""


@pytest.mark.parametrize(("function", "spec"), [(undocumented, ["c"]), (documented, [])])
def test_scenario_without_title_or_clause(function: Callable[[], None], spec: list[str]) -> None:
    """A scenario has a title and cites a clause."""
    with pytest.raises(ScenarioError, match="needs a docstring and at least one clause"):
        scenario("v16.core.reset.hard", spec=spec)(function)


@pytest.mark.parametrize(
    ("need", "driver", "reason"),
    [
        (Reset, Performing(), None),
        (ClearCache, Performing(), "the driver cannot perform ClearCache"),
        (StationReader, Reading(), None),
        (StationReader, Performing(), "the driver lacks the ability StationReader"),
        (Declares("call_timeout"), Performing(), None),
        (Declares("parallel_tag_use"), Performing(), "the target file does not declare the policy parallel_tag_use"),
        (Claims("chooses_list_version"), Performing(), None),
        (Claims("certificate_authority"), Performing(), "the target file says certificate_authority = false"),
        (Takes(4096), Performing(), None),
        (Takes(4097), Performing(), "the target takes no message of 4097 bytes"),
    ],
)
def test_needs(need: Need, driver: Performing, reason: str | None) -> None:
    """A scenario is not applicable to a target that lacks what it needs, and it is said what that is."""
    features = FeaturesSection(certificate_authority=False, longest_message=4096)
    settings = Settings(policies=PoliciesSection(call_timeout=30), features=features)
    assert unmet(one(needs=(need,)), settings, driver) == reason


@pytest.mark.parametrize(
    ("listed", "reason"),
    [((), None), (("A", "B"), None), (("A",), "the target file lists 1 of the 2 stations")],
)
def test_crowd(listed: tuple[str, ...], reason: str | None) -> None:
    """Where the target file lists the stations, they must be enough."""
    settings = Settings(stations=StationsSection(identities=listed))
    assert unmet(one(needs=(Crowd(2),)), settings, Performing()) == reason


@pytest.mark.parametrize(
    ("id", "claimed", "reason"),
    [
        ("v16.reservation.cancel.known", None, None),
        ("v16.reservation.cancel.known", ("Reservation",), None),
        ("v16.reservation.cancel.known", (), "the target does not claim the profile Reservation"),
        ("v16.core.reset.hard", (), None),
        ("v16.transport.ping.answered", ("Reservation",), None),
    ],
)
def test_profiles(id: str, claimed: tuple[str, ...] | None, reason: str | None) -> None:
    """An optional profile must be claimed where any is; Core and the transport are not optional."""
    settings = Settings(features=FeaturesSection(profiles=claimed))
    assert unmet(one(id), settings, Performing()) == reason


@pytest.mark.parametrize(
    ("scenario", "left_out"),
    [
        (one("v16.validation.UpdateFirmware.accepts-answer-one"), "FirmwareManagement"),
        (one("v16.validation.SecurityEventNotification.extra"), "Security"),
        (one("v16.validation.Heartbeat.extra"), None),
        (one("v16.validation.frame.payload-true"), None),
        (one("v16.core.registration.pending", needs=(TriggerMessage,)), "RemoteTrigger"),
        (one("v16.reservation.local.tag", needs=(SendLocalList,)), "LocalAuthListManagement, Reservation"),
    ],
)
def test_profile_that_is_left_out_takes_all_its_cases_along(scenario: Scenario, left_out: str | None) -> None:
    """A case of the corpus belongs to the profile of its message, and a scenario to those of its operations too."""
    settings = Settings(features=FeaturesSection(profiles=()))
    reason = left_out and f"the target does not claim the profile {left_out}"
    assert unmet(scenario, settings, Performing()) == reason


def test_component_that_is_not_there() -> None:
    """What takes a component of the harness is not applicable without it, for the reason that is told."""
    scenario = one(needs=(PROXY,))
    assert unmet(scenario, Settings(), Performing(), {"toxiproxy": "there is none"}.get) == "there is none"
    assert unmet(scenario, Settings(), Performing(), {"toxiproxy": None}.get) is None


def test_needs_have_names() -> None:
    """A need is shown by what is needed."""
    needs = (
        Reset,
        StationReader,
        Declares("call_timeout"),
        Claims("certificate_authority"),
        Takes(10),
        Crowd(9),
        PROXY,
    )
    names = ["Reset", "StationReader", "policy call_timeout", "feature certificate_authority", "message of 10 bytes"]
    names += ["9 stations", "toxiproxy"]
    assert [need_name(need) for need in needs] == names


@pytest.mark.parametrize("need", [Reset, StationReader])
def test_target_that_nobody_operates(need: Need) -> None:
    """Where nobody operates the target, the reason is that, whatever takes an operator."""
    settings = Settings(csms=CsmsSection(driver="none"), policies=PoliciesSection(call_timeout=30))
    assert (
        unmet(one(needs=(need,)), settings, Reading()) == f"nobody operates the target, and it takes {need_name(need)}"
    )
    assert unmet(one(needs=(Declares("call_timeout"),)), settings, Reading()) is None


def test_version_that_the_target_does_not_speak() -> None:
    """A scenario of another OCPP version does not apply."""
    settings = Settings(csms=CsmsSection(versions=()))
    assert unmet(one(), settings, Performing()) == "the target does not speak OCPP 1.6"


def test_catalogue_is_in_the_order_of_ids() -> None:
    """A catalogue is a sorted, readable collection."""
    catalogue = Catalogue([one("v16.core.b.x"), one("v16.core.a.x")])
    assert [each.id for each in catalogue] == ["v16.core.a.x", "v16.core.b.x"]
    assert len(catalogue) == 2
    assert "v16.core.a.x" in catalogue
    assert "v16.core.c.x" not in catalogue
    assert catalogue["v16.core.b.x"].id == "v16.core.b.x"


def test_ids_are_unique() -> None:
    """Two scenarios cannot share an id."""
    with pytest.raises(ScenarioError, match=r"v16\.core\.reset\.hard is declared in m and n"):
        Catalogue([one(), one(module="n")])


def test_catalogue_can_be_read_backwards() -> None:
    """Cases, requirements and mutants lead to the scenarios that cover them."""
    catalogue = Catalogue(
        [
            one("v16.core.a.x", octt=("TC_2", "TC_1"), requirements=("R",), mutants=("deaf",)),
            one("v16.core.b.x", octt=("TC_2",)),
        ]
    )
    assert list(catalogue.by_octt().items()) == [
        ("TC_1", ["v16.core.a.x"]),
        ("TC_2", ["v16.core.a.x", "v16.core.b.x"]),
    ]
    assert catalogue.by_requirement() == {"R": ["v16.core.a.x"]}
    assert catalogue.by_mutant() == {"deaf": ["v16.core.a.x"]}


def member(id: str = "v16.validation.Authorize.idTag-null", **members: Any) -> Member:
    """Return a scenario of a family."""
    return Member(**{"id": id, "title": "A title.", "case": 1, "spec": ["c"], **members})


def test_family_has_a_scenario_per_member() -> None:
    """Each member is a scenario with the metadata that it gives, and brings its case along."""
    members = [member("v16.validation.a.b", mutants=["deaf"], needs=[Reset]), member("v16.validation.a.c", case=2)]
    parts = parts_of(family(iter(members))(lambda case: None))
    assert [(part.scenario.id, part.scenario.title, part.case) for part in parts] == [
        ("v16.validation.a.b", "A title.", 1),
        ("v16.validation.a.c", "A title.", 2),
    ]
    described = parts[0].scenario
    assert (described.profile, described.mutants, described.needs) == ("Validation", ("deaf",), (Reset,))
    assert described.module == __name__


def test_part_knows_what_its_function_takes() -> None:
    """The names of the arguments are what a stage has to bring."""
    (part,) = parts_of(family([member()])(lambda station, case: None))
    assert part.arguments == ("station", "case")


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([member(), member()], "is in its family twice"),
        ([member("v16.validaton.a.b")], "scenario id"),
        ([member(title="")], "needs a docstring and at least one clause"),
        ([member(spec=[])], "needs a docstring and at least one clause"),
    ],
)
def test_family_that_is_declared_wrongly(members: list[Member], reason: str) -> None:
    """Members are held to the same rules as single scenarios."""
    with pytest.raises(ScenarioError, match=reason):
        family(members)(lambda case: None)


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package with one scenario module, which a second module imports from."""
    package = tmp_path / "suite_on_disk"
    (package / "core").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "core" / "__init__.py").touch()
    (package / "core" / "helper.py").write_text("raise AssertionError('only test modules are imported')")
    (package / "core" / "test_first.py").write_text(
        "from harness.scenario import scenario\n\n"
        "@scenario('v16.core.first.passes', spec=['c'])\ndef test_first():\n    '''It passes.'''\n"
    )
    (package / "core" / "test_second.py").write_text("from suite_on_disk.core.test_first import test_first\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield package.name
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        del sys.modules[name]


def test_catalogue_of_a_package(suite: str) -> None:
    """Scenarios are found where they are defined, and only in test modules."""
    (found,) = Catalogue.load(suite)
    assert (found.id, found.module) == ("v16.core.first.passes", "suite_on_disk.core.test_first")


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("test_first.py", "x = (\n", r"core\.test_first cannot be imported: .*test_first\.py:1: SyntaxError"),
        ("test_first.py", "\nx = y\n", r"core\.test_first cannot be imported: .*test_first\.py:2: NameError: name 'y'"),
        ("__init__.py", "import no_such\n", r"core cannot be imported: .*__init__\.py:1: ModuleNotFoundError"),
        (
            "test_first.py",
            "from harness.scenario import scenario\n@scenario('x', spec=['c'])\ndef test_first(): ...\n",
            r"core\.test_first: scenario id 'x'",
        ),
    ],
)
def test_module_that_is_wrong_is_told_with_its_line(
    suite: str, tmp_path: Path, file: str, text: str, reason: str
) -> None:
    """A module that cannot be imported is not left out in silence, be it a package, nor told by a traceback."""
    (tmp_path / suite / "core" / file).write_text(text)
    with pytest.raises(ScenarioError, match=reason):
        Catalogue.load(suite)
