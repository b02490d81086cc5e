"""Findings as CI services show them beside a change: annotations of GitHub Actions, code quality of GitLab."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness.findings import Finding, command, findings_of
from harness.record import Run
from harness.verdict import Verdict
from reports.model import told

_SEVERITIES = {
    Verdict.FAILED: "critical",
    Verdict.ERROR: "major",
    Verdict.INCONCLUSIVE: "minor",
    Verdict.REMARKED: "info",
    Verdict.NOT_APPLICABLE: "info",
}
_TARGET = "--target="


def github(run: Run) -> Iterator[str]:
    """Yield a workflow command for each finding that is news: an error for a failure, a warning for the rest."""
    for one in findings_of(run):
        if one.news:
            kind = "error" if one.verdict is Verdict.FAILED else "warning"
            title = _escaped(f"plugfest {one.id} {one.clause}".rstrip()).replace(":", "%3A").replace(",", "%2C")
            yield f"::{kind} title={title}::{_escaped(_described(run, one))}"


def code_quality(run: Run) -> str:
    """Return the report of GitLab's code quality, where a finding keeps its fingerprint from run to run.

    Each lies in the target file, for of the central system there is no source.
    """
    named = (option.removeprefix(_TARGET) for option in run.header.options if option.startswith(_TARGET))
    place = {"path": next(named, "plugfest.toml"), "lines": {"begin": 1}}
    entries = [
        {
            "description": _described(run, one),
            "check_name": one.rule or one.first,
            "fingerprint": one.id,
            "severity": _SEVERITIES[one.verdict] if one.news else "info",
            "location": place,
        }
        for one in findings_of(run)
    ]
    return json.dumps(entries, indent=1) + "\n"


def _described(run: Run, one: Finding) -> str:
    ground = f"{one.clause}: " if one.clause else ""
    return f"{ground}{told(one)} ({run.counted(len(one.scenarios))}); again: {command(run, one)}"


def _escaped(text: str) -> str:
    """Return a text as a workflow command carries it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
