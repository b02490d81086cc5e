"""What Allure is told of each scenario; allure-pytest writes it while the run goes on.

The module is a pytest plugin (``-p reports.allure``) beside ``harness.plugin`` and allure-pytest.
"""

# mypy: disable-error-code="no-untyped-call, untyped-decorator"
# allure is marked as typed, and most of its functions are not.

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import allure
import allure_commons
import pytest
from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import Label, Status, StatusDetails, TestResult
from allure_commons.types import LabelType

from harness.record import Result
from harness.verdict import Verdict
from reports.model import is_known, is_news, reason, sentence, visible

KNOWN = "known finding"
"""The tag of a scenario that failed, or stayed open, as expected; its status is passed."""

_NAME = "plugfest-allure"
Kind = TypeVar("Kind")
_SUITES = (LabelType.PARENT_SUITE, LabelType.SUITE, LabelType.SUB_SUITE)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin to describe scenarios to Allure, once allure-pytest has set itself up."""
    labels = AllureLabels()
    config.pluginmanager.register(labels, _NAME)
    allure_commons.plugin_manager.register(labels, _NAME)
    for writer in _plugins(AllureFileLogger):
        allure_commons.plugin_manager.unregister(writer)
        allure_commons.plugin_manager.register(_ResultsOnly(writer, config.getoption("allure_report_dir")))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave Allure as it was found."""
    config.pluginmanager.unregister(name=_NAME)
    allure_commons.plugin_manager.unregister(name=_NAME)
    for writer in _plugins(_ResultsOnly):
        allure_commons.plugin_manager.unregister(writer)
        allure_commons.plugin_manager.register(writer.replaced)


def _plugins(kind: type[Kind]) -> list[Kind]:
    return [plugin for plugin in allure_commons.plugin_manager.get_plugins() if type(plugin) is kind]


class _ResultsOnly(AllureFileLogger):
    """Writes no containers: they tell of fixtures, six a scenario, which a reader of verdicts does not look for."""

    def __init__(self, replaced: AllureFileLogger, folder: str) -> None:
        super().__init__(folder)
        self.replaced = replaced

    @allure_commons.hookimpl
    def report_container(self, container: object) -> None:
        """Leave a container out."""


class AllureLabels:
    """Describes each judged scenario to Allure; without ``--alluredir`` it does nothing."""

    def __init__(self) -> None:
        self._judged: tuple[Result, Path | None] | None = None
        self._described: Result | None = None

    def pytest_plugfest_result(self, result: Result, trace_path: Path | None) -> None:
        """Keep the result of the scenario that is under way; a later one of the same scenario replaces it."""
        self._judged = result, trace_path

    def pytest_runtest_logfinish(self) -> None:
        """Label the test and attach checks and trace, when allure-pytest will not overwrite them any more."""
        if self._judged is None:
            return
        (result, trace_path), self._judged = self._judged, None
        _describe(result)
        _label(result)
        _attach(result, trace_path)
        self._described = result

    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result: TestResult) -> None:
        """Replace the status and the suites that follow from pytest, just before Allure writes the test down."""
        if self._described is None:
            return
        judged, self._described = self._described, None
        details = result.statusDetails or StatusDetails()
        details.message = visible(reason(judged)) or None
        details.known = is_known(judged) or None
        result.status, result.statusDetails = _status(judged), details
        result.labels = [label for label in result.labels if label.name not in _SUITES]
        result.labels += [Label(name, value) for name, value in _suites(judged)]


def _suites(result: Result) -> list[tuple[str, str]]:
    """Return profile and feature as suites, where allure-pytest puts packages and modules."""
    return list(zip(_SUITES, (f"OCPP {result.version}", result.profile, *_feature(result)), strict=False))


def _feature(result: Result) -> Sequence[str]:
    return result.id.split(".")[2:3]


def _status(result: Result) -> str:
    if result.verdict is Verdict.NOT_APPLICABLE:
        return str(Status.SKIPPED)
    if not is_news(result):
        return str(Status.PASSED)
    broken = result.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)
    return str(Status.BROKEN if broken else Status.FAILED)


def _describe(result: Result) -> None:
    allure.dynamic.title(visible(result.title))
    lines = [f"`{result.id}`: **{result.verdict}**, {result.standing}", reason(result)]
    if result.expectation is not None:
        lines.append(f"Expected: {result.expectation}")
    lines.append(f"Clauses: {', '.join(result.clauses)}")
    allure.dynamic.description("\n\n".join(visible(line) for line in lines if line))


def _label(result: Result) -> None:
    allure.dynamic.epic(f"OCPP {result.version}")
    allure.dynamic.feature(result.profile)
    allure.dynamic.story(*_feature(result))
    allure.dynamic.label("scenario", result.id)
    allure.dynamic.label("verdict", result.verdict.value)
    allure.dynamic.label("standing", result.standing.value)
    allure.dynamic.label("octt", *result.octt)
    allure.dynamic.label("requirement", *result.requirements)
    known = (KNOWN,) if is_known(result) else ()
    allure.dynamic.tag(result.verdict.value, result.standing.value, *known, *result.octt, *result.requirements)


def _attach(result: Result, trace_path: Path | None) -> None:
    text = allure.attachment_type.TEXT
    if result.checks:
        lines = (f"{'held    ' if check.held else 'violated'}  {sentence(check)}" for check in result.checks)
        allure.attach("\n".join(map(visible, lines)), name="checks", attachment_type=text)
    if result.details:
        allure.attach(visible(result.details), name="details", attachment_type=text)
    if trace_path is None:
        return
    if trace_path.is_file():
        # As plain text, for that is what Allure shows in place.
        allure.attach.file(str(trace_path), name="wire trace", attachment_type="text/plain", extension="jsonl")
    else:
        allure.attach(f"The trace {trace_path.name} was not written.", name="wire trace", attachment_type=text)
