"""Documents that are derived from a run record, and from nothing else."""

from __future__ import annotations

from pathlib import Path

from harness.record import read
from reports import allure, ci, html, junit, markdown, statement
from reports.model import Report, report_of

HTML = "report.html"
STATEMENT = "statement.html"
JUNIT = "junit.xml"
MARKDOWN = "summary.md"
ALLURE = "allure-results"
CODE_QUALITY = "code-quality.json"


def write_all(record: Path) -> list[Path]:
    """Write every document of a run record beside it, and return their paths; Allure's results go into a folder.

    The statement of conformance is left out where foreign stations were watched.

    Raises RecordError for a record that cannot be read, OSError where a document cannot be written.
    """
    run = read(record)
    allure.write(run, record.parent / ALLURE)
    return [_write(record.parent / name, text) for name, text in documents(report_of(run)).items()]


def documents(report: Report) -> dict[str, str]:
    """Return the texts of all documents but Allure's by their names."""
    made = {
        HTML: html.render(report),
        JUNIT: junit.render(report),
        MARKDOWN: markdown.render(report, HTML),
        CODE_QUALITY: ci.code_quality(report.run),
    }
    return made if report.run.header.watched else made | {STATEMENT: statement.render(report)}


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
