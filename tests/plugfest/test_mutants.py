"""Proving scenarios: what is played against a mutant, what is said of it, and the mutants that only remark."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from harness import record
from harness.scenario import Catalogue, Scenario
from harness.verdict import POLICY, Verdict
from plugfest.catalogue import markdown
from plugfest.mutants import EVOKING, SAMPLE, _evokes, _evoking, _lines, _others, every, internal_errors, mutants, play
from reports.kill_matrix import Played, Row
from server.core.frame_log import FrameLog
from server.mutants import MUTANTS
from server.mutants.generated import UNEVOKED
from server.mutants.registry import Broken
from tests.plugfest.test_command import plugfest

POLICIES = {
    "duplicate-id-served": "v16.transport.unique-id.duplicate-not-served-twice",
    "unknown-members-accepted": "v16.transport.violation.unknown-member",
    "duplicate-members-accepted": "v16.validation.frame.duplicate-members",
    "max-length-unchecked": "v16.transport.violation.overlong-text",
    "unknown-vendor-accepted": "v16.core.data-transfer.unknown-vendor",
}
"""Deliberate tolerance, which shows on the policy axis only."""


FAILS = Played(Verdict.FAILED, failed=frozenset({"a check"}))
REMARKS = Played(Verdict.REMARKED, remarked=frozenset({"a check"}))
PASSES = Played(Verdict.PASSED)


@pytest.fixture
def catalogue() -> Catalogue:
    """A catalogue of many scenarios."""
    lists: dict[str, Any] = dict.fromkeys(("octt", "requirements", "needs", "mutants"), ())
    ids = [f"v16.core.feature.outcome-{number}" for number in range(50)]
    return Catalogue(Scenario(id=id, title="T.", clauses=("c",), module="m", **lists) for id in ids)


def test_sample_is_the_same_each_time(catalogue: Catalogue) -> None:
    """Some scenarios that do not name the mutant are played too: others for another mutant."""
    named = ["v16.core.feature.outcome-1"]
    first = _others(catalogue, "deaf", named, full=False)
    assert first == _others(catalogue, "deaf", named, full=False)
    assert first != _others(catalogue, "mute", named, full=False)
    assert len(first) == SAMPLE
    assert set(named) & set(first) == set()


def test_full_plays_all_others(catalogue: Catalogue) -> None:
    """Everything that does not name the mutant is played on demand."""
    others = _others(catalogue, "deaf", ["v16.core.feature.outcome-1"], full=True)
    assert len(others) == 49


def test_small_catalogue_is_its_own_sample() -> None:
    """No more is played than there is."""
    assert _others(Catalogue([]), "deaf", [], full=False) == []


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (Row("deaf", "D.", ["a"], {"a": FAILS}), ["caught   deaf by 1"]),
        (Row("deaf", "D.", ["a"], {"a": REMARKS}, remarks=True), ["caught   deaf by 1"]),
        (Row("deaf", "D.", [], {}), ["unproven deaf: no scenario names it"]),
        (Row("deaf", "D.", ["a"], {"a": PASSES}), ["survived deaf: a says passed"]),
        (Row("deaf", "D.", ["a"], {}), ["survived deaf: a says nothing"]),
        (
            Row("deaf", "D.", ["a"], {"a": FAILS, "b": Played(Verdict.ERROR)}),
            ["error    deaf: b breaks instead of judging"],
        ),
        (Row("deaf", "D.", ["a"], {"a": FAILS}, crashes=("KeyError",)), ["crashed  deaf: KeyError"]),
        (
            Row("deaf", "D.", ["a"], {"a": REMARKS, "b": FAILS}, remarks=True),
            ["unfair   deaf: b fails it, though it may only be remarked on"],
        ),
    ],
)
def test_what_is_said_of_a_mutant(row: Row, told: list[str]) -> None:
    """A line says that it is caught, or why it is not."""
    assert [click.unstyle(line) for line in _lines(row)] == told


def test_internal_errors_are_taken_down() -> None:
    """Defects that the central system notices, and those of its event loop, are told once each, in a line."""
    with internal_errors() as seen:
        for _ in range(2):
            FrameLog("off").failure("failure", KeyError("status"))
        logging.getLogger("asyncio").error("Task exception was\nnever retrieved")
        logging.getLogger("asyncio").warning("slow")
    FrameLog("off").failure("failure", KeyError("later"))
    assert seen == {"failure: KeyError: 'status'", "Task exception was never retrieved"}


def test_catalogue_lists_what_no_mutant_proves() -> None:
    """Each scenario without a mutant stands in the catalogue, under the reason why."""
    catalogue = Catalogue.load()
    text = markdown(catalogue)
    section = text[text.index("## Not proven by a mutant") : text.index("## Requirements")]
    assert [one.id for one in catalogue if not one.mutants and f"`{one.id}`" not in section] == []
    assert [one.id for one in catalogue if one.mutants and f"`{one.id}`" in section] == []


def test_failing_and_remarking_mutants_are_caught(tmp_path: Path) -> None:
    """The matrix holds a mutant that fails its scenario and one over which its scenario remarks."""
    names = ["reset-type-swapped", "unknown-vendor-accepted"]
    done = CliRunner().invoke(mutants, [*names, "-n1", f"--out={tmp_path}"])
    assert done.exit_code == 0, done.output
    assert "2 of 2 mutants caught by every scenario that names them" in done.output
    rows = json.loads((tmp_path / "kill-matrix.json").read_text("utf-8"))["mutants"]
    assert [rows[name]["caught_by"] for name in names] == ["failed", "remarked"]
    assert rows["unknown-vendor-accepted"]["faults"] == ["steve-community/steve@86ccae9c"]


def test_generated_mutant_is_caught_by_the_rule_of_its_message(tmp_path: Path) -> None:
    """What shows the broken message is found by itself, and nothing else is played."""
    done = CliRunner().invoke(mutants, ["v16.Reset.request.mistyped", "-n1", f"--out={tmp_path}"])
    assert done.exit_code == 0, done.output
    (row,) = json.loads((tmp_path / "kill-matrix.json").read_text("utf-8"))["mutants"].values()
    assert len(row["verdicts"]) == EVOKING
    assert {rule for rules in row["by"].values() for rule in rules} >= {"v16.wire.payload.Reset.request"}


def test_generated_mutants_are_evoked() -> None:
    """For each generated mutant there is a scenario in which its message is sent."""
    catalogue = Catalogue.load()
    assert [name for name, one in MUTANTS.generated.items() if not _evoking(catalogue, one)] == []


def test_served_actions_are_evoked_or_listed() -> None:
    """What a scenario evokes by now is not on the list of what none does."""
    catalogue = Catalogue.load()
    listed = [Broken(version, action, "response") for version, actions in UNEVOKED.items() for action in actions]
    assert [one for scenario in catalogue for one in listed if _evokes(scenario, one)] == []


def test_mutant_that_no_scenario_is_played_against_is_unproven() -> None:
    """Nothing to play does not mean that everything is played."""
    assert play("reset-type-swapped", [], []).played == {}


def test_survivor_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutant that no scenario names is exit code 1."""
    monkeypatch.setattr(Catalogue, "by_mutant", lambda self: {})
    done = CliRunner().invoke(mutants, ["reset-type-swapped", "-n1"])
    assert (done.exit_code, "0 of 1 mutants" in done.output) == (1, True)


def test_unknown_mutant_is_wrong_usage() -> None:
    """A mutant that does not exist is exit code 2, before anything is played."""
    done = CliRunner().invoke(mutants, ["reset-type-swaped"])
    assert (done.exit_code, "reset-type-swapped" in done.output) == (2, True)


def test_slow_mutant_is_left_to_load() -> None:
    """One that is merely slow is no matter of scenarios: who names it learns which load run catches it."""
    assert [name for name in every() if name in MUTANTS and MUTANTS[name].gates] == []
    done = CliRunner().invoke(mutants, ["authorize-slow"])
    assert (done.exit_code, "plugfest load --mutant authorize-slow --gate p99.Authorize=100ms" in done.output) == (
        2,
        True,
    )


@pytest.mark.parametrize(("mutant", "scenario"), POLICIES.items())
def test_deliberate_tolerance_shows_as_a_policy(tmp_path: Path, mutant: str, scenario: str) -> None:
    """Systems that tolerate more than they should on purpose are remarked on, on the policy axis alone."""
    done = plugfest("run", f"--scenario={scenario}", f"--mutant={mutant}", "--out=o", cwd=tmp_path)
    (result,) = record.read(tmp_path / "o" / "run.jsonl").results
    assert (done.returncode, result.verdict) == (0, Verdict.REMARKED)
    assert {check.axis for check in result.checks if not check.held} == {POLICY}


def test_zoo_is_large_and_close_to_life() -> None:
    """There are many mutants, and each known kind of fault of real central systems is among them."""
    imitated = {fault for one in MUTANTS.values() for fault in one.faults}
    assert len(MUTANTS) >= 80
    assert len(imitated) >= 80
    assert {name for name in POLICIES if not MUTANTS[name].remarks} == set()


def test_matrix_for_a_script(tmp_path: Path) -> None:
    """As JSON, the standard output is the kill matrix, and the rest is told elsewhere."""
    done = plugfest("mutants", "reset-type-swapped", "--json", "-n1", cwd=tmp_path)
    row = json.loads(done.stdout)["mutants"]["reset-type-swapped"]
    assert (done.returncode, row["proven"], row["verdicts"]["v16.core.reset.hard"]) == (0, True, "failed")
    assert "1 of 1 mutants caught" in done.stderr


def test_member_that_is_missing_breaks_no_scenario(tmp_path: Path) -> None:
    """What cannot be cancelled for want of its number is an open question, not an error of the harness."""
    id = "v16.validation.CancelReservation.accepts-answer-minimal"
    plugfest("run", f"--scenario={id}", "--mutant=reservation-id-lost", "--out=o", cwd=tmp_path)
    (result,) = record.read(tmp_path / "o" / "run.jsonl").results
    assert (result.verdict, "there is no reservationId" in result.message) == (Verdict.INCONCLUSIVE, True)
