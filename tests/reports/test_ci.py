"""Tests of what CI services show of findings."""

from __future__ import annotations

import json
from pathlib import Path

from harness import record as records
from harness.findings import findings_of
from reports.ci import code_quality, github


def test_news_is_annotated_in_one_line_each(record: Path) -> None:
    """Each finding that is news is one workflow command, whatever texts the central system has sent."""
    run = records.read(record)
    lines = list(github(run))
    news = [one for one in findings_of(run) if one.news]
    assert news
    assert len(lines) == len(news)
    assert all(one.id in line and "\n" not in line and "\r" not in line for one, line in zip(news, lines, strict=True))
    assert {line.split(" ")[0] for line in lines} == {"::error", "::warning"}


def test_title_of_an_annotation_ends_where_its_text_begins(record: Path) -> None:
    """Colons and commas of a clause are escaped, so that only the marker ends the title."""
    for line in github(records.read(record)):
        title = line.removeprefix("::").split("::")[0]
        assert ":" not in title
        assert "," not in title


def test_code_quality_has_an_entry_for_each_finding(record: Path) -> None:
    """Each finding has a fingerprint, a severity that GitLab knows, and a place in the target file."""
    run = records.read(record)
    entries = json.loads(code_quality(run))
    assert [entry["fingerprint"] for entry in entries] == [one.id for one in findings_of(run)]
    assert {entry["severity"] for entry in entries} <= {"info", "minor", "major", "critical", "blocker"}
    assert "critical" in {entry["severity"] for entry in entries}
    assert all(entry["location"] == {"path": "plugfest.toml", "lines": {"begin": 1}} for entry in entries)
    assert all(entry["description"] and entry["check_name"] for entry in entries)
