"""Proving fairness: variants are played and told, and the command says which of them are accused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from harness import record
from harness.verdict import Verdict
from plugfest.variants import _lines, variants
from reports.fairness_matrix import Row
from server.variants import VARIANTS
from tests.plugfest.test_command import plugfest
from tests.reports.test_fairness_matrix import row

QUICK = ("times-with-seven-digits", "unreadable-closes-1011", "orders-refused-with-409")
GLOBS = ("v16.core.heartbeat.*", "v16.transport.unreadable.*", "v16.core.reset.*")


def played(*names: str, scenarios: Sequence[str], more: Sequence[str] = ()) -> tuple[int, str]:
    """Play scenarios against variants; return the exit code and what was told."""
    done = CliRunner().invoke(variants, [*names, *(f"--scenario={glob}" for glob in scenarios), "-n1", *more])
    return done.exit_code, done.output


def test_suite_is_fair_to_lawful_habits(tmp_path: Path) -> None:
    """The matrix holds variants of times, of the connection and of the operator API, and all are spared."""
    code, told = played(*QUICK, scenarios=GLOBS, more=[f"--out={tmp_path}"])
    assert code == 0, told
    assert "3 of 3 variants spared by every scenario that was played" in told
    rows = json.loads((tmp_path / "fairness-matrix.json").read_text("utf-8"))["variants"]
    assert {name: rows[name]["fair"] for name in QUICK} == dict.fromkeys(QUICK, True)


def test_unknown_variant_is_wrong_usage() -> None:
    """A variant that does not exist is exit code 2, before anything is played."""
    code, told = played("times-in-secs", scenarios=GLOBS)
    assert (code, "times-in-seconds" in told) == (2, True)


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (row(a=Verdict.PASSED, b=Verdict.REMARKED), "fair     shy: 2 played, 1 remarks"),
        (row(a=Verdict.NOT_APPLICABLE), "unproven shy: nothing was played"),
        (row(a=Verdict.PASSED, b=Verdict.ERROR), "unfair   shy: b error: told"),
    ],
)
def test_what_is_said_of_a_variant(one: Row, told: str) -> None:
    """A line says that it is spared, or who accuses it of what."""
    assert [click.unstyle(line) for line in _lines(one)] == [told]


def test_run_against_a_variant(tmp_path: Path) -> None:
    """A run plays against the habit that is named, as the target file beside the record says."""
    done = plugfest("run", "--scenario=v16.core.heartbeat.*", "--variant=times-in-seconds", "--out=o", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert record.read(tmp_path / "o" / "run.jsonl").header.target == "reference with the habit times-in-seconds"
    trace = "".join(path.read_text("utf-8") for path in (tmp_path / "o" / "traces").iterdir())
    assert "currentTime" in trace
    assert 'variant = "times-in-seconds"' in (tmp_path / "o" / "target.toml").read_text("utf-8")


@pytest.mark.parametrize("others", [["--mutant=deaf"], ["--target=other.toml"], []])
def test_variant_goes_with_the_reference_alone(tmp_path: Path, others: list[str]) -> None:
    """A variant of something else, or one that does not exist, is wrong usage and leaves nothing behind."""
    name = "--variant=times-in-seconds" if others else "--variant=times-in-secs"
    done = plugfest("run", name, *others, cwd=tmp_path)
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])


def test_variants_are_listed(tmp_path: Path) -> None:
    """All variants with their sentences."""
    told = plugfest("serve", "--variant=list", cwd=tmp_path).stdout
    assert len(told.splitlines()) == len(VARIANTS)
    assert "times-in-seconds: Times are sent without a fraction of a second." in told


def test_matrix_for_a_script(tmp_path: Path) -> None:
    """As JSON, the standard output is the fairness matrix, and the rest is told elsewhere."""
    done = plugfest("variants", "times-in-seconds", "--scenario=v16.core.reset.hard", "--json", "-n1", cwd=tmp_path)
    row = json.loads(done.stdout)["variants"]["times-in-seconds"]
    assert (done.returncode, row["fair"], row["verdicts"]) == (0, True, {"v16.core.reset.hard": "passed"})
    assert "1 of 1 variants spared" in done.stderr
