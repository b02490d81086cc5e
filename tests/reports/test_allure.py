"""Allure sees each scenario with its verdict, its checks and its wire."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reports import ALLURE, write_all
from reports.allure import KNOWN
from tests.reports import sample


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the results of the sample run."""
    record = sample.write(tmp_path_factory.mktemp("allure"))
    write_all(record)
    return record.parent / ALLURE


@pytest.fixture(scope="module")
def seen(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what Allure knows of each scenario, by id."""
    results = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-result.json")]
    return {"".join(_labels(result, "scenario")): result for result in results}


def _labels(result: dict[str, Any], name: str) -> list[str]:
    return [label["value"] for label in result["labels"] if label["name"] == name]


def _attachment(folder: Path, result: dict[str, Any], name: str) -> str:
    source: str = next(each["source"] for each in result["attachments"] if each["name"] == name)
    return (folder / source).read_text(encoding="utf-8")


def test_a_known_nonconformity_does_not_look_skipped(seen: dict[str, dict[str, Any]]) -> None:
    """It has the status passed, the verdict failed, and a tag that tells the two apart."""
    known = seen["v16.core.start.retried"]

    assert known["status"] == "passed"
    assert known["statusDetails"]["known"] is True
    assert _labels(known, "verdict") == ["failed"]
    assert _labels(known, "standing") == ["as-expected"]
    assert KNOWN in _labels(known, "tag")
    assert "finding ACME-17" in known["description"]


@pytest.mark.parametrize(
    ("id", "status"),
    [
        ("v16.core.boot.accepted", "passed"),
        ("v16.core.boot.interval", "passed"),
        ("v16.core.stop.unknown", "failed"),
        ("v16.core.reset.hard", "failed"),
        ("v16.core.hostile.text", "broken"),
        ("v16.core.unlock.status", "broken"),
        ("v16.transport.subprotocol", "passed"),
        ("v16.reservation.made", "skipped"),
    ],
)
def test_the_status_follows_from_verdict_and_standing(seen: dict[str, dict[str, Any]], id: str, status: str) -> None:
    """What is news is red, and a nonconformity is no defect of the test."""
    assert seen[id]["status"] == status


def test_a_scenario_is_told_once(tmp_path: Path) -> None:
    """Results that are written again take the place of those of before."""
    record = sample.write(tmp_path)
    write_all(record)
    write_all(record)

    assert len(list((tmp_path / ALLURE).glob("*-result.json"))) == len(sample.results())


def test_a_passed_scenario_is_not_tagged_as_known(seen: dict[str, dict[str, Any]]) -> None:
    """The tag says something only where it is not everywhere."""
    assert KNOWN not in _labels(seen["v16.core.boot.accepted"], "tag")


def test_title_and_ids_are_those_of_the_scenario(seen: dict[str, dict[str, Any]]) -> None:
    """The title is the scenario's, and its ids are tags."""
    reset = seen["v16.core.reset.hard"]

    assert reset["name"] == "A hard reset ordered by the operator arrives as such, and the reboot is accepted."
    assert {"failed", "news", "TC_013_CSMS", "CORE-5.14-a"} <= set(_labels(reset, "tag"))
    assert "OCPP 1.6 5.14, OCPP 1.6 6.39" in reset["description"]


def test_scenarios_are_sorted_by_version_profile_and_feature(seen: dict[str, dict[str, Any]]) -> None:
    """Behaviours and suites follow the catalogue and not the files."""
    reset = seen["v16.core.reset.hard"]

    for names in (("epic", "feature", "story"), ("parentSuite", "suite", "subSuite")):
        assert [_labels(reset, name) for name in names] == [["OCPP 1.6"], ["Core"], ["reset"]]


def test_checks_and_trace_are_attached(folder: Path, seen: dict[str, dict[str, Any]]) -> None:
    """The reader finds what was judged and on which frames."""
    reset = seen["v16.core.reset.hard"]

    checks = _attachment(folder, reset, "checks").splitlines()
    assert [line.split()[0] for line in checks] == ["held", "violated", "violated"]
    assert len(_attachment(folder, reset, "wire trace").splitlines()) == 12


def test_a_trace_that_was_not_written_is_said(folder: Path, seen: dict[str, dict[str, Any]]) -> None:
    """The attachment says what is missing."""
    subprotocol = seen["v16.transport.subprotocol"]

    assert _attachment(folder, subprotocol, "wire trace") == "The trace never-written.jsonl was not written."


def test_details_of_an_error_are_attached_as_text(folder: Path, seen: dict[str, dict[str, Any]]) -> None:
    """Control characters in details are shown as escapes."""
    assert "\\x00\\x07\\x1b" in _attachment(folder, seen["v16.core.hostile.text"], "details")
