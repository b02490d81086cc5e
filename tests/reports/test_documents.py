"""All documents of a record are written beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.record import RecordError
from harness.verdict import Verdict
from reports import write_all
from tests.reports import sample


def test_documents_lie_beside_the_record(record: Path) -> None:
    """Report, JUnit file, summary, code quality and statement are written where the record is."""
    written = write_all(record)

    assert [path.name for path in written] == [
        "report.html",
        "junit.xml",
        "summary.md",
        "code-quality.json",
        "statement.html",
    ]
    assert all(path.parent == record.parent and path.stat().st_size for path in written)


def test_documents_depend_on_nothing_but_the_record(record: Path) -> None:
    """Writing the documents twice gives the same bytes."""
    first = [path.read_bytes() for path in write_all(record)]

    assert [path.read_bytes() for path in write_all(record)] == first


def test_a_lone_surrogate_in_a_record_reaches_the_documents_as_an_escape(record: Path) -> None:
    """A text that has no UTF-8 does not keep the documents from being written."""
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace("the driver failed", r"the driver\ud800 failed"), encoding="utf-8")

    documents = [path.read_text(encoding="utf-8") for path in write_all(record)]

    assert all("the driver\\" in document for document in documents)


def test_a_run_without_results_has_documents(tmp_path: Path) -> None:
    """A run that ended before its first scenario is reported as cut short."""
    written = write_all(sample.write(tmp_path, [], selected=3, end=False))

    told = [path for path in written if path.name != "code-quality.json"]
    assert all("0 of 3 selected scenarios" in path.read_text(encoding="utf-8") for path in told)


def test_one_passed_scenario_is_reported_without_ado(tmp_path: Path) -> None:
    """The smallest complete run says that everything is as expected."""
    only = replace(sample.results()[0], verdict=Verdict.PASSED, trace=None)

    page, _, summary, *_ = (path.read_text(encoding="utf-8") for path in write_all(sample.write(tmp_path, [only])))

    assert "1 scenario,\n" in page
    assert "1 scenario in 1.8 s: nothing is news." in summary


def test_a_file_that_is_no_record_is_refused(tmp_path: Path) -> None:
    """The error of the record reader reaches the caller, who knows what to say."""
    path = tmp_path / "run.jsonl"
    path.write_text("not a record\n", encoding="utf-8")

    with pytest.raises(RecordError, match=r"run\.jsonl"):
        write_all(path)
