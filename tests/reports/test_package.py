"""The certification package is whole, tells no secret, and is the same whenever it is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from harness.record import Run, read
from reports.package import PackageError, write
from tests.reports import sample

SETTINGS = {"csms": {"name": "ACME"}, "features": {"profiles": ["Core"]}}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A whole run with the settings of its target, whose traces are all there."""
    played = [one for one in sample.results() if "never" not in str(one.trace)]
    run = read(sample.write(tmp_path, played))
    return replace(run, header=replace(run.header, settings=SETTINGS))


def _packed(run: Run) -> dict[str, bytes]:
    archive = run.path.with_name("p.zip")
    write(run, archive)
    with ZipFile(archive) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_package_has_everything(run: Run) -> None:
    """Plan, settings, claimed features, record, documents, and the trace of each scenario that has one."""
    documents = {"report.html", "junit.xml", "summary.md", "statement.html", "code-quality.json"}
    traces = {one.trace for one in run.results if one.trace}
    told = {"plan.json", "settings.json", "features.json", "run.jsonl", "SHA256SUMS"}
    assert set(_packed(run)) == documents | traces | told


def test_sums_hold(run: Run) -> None:
    """Each other file has its SHA-256, in the form of sha256sum."""
    files = _packed(run)
    lines = files.pop("SHA256SUMS").decode().splitlines()
    assert lines == [f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in sorted(files.items())]


def test_plan_and_features_tell_the_run(run: Run) -> None:
    """What was played with what it covers, what is claimed, and what could not be asked."""
    files = _packed(run)
    plan, features = json.loads(files["plan.json"]), json.loads(files["features.json"])
    assert [one["id"] for one in plan["scenarios"]] == sorted(one.id for one in run.results)
    assert features["features"]["1.6"]["Reservation"] == {"claimed": "no", "verdicts": {"not-applicable": 2}}
    assert features["not_applicable"] == {
        "the target does not claim the profile Reservation": ["v16.reservation.cancelled", "v16.reservation.made"]
    }
    assert json.loads(files["settings.json"]) == SETTINGS


def test_the_same_run_is_the_same_package(run: Run) -> None:
    """Bytes do not depend on when the package is made."""
    first, second = (run.path.with_name(name) for name in ("1.zip", "2.zip"))
    write(run, first)
    write(run, second)
    assert first.read_bytes() == second.read_bytes()


def test_password_in_the_endpoint_is_not_packed(run: Run) -> None:
    """Neither the record nor a document tells it, though the run was made with it."""
    header = replace(run.header, endpoint="ws://op:geheim@csms.example/ocpp")
    text = run.path.read_text(encoding="utf-8").replace("wss://csms.example", "ws://op:geheim@csms.example")
    run.path.write_text(text, encoding="utf-8")
    assert not any(b"geheim" in data for data in _packed(replace(run, header=header)).values())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda run: replace(run, footer=None), "The run was cut short"),
        (lambda run: replace(run, header=replace(run.header, settings=None)), "the record has no settings"),
        (lambda run: replace(run, header=replace(run.header, watched=True)), "no suite was played there"),
        (lambda run: replace(run, results=[replace(run.results[0], trace="traces/gone.jsonl")] * 10), "gone.jsonl: No"),
        (lambda run: replace(run, results=[replace(run.results[0], trace="../x")] * 10), "lies outside the folder"),
    ],
)
def test_what_is_not_whole_is_not_packed(run: Run, spoil: Callable[[Run], Run], said: str) -> None:
    """It is said what is missing and what to do, and no archive is left."""
    archive = run.path.with_name("p.zip")
    with pytest.raises(PackageError, match=said):
        write(spoil(run), archive)
    assert not list(run.path.parent.glob("p.zip*"))
