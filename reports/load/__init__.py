"""Documents that are derived from the record of a load run, and from nothing else."""

from __future__ import annotations

from pathlib import Path

from harness.load.record import read
from reports.load import html, junit, tables
from reports.load.model import LoadReport

HTML = "report.html"
JUNIT = "junit.xml"
SECONDS = "seconds.csv"
ACTIONS = "actions.csv"


def write_all(record: Path) -> list[Path]:
    """Write every document of a record beside it, and return their paths.

    Raises RecordError for a record that cannot be read, OSError where a document cannot be written.
    """
    report = LoadReport(read(record))
    documents = {
        HTML: html.render(report),
        JUNIT: junit.render(report),
        SECONDS: tables.seconds(report),
        ACTIONS: tables.actions(report),
    }
    for name, text in documents.items():
        (record.parent / name).write_text(text, encoding="utf-8", newline="\n")
    return [record.parent / name for name in documents]
