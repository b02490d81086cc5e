"""Run record → results for Allure: one for each scenario, with its verdict, its checks and its wire."""

# mypy: disable-error-code="no-untyped-call"
# allure is marked as typed, and most of its functions are not.

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import attr
from allure_commons.model2 import ATTACHMENT_PATTERN, Attachment, Label, Status, StatusDetails, TestResult
from allure_commons.types import LabelType

from harness.record import Result, Run
from harness.verdict import Verdict
from reports.model import is_known, is_news, reason, sentence, visible

KNOWN = "known finding"
"""The tag of a scenario that failed, or stayed open, as expected; its status is passed."""

_BEHAVIOURS = (LabelType.EPIC, LabelType.FEATURE, LabelType.STORY)
_SUITES = (LabelType.PARENT_SUITE, LabelType.SUITE, LabelType.SUB_SUITE)


def write(run: Run, folder: Path) -> None:
    """Write the results of a run into a folder, in the place of those that it held."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    began = round(datetime.fromisoformat(run.header.started).timestamp() * 1000)
    for result in run.results:
        told = _told(result, began, list(_attached(result, run.path.parent, folder)))
        members = attr.asdict(told, filter=lambda _, value: value or value is False)
        _write(folder / told.file_pattern.format(prefix=told.uuid), json.dumps(members, ensure_ascii=False))


def _told(result: Result, began: int, attachments: list[Attachment]) -> TestResult:
    """Return a scenario as Allure knows it; its id keeps its history together."""
    identity = hashlib.sha256(result.id.encode()).hexdigest()
    message = visible(reason(result)) or None
    return TestResult(
        uuid=str(uuid.uuid4()),
        historyId=identity,
        testCaseId=identity,
        fullName=result.id,
        name=visible(result.title),
        description=_description(result),
        status=_status(result),
        statusDetails=StatusDetails(message=message, known=is_known(result) or None),
        labels=[Label(name, value) for name, value in _labels(result)],
        attachments=attachments,
        start=began,
        stop=began + round(result.seconds * 1000),
    )


def _status(result: Result) -> str:
    if result.verdict is Verdict.NOT_APPLICABLE:
        return str(Status.SKIPPED)
    if not is_news(result):
        return str(Status.PASSED)
    broken = result.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE)
    return str(Status.BROKEN if broken else Status.FAILED)


def _description(result: Result) -> str:
    lines = [f"`{result.id}`: **{result.verdict}**, {result.standing}", reason(result)]
    if result.expectation is not None:
        lines.append(f"Expected: {result.expectation}")
    lines.append(f"Clauses: {', '.join(result.clauses)}")
    return "\n\n".join(visible(line) for line in lines if line)


def _labels(result: Result) -> Iterator[tuple[str, str]]:
    """Yield version, profile and feature as behaviours and as suites, and everything to search for."""
    place = (f"OCPP {result.version}", result.profile, *result.id.split(".")[2:3])
    for names in (_BEHAVIOURS, _SUITES):
        yield from zip(names, place, strict=False)
    yield LabelType.FRAMEWORK, "plugfest"
    yield "scenario", result.id
    yield "verdict", result.verdict.value
    yield "standing", result.standing.value
    for name, values in (("octt", result.octt), ("requirement", result.requirements)):
        yield from ((name, value) for value in values)
    known = (KNOWN,) if is_known(result) else ()
    for tag in (result.verdict.value, result.standing.value, *known, *result.octt, *result.requirements):
        yield LabelType.TAG, tag


def _attached(result: Result, place: Path, folder: Path) -> Iterator[Attachment]:
    if result.checks:
        lines = (f"{'held    ' if check.held else 'violated'}  {sentence(check)}" for check in result.checks)
        yield _text(folder, "checks", "\n".join(map(visible, lines)))
    if result.details:
        yield _text(folder, "details", visible(result.details))
    if result.trace is None:
        return
    path = place / result.trace
    if path.is_file():
        source = _source("jsonl")
        shutil.copyfile(path, folder / source)
        # As plain text, for that is what Allure shows in place.
        yield Attachment("wire trace", source, "text/plain")
    else:
        yield _text(folder, "wire trace", f"The trace {path.name} was not written.")


def _text(folder: Path, name: str, text: str) -> Attachment:
    source = _source("txt")
    _write(folder / source, text)
    return Attachment(name, source, "text/plain")


def _source(extension: str) -> str:
    return str(ATTACHMENT_PATTERN.format(prefix=uuid.uuid4(), ext=extension))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
