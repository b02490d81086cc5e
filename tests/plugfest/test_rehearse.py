"""Tests of ``plugfest rehearse``."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness import record
from harness.csms.v16 import GetConfiguration, Reset
from harness.scenario import Need, Scenario
from plugfest.rehearse import rehearse, unexpected

CASES = ["--octt=TC_013_CSMS", "--octt=TC_001_CSMS", "--octt=TC_074_CSMS"]


def rehearsed(out: Path, *options: str) -> Result:
    """Rehearse a few cases, and return what came of it."""
    return CliRunner().invoke(rehearse, [*CASES, f"--out={out}", *options], catch_exceptions=False)


def told(done: Result, case: str) -> str:
    """Return what is said of a case, in one line."""
    _, _, rest = done.stdout.partition("Rehearsal of the certification")
    (found,) = re.findall(rf"^ *({case} .*?)(?=^ *TC_|^ *$)", rest, re.MULTILINE | re.DOTALL)
    return " ".join(found.split())


def test_reference_is_ready_and_asked_in_official_order(tmp_path: Path) -> None:
    """The reference is ready for each case, and they are played in the order of the official document."""
    done = rehearsed(tmp_path)
    assert (done.exit_code, "3 certification cases: 3 ready" in done.stdout) == (0, True)
    played = [case for result in record.read(tmp_path / "run.jsonl").results for case in result.octt]
    assert list(dict.fromkeys(played)) == ["TC_001_CSMS", "TC_013_CSMS", "TC_074_CSMS"]


def test_lawful_question_is_a_risk(tmp_path: Path) -> None:
    """A central system that asks each station for its configuration is lawful, and may fail with the official tool."""
    done = rehearsed(tmp_path, "--variant=get-configuration-after-boot")
    assert done.exit_code == 0, done.output
    assert "at risk Hard Reset GetConfiguration of its own accord after the connection" in told(done, "TC_013_CSMS")


def test_lawful_refusal_is_a_risk(tmp_path: Path) -> None:
    """A central system that wants names in requests for certificates may fail with the official tool."""
    done = rehearsed(tmp_path, "--mutant=csr-without-names-rejected")
    assert (done.exit_code, "1 at risk" in done.stdout) == (0, True)
    assert "at risk" in told(done, "TC_074_CSMS")
    assert "ready" in told(done, "TC_013_CSMS")


def test_failed_case_is_not_ready(tmp_path: Path) -> None:
    """A case that a central system fails is told with what was expected and observed, and is exit code 1."""
    done = rehearsed(tmp_path, "--mutant=reset-type-swapped")
    assert (done.exit_code, "2 ready, 1 not ready" in done.stdout) == (1, True)
    assert "not ready" in told(done, "TC_013_CSMS")


def test_unclaimed_profile_is_left_out(tmp_path: Path) -> None:
    """Cases of a profile that the target does not claim are left out, which is no fault."""
    target = tmp_path / "target.toml"
    target.write_text('[features]\nprofiles = ["Core"]\n', encoding="utf-8")
    done = rehearsed(tmp_path / "out", f"--target={target}")
    assert (done.exit_code, "2 ready, 1 left out" in done.stdout) == (0, True), done.stdout


def test_nothing_answers(tmp_path: Path) -> None:
    """Without a central system nothing was rehearsed, which is exit code 3."""
    assert rehearsed(tmp_path, "--endpoint=ws://127.0.0.1:9/ocpp").exit_code == 3


def test_variant_goes_with_the_reference(tmp_path: Path) -> None:
    """A variant of the reference and an endpoint are wrong usage."""
    assert (
        rehearsed(tmp_path, "--endpoint=ws://127.0.0.1:9/ocpp", "--variant=get-configuration-after-boot").exit_code == 2
    )


def entries(*texts: str | None) -> Sequence[dict[str, Any]]:
    """Return a trace of what is received; None opens a connection anew."""
    line = {"station": "CP", "connection": 1, "direction": "received"}
    return [{**line, "event": "text" if text else "opened", "text": text or "101"} for text in texts]


def call(action: str) -> str:
    """Return a CALL as text."""
    return json.dumps([2, "id", action, {}])


@pytest.mark.parametrize(
    ("texts", "needs", "moments"),
    [
        ([None, call("GetConfiguration")], [Reset], ["the connection"]),
        ([None, call("Reset"), call("GetConfiguration")], [Reset], []),
        ([None, call("ChangeConfiguration"), call("GetConfiguration")], [], ["ChangeConfiguration"]),
        ([None, call("Reset"), None, call("GetConfiguration")], [Reset], ["the connection"]),
        ([None, call("GetConfiguration")], [GetConfiguration], []),
        ([None, "no JSON", '[3,"id",{}]', call("TriggerMessage")], [], []),
    ],
)
def test_unexpected_question(texts: list[str | None], needs: list[Need], moments: list[str]) -> None:
    """GetConfiguration is unexpected right after a connection or ChangeConfiguration, unless an operator asks."""
    scenario = Scenario("v16.core.a.b", "A.", ("c",), (), (), tuple(needs), (), "m")
    found = list(unexpected(scenario, entries(*texts)))
    assert [one.partition(" after ")[2].partition(":")[0] for one in found] == moments


def test_rehearsal_for_a_script(tmp_path: Path) -> None:
    """As JSON, the standard output is one object, whatever else is told."""
    done = rehearsed(tmp_path, "--mutant=reset-type-swapped", "--json")
    found = {one["id"]: one for one in json.loads(done.stdout)["cases"]}
    assert (done.exit_code, list(found)) == (1, ["TC_001_CSMS", "TC_013_CSMS", "TC_074_CSMS"])
    assert (found["TC_001_CSMS"]["readiness"], found["TC_001_CSMS"]["reasons"]) == ("ready", [])
    assert (found["TC_013_CSMS"]["readiness"], found["TC_013_CSMS"]["reasons"] != []) == ("not ready", True)
    assert "report: " in done.stderr
