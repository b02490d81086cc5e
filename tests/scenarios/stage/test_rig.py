"""What a run needs beside its target, and which scenarios make no sense under a condition."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.adversity import CALM, Adversity
from harness.scenario import PROXY, Declares, Need, Scenario, Takes
from harness.settings import PoliciesSection, Settings
from scenarios.stage.rig import Rig

PATIENT = Settings(policies=PoliciesSection(call_timeout=5, silence_limit=1))


def one(*needs: Need) -> Scenario:
    """Return a scenario with these needs."""
    return Scenario("v16.core.a.b", "It does.", ("c",), (), (), needs, (), __name__)


@pytest.fixture(autouse=True)
def toxiproxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Toxiproxy that nobody asks for anything."""
    monkeypatch.setenv("PLUGFEST_TOXIPROXY_URL", "http://127.0.0.1:1")


@pytest.mark.parametrize(
    ("network", "need", "said"),
    [
        ("flapping", PROXY, "makes faults of the network itself"),
        ("flapping", Declares("call_timeout"), "takes a connection that lives for 5 s, and none may under flapping"),
        ("flapping", Declares("silence_limit"), None),
        ("flapping", Declares("data_transfer_vendor"), None),
        ("satellite", Declares("call_timeout"), None),
        ("2g-edge", Takes(50_000), "a message of 50000 bytes takes too long at 20 KB/s, under 2g-edge"),
        ("2g-edge", Takes(20_000), None),
        (None, PROXY, None),
    ],
)
def test_scenarios_that_make_no_sense_under_a_condition(network: str | None, need: Need, said: str | None) -> None:
    """It is said before anything starts why a condition forbids a scenario."""
    reason = Rig(PATIENT, Adversity(network=network)).unfit(one(need))
    assert (reason is None) is (said is None)
    assert said is None or said in (reason or "")


async def test_network_lies_between_only_where_it_is_wanted() -> None:
    """Without a condition only a scenario that asks for it has a network."""
    assert Rig(Settings(), CALM).network("x") is None
    assert Rig(Settings(), CALM).network("x", quiet=True) is not None
    assert Rig(Settings(), Adversity(network="4g")).network("x") is not None


def test_condition_of_ones_own(tmp_path: Path) -> None:
    """A file of conditions is read by every process."""
    (tmp_path / "own.toml").write_text('[own]\nabout = "Mine."\nidle = 2\n')
    rig = Rig(PATIENT, Adversity(network="own", networks=tmp_path / "own.toml"))
    assert rig.unfit(one(Declares("call_timeout"))) is not None


def test_firmware_is_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without MicroOCPP the reason says how to get it; with a program there is none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PLUGFEST_MICROOCPP_BINARY", raising=False)
    monkeypatch.delenv("PLUGFEST_MICROOCPP_IMAGE", raising=False)
    rig = Rig(PATIENT, CALM)
    assert "PLUGFEST_MICROOCPP_BINARY" in str(rig.lack("microocpp"))
    program = tmp_path / "mo_simulator"
    program.touch(0o755)
    assert rig.lack("microocpp") is None
