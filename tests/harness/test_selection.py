"""Tests of the selection of scenarios."""

from __future__ import annotations

import pytest

from harness.csms import v16, v201
from harness.scenario import Catalogue, Crowd, Need, Scenario
from harness.selection import Mode, Selection, SelectionError
from harness.versions import VERSIONS


def one(id: str, octt: tuple[str, ...] = (), requirements: tuple[str, ...] = ()) -> Scenario:
    """Return a scenario's metadata."""
    return Scenario(id, "A title.", ("c",), octt, requirements, (), (), "m")


CATALOGUE = Catalogue(
    [
        one("v16.core.reset.hard", ("TC_013_CSMS",), ("CORE-5.14-a",)),
        one("v16.core.reset.soft", ("TC_014_CSMS",), ("CORE-5.14-a",)),
        one("v16.transport.ping.answered", (), ("WS-5.5.2-a",)),
        one("v201.transport.ping.answered-too"),
    ]
)


@pytest.mark.parametrize(
    ("selection", "outcomes"),
    [
        (Selection(), ["hard", "soft", "answered", "answered-too"]),
        (Selection(ids=["v16.core.*"]), ["hard", "soft"]),
        (Selection(ids=["*.hard", "*.ping.*"]), ["hard", "answered", "answered-too"]),
        (Selection(octt=["TC_014_CSMS"]), ["soft"]),
        (Selection(requirements=["CORE-5.14-a"]), ["hard", "soft"]),
        (Selection(profiles=["Transport"]), ["answered", "answered-too"]),
        (Selection(profiles=["Transport"], versions=["2.0.1"]), ["answered-too"]),
        (Selection(requirements=["CORE-5.14-a"], octt=["TC_013_CSMS"], profiles=["Core"]), ["hard"]),
    ],
)
def test_selected_scenarios(selection: Selection, outcomes: list[str]) -> None:
    """Values of one kind add up, several kinds narrow down."""
    assert [scenario.id.rpartition(".")[2] for scenario in selection.of(CATALOGUE)] == outcomes


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (Selection(ids=["v16.core.reset.hrad"]), "--scenario v16.core.reset.hrad: no such scenario; did you mean"),
        (Selection(octt=["TC_013"]), "--octt TC_013: not covered by any scenario; did you mean TC_013_CSMS"),
        (Selection(requirements=["?"]), "--requirement ?: not covered by any scenario; choose from CORE-5.14-a, WS"),
        (Selection(profiles=["core"]), "--profile core: not covered by any scenario; did you mean Core?"),
        (Selection(versions=["2.1"]), "--version 2.1: not covered by any scenario; did you mean 2.0.1"),
        (Selection(ids=["*.hard"], profiles=["Transport"]), "the selection matches no scenario"),
    ],
)
def test_selection_of_nothing(selection: Selection, message: str) -> None:
    """An unknown value, or a selection that matches nothing, is an error with the choices."""
    with pytest.raises(SelectionError) as caught:
        selection.of(CATALOGUE)
    assert str(caught.value).startswith(message)


def test_many_choices_are_not_listed() -> None:
    """Where there are too many choices the catalogue is pointed to."""
    many = Catalogue(one(f"v16.core.a.x{number}") for number in range(21))
    with pytest.raises(SelectionError, match="see plugfest catalogue"):
        Selection(ids=["?"]).of(many)


FIRMWARE = Catalogue([one("v16.core.reset.hard"), one("v16.simulated.boot.done"), one("v16.microocpp.boot.done")])


@pytest.mark.parametrize(
    ("selection", "profiles"),
    [
        (Selection(), ["core", "simulated"]),
        (Selection(ids=["*.boot.done"]), ["simulated"]),
        (Selection(ids=["v16.microocpp.*"]), ["microocpp"]),
        (Selection(profiles=["MicroOCPP"]), ["microocpp"]),
        (Selection(players=["microocpp"]), ["microocpp"]),
        (Selection(players=["simulated", "microocpp"]), ["core", "simulated", "microocpp"]),
        (Selection(ids=["*.boot.done"], players=["simulated", "microocpp"]), ["simulated", "microocpp"]),
    ],
)
def test_real_firmware_plays_only_where_it_is_named(selection: Selection, profiles: list[str]) -> None:
    """What takes real firmware is not played unless somebody asks for it."""
    assert sorted(one.id.split(".")[1] for one in selection.of(FIRMWARE)) == sorted(profiles)


@pytest.mark.parametrize(
    ("mode", "outcomes"),
    [
        (Mode.SMOKE, ["smoke"]),
        (Mode.NON_DISRUPTIVE, ["read", "smoke"]),
        (Mode.FULL, ["crowded", "read", "reset", "set", "smoke"]),
    ],
)
def test_mode_takes_what_it_says(mode: Mode, outcomes: list[str]) -> None:
    """Smoke takes what is marked so, non-disruptive what changes no station and brings no crowd, full everything."""
    needs: dict[str, tuple[Need, ...]] = {
        "v16.core.a.read": (v16.GetConfiguration,),
        "v16.core.a.reset": (v16.GetConfiguration, v16.Reset),
        "v201.provisioning.a.set": (v201.SetVariables,),
        "v16.core.a.crowded": (Crowd(200),),
        "v16.core.a.smoke": (),
    }
    known = Catalogue(
        Scenario(id, "A.", ("c",), (), (), need, (), "m", id.endswith("smoke")) for id, need in needs.items()
    )
    assert sorted(each.id.rpartition(".")[2] for each in Selection(modes=[mode]).of(known)) == outcomes


def test_smoke_is_a_little_of_everything_that_disrupts_nobody() -> None:
    """Smoke scenarios are few, of every profile with operations of its own, and none of them is disruptive."""
    chosen = Selection(modes=[Mode.SMOKE]).of(Catalogue.load())
    assert len(chosen) < 50
    assert not any(each.disruptive for each in chosen)
    assert {profile for version in VERSIONS.values() for profile in version.messages} == {
        each.profile for each in chosen
    } - {"Transport"}
