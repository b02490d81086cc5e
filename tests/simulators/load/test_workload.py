"""Workloads: the bundled ones, those of one's own, and their rates."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import pytest

from harness.load.plan import FleetError
from simulators.load.workload import find

BUNDLED = tomllib.loads((resources.files("simulators.load") / "workloads.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_workload_is_valid(name: str) -> None:
    """Each table is a workload that says what it is about."""
    assert find(name).about.endswith(".")


def test_workload_of_a_file_is_like_another(tmp_path: Path) -> None:
    """A table of a file of one's own takes over what it does not say itself."""
    path = tmp_path / "mine.toml"
    path.write_text('[mine]\nlike = "daily"\nheartbeat = 60\n', encoding="utf-8")
    found, daily = find(str(path)), find("daily")
    assert (found.heartbeat, found.transactions, found.about) == (60, daily.transactions, daily.about)


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("", "nosuch", "there is no workload 'nosuch'"),
        ("[a]\nabout='.'\n[b]\nabout='.'\n", "FILE", "there are several workloads; name one"),
        ("[a]\nabout='.'\n", "FILE:b", "there is no workload 'b'"),
        ("[a]\nabout='.'\nheartbeat=0\n", "FILE", "a: heartbeat: Input should be greater than 0"),
        ("[a]\nabout='.'\nhartbeat=9\n", "FILE", "hartbeat: Extra inputs are not permitted"),
        ("[a]\nlike='b'\n", "FILE", "there is no other table 'b'"),
        ("[a]\nlike='a'\n", "FILE", "there is no other table 'a'"),
        ("[a]\nabout='.'\nversion='1.5'\n", "FILE", "unknown version '1.5'"),
        ("[a]\nabout='.'\ntransactions=10\nlasts=10\n", "FILE", "at least 1.1 times what one lasts"),
        ("[a]\nabout='.'\nramp=10\nwithin=10\n", "FILE", "ramp and within both say when stations connect"),
        ("[a", "FILE", "mine.toml: "),
    ],
)
def test_workload_that_cannot_be_used(tmp_path: Path, text: str, name: str, said: str) -> None:
    """What is wrong with a workload is told with its place."""
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FleetError) as told:
        find(name.replace("FILE", str(path)))
    assert said in str(told.value)


@pytest.mark.parametrize(("like", "own", "arrives"), [("boot-storm", "ramp = 10", 5.0), ("daily", "within = 2", 1.0)])
def test_workload_has_its_own_way_to_connect(tmp_path: Path, like: str, own: str, arrives: float) -> None:
    """What a table says of it stands in place of what the one says that it is like."""
    path = tmp_path / "mine.toml"
    path.write_text(f'[a]\nlike = "{like}"\n{own}\n', encoding="utf-8")
    assert find(str(path)).arrival(50, 100, None) == arrives


def test_rate_chooses_the_speed() -> None:
    """So many stations send so many messages per second, whatever the workload's own speed."""
    assert find("daily").at_rate(1000.0, 10_000).rate(10_000) == pytest.approx(1000.0)


def test_rate_of_a_workload_without_messages() -> None:
    """Where nothing depends on the speed no rate can be chosen."""
    with pytest.raises(FleetError, match="--rate"):
        find("barrier-burst").at_rate(1000.0, 10)


def test_stations_connect_one_after_the_other() -> None:
    """The ramp of the plan goes before that of the workload; a storm has all connect within its time."""
    assert find("daily").arrival(50, 100, 10.0) == 5.0
    assert find("daily").arrival(50, 100, None) == 0.25
    assert find("boot-storm").arrival(50, 100, None) == 0.5
