"""Tests of ``plugfest explain``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.findings import findings_of
from harness.record import read
from plugfest.explain import explain
from plugfest.explanation import MOST
from plugfest.run import run as play


def told(*arguments: str) -> str:
    """Return what the command prints, in one line, having ended well."""
    done = CliRunner().invoke(explain, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return re.sub(r"\s+", " ", done.stdout)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record of a run against a central system that answers unknown actions with the wrong code."""
    out = tmp_path_factory.mktemp("run")
    scenario = "--scenario=v16.transport.call-error.unknown-action"
    done = CliRunner().invoke(play, [scenario, "--mutant=unknown-action-internal-error", f"--out={out}"])
    assert done.exit_code == 1, done.output
    return out / "run.jsonl"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            "v16.core.reset.hard",
            [
                "scenario, OCPP 1.6, Core",
                "clauses OCPP 1.6 5.14",
                "CORE-5.14-a: Asks for a hard or soft reset",
                "TC_013_CSMS: Hard Reset",
                "needs Reset",
                "written in scenarios/v16/core/test_reset.py",
                "again plugfest reproduce v16.core.reset.hard",
                "reset-type-swapped: A hard reset is sent as a soft one",
            ],
        ),
        ("v16.wire.unique-id.form", ["rule of the wire", "clause OCPP-J 1.6 4.1.4", "call-id-empty:"]),
        ("CORE-5.14-a", ["The central system asks for a hard or soft reset", "worth a FAIL", "v16.core.reset.soft:"]),
        ("TC_013_CSMS", ["certification case, Core", "section 3.5.1", "v16.core.reset.hard:"]),
        ("reset-type-swapped", ["mutant", "proven by plugfest mutants reset-type-swapped", "v16.core.reset.hard:"]),
        ("authorize-slow", ["mutant", "gates "]),
        ("OCPP 1.6 5.14", ["CORE-5.14-b: Takes boot", "v16.core.reset.hard:"]),
    ],
)
def test_name_is_explained(name: str, parts: list[str]) -> None:
    """Whatever has a name is told with its ground, what covers it, and the defects that show it."""
    text = told(name)
    assert [part for part in parts if part not in text] == []


def test_public_faults_are_told_with_their_address() -> None:
    """A defect that real central systems had is told with the thread or the commit about it, and before others."""
    text = told("v16.core.reset.hard")
    assert "https://github.com/citrineos/citrineos/issues/175" in text
    assert "https://github.com/citrineos/citrineos-core/commit/d009bb36" in text
    assert text.index("status-connector-zero-refused") < text.index("repeated-boot-pending")


def test_clause_is_not_taken_for_another_that_begins_so() -> None:
    """Clause 5.1 is neither 5.14 nor 15.1."""
    assert "v16.core.reset.hard" not in told("OCPP 1.6 5.1")
    assert "v16.reservation.cancel-reservation.accepted" in told("OCPP 1.6 5.1")


def test_long_list_is_cut_and_says_so() -> None:
    """Of many scenarios the first are told, and how many more there are."""
    assert re.search(r"and \d+ more; see plugfest catalogue", told("OCPP-J 1.6 4.1.4"))


def test_finding_is_explained_from_its_run(record: Path) -> None:
    """A finding is told with expectation, the frame that shows it, the causes of such, and how it is seen again."""
    (finding,) = findings_of(read(record))
    text = told(finding.id, f"--run={record.parent}")
    parts = ["failed, news", "expected NotImplemented", "observed InternalError", '"InternalError"', "usual causes"]
    assert [part for part in parts if part not in text] == []
    assert "again plugfest reproduce v16.transport.call-error.unknown-action --mutant" in text
    assert "https://github.com/citrineos/citrineos-core/issues/996" in text


def test_finding_of_another_run_is_wrong_usage(record: Path) -> None:
    """A finding that the record does not have is an error with those that it has."""
    (finding,) = findings_of(read(record))
    done = CliRunner().invoke(explain, ["00000000", f"--run={record}"])
    assert (done.exit_code, f"those of it are {finding.id}" in done.output) == (2, True)


def test_unknown_name_is_wrong_usage() -> None:
    """A name that means nothing is an error with the names near it."""
    done = CliRunner().invoke(explain, ["v16.core.reset.hrad"])
    assert (done.exit_code, "did you mean v16.core.reset.hard" in done.output) == (2, True)


def test_explanation_for_a_script(record: Path) -> None:
    """As JSON, lists are cut nowhere, and what is named has its id apart."""
    one = json.loads(told("v16.core.reset.hard", "--json"))
    assert (one["name"], one["clauses"], one["needs"]) == ("v16.core.reset.hard", ["OCPP 1.6 5.14"], ["Reset"])
    assert {"id": "TC_013_CSMS", "text": "Hard Reset"} in one["cases"]
    assert "rule" not in one
    many = json.loads(told("OCPP-J 1.6 4.1.4", "--json"))
    assert len(many["scenarios"]) > MOST
    (finding,) = findings_of(read(record))
    assert json.loads(told(finding.id, f"--run={record}", "--json"))["expected"] == "NotImplemented"
