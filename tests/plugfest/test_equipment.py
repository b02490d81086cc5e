"""Components that may not be there, and options that put something in the way."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from harness.scenario import PROXY, Scenario
from harness.settings import Settings, SettingsError
from plugfest import equipment
from plugfest.equipment import Missing, adversity, prepare, required

SCENARIO = Scenario("v16.core.a.b", "It does.", ("c",), (), (), (PROXY,), (), __name__)


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine without Toxiproxy, and no means to get one."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("PLUGFEST_REQUIRE", raising=False)
    return monkeypatch


def test_required_components() -> None:
    """They are named by commas; an unknown one is wrong usage."""
    assert required({}) == frozenset()
    assert required({"PLUGFEST_REQUIRE": "toxiproxy, "}) == {"toxiproxy"}
    with pytest.raises(click.UsageError, match="unknown fog; components are toxiproxy"):
        required({"PLUGFEST_REQUIRE": "fog"})


def test_what_is_missing_and_required_ends_the_run(nothing: pytest.MonkeyPatch) -> None:
    """Where Toxiproxy is required and cannot be had, the exit code is 3 and the remedy is told."""
    prepare([SCENARIO], None)
    nothing.setenv("PLUGFEST_REQUIRE", "toxiproxy")
    with pytest.raises(Missing, match="plugfest doctor --install") as caught:
        prepare([], None)
    assert caught.value.exit_code == 3


def test_network_condition_takes_toxiproxy(nothing: pytest.MonkeyPatch) -> None:
    """A run under a condition is not carried out without it."""
    with pytest.raises(Missing):
        adversity([], Settings(), network="4g")


def test_options_of_a_condition(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Patience grows with the condition; an unknown one ends the run; without one there is nothing to say."""
    monkeypatch.setenv("PLUGFEST_TOXIPROXY_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(equipment, "measured", lambda weather: [0.5])
    assert adversity([], Settings()) == ["--seed=0"]
    options = adversity([], Settings(), network="satellite", faults=["drop * 5%"], seed=7)
    assert options == ["--fault=drop * 5%", "--network=satellite", "--patience=7.432", "--ping=0.5", "--seed=7"]
    (tmp_path / "own.toml").write_text('[own]\nabout = "Mine."\n')
    own = adversity([], Settings(), network="own", networks=tmp_path / "own.toml")
    assert own[-3] == f"--networks={tmp_path / 'own.toml'}"
    with pytest.raises(SettingsError, match="no network condition"):
        adversity([], Settings(), network="fog")


def test_toxiproxy_that_does_not_answer_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the one that is named is not there, the work cannot be carried out."""
    monkeypatch.setenv("PLUGFEST_TOXIPROXY_URL", "http://127.0.0.1:1")
    with pytest.raises(Missing, match="Toxiproxy did not answer"):
        adversity([], Settings(), network="lan")
