"""Allure sees each scenario with its verdict, its checks and its wire."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports.allure import KNOWN

ROOT = Path(__file__).parents[2]

CONFTEST = """
import pytest
from pathlib import Path
from dataclasses import replace
from harness.record import Result
from tests.reports import sample

FOLDER = Path(__file__).parent / "run"


def pytest_addhooks(pluginmanager):
    class Hooks:
        @pytest.hookspec
        def pytest_plugfest_result(self, result, trace_path):
            pass

    pluginmanager.add_hookspecs(Hooks)


def judged(item, result):
    path = FOLDER / result.trace if result.trace else None
    item.ihook.pytest_plugfest_result(result=result, trace_path=path)


def pytest_runtest_setup(item):
    result = item.callspec.params.get("result")
    if result is not None and result.verdict == "not-applicable":
        judged(item, result)
        pytest.skip(result.message)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    yield
    result = pyfuncitem.callspec.params.get("result")
    if result is None:
        return True
    judged(pyfuncitem, replace(result, title="A first judgement, which a second one replaces."))
    judged(pyfuncitem, result)
    if result.verdict in ("failed", "inconclusive", "error"):
        raise Exception(result.message)
    return True
"""

SCENARIOS = '''
import pytest
from pathlib import Path
from tests.reports import sample

sample.write(Path(__file__).parent / "run")


@pytest.mark.parametrize("result", sample.results(), ids=lambda result: result.id)
def test_scenario(result):
    """The docstring that pytest knows."""


@pytest.mark.parametrize("number", [1])
def test_that_is_no_scenario(number):
    assert number == 2
'''

ENDS = "6 failed, 3 passed, 2 skipped"


def _run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n", encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_scenarios.py").write_text(SCENARIOS, encoding="utf-8")
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import pytest; pytest.main()",
        "-preports.allure",
    ]
    return subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that allure-pytest wrote for the sample run."""
    place = tmp_path_factory.mktemp("allure")
    outcome = _run(place, "--alluredir=allure-results")
    assert ENDS in outcome.stdout, outcome.stdout + outcome.stderr
    return place / "allure-results"


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
    """What is news is red and a nonconformity no defect of the test, whatever exception pytest saw."""
    assert seen[id]["status"] == status


def test_a_test_that_is_no_scenario_is_left_alone(seen: dict[str, dict[str, Any]]) -> None:
    """The verdict of one scenario does not reach the test after it."""
    other = seen[""]

    assert (other["name"], other["status"]) == ("test_that_is_no_scenario[1]", "failed")
    assert _labels(other, "verdict") == []


def test_the_last_judgement_counts_and_is_told_once(seen: dict[str, dict[str, Any]]) -> None:
    """Trouble after a scenario changes its result; Allure shows only what it became."""
    boot = seen["v16.core.boot.accepted"]

    assert _labels(boot, "verdict") == ["passed"]
    assert [each["name"] for each in boot["attachments"]] == ["checks", "wire trace"]


def test_a_passed_scenario_is_not_tagged_as_known(seen: dict[str, dict[str, Any]]) -> None:
    """The tag says something only where it is not everywhere."""
    assert KNOWN not in _labels(seen["v16.core.boot.accepted"], "tag")


def test_title_and_ids_replace_the_names_of_pytest(seen: dict[str, dict[str, Any]]) -> None:
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


def test_without_allure_the_labels_do_nothing(tmp_path: Path) -> None:
    """A run that was not asked for Allure results ends the same way."""
    outcome = _run(tmp_path)

    assert ENDS in outcome.stdout, outcome.stdout + outcome.stderr
