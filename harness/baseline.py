"""A list of expected verdicts made from a run: one entry per finding, and per broken rule of the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness.expected import FINDING, LISTABLE, Expectation, Expectations, Standing
from harness.findings import Finding, findings_of
from harness.record import Result, Run
from harness.verdict import Verdict

_LONGEST_REASON = 300


def baseline(run: Run) -> str:
    """Return the text of a list under which the same verdicts would be as expected; an error stays news.

    Findings are listed rather than scenarios, so that a new cause is news even in a scenario that fails already.
    """
    findings = [one for one in findings_of(run) if one.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE)]
    entries = {_key(one): Expectation(one.verdict, _reason(one)) for one in findings}
    scenarios = {_key(one): one.scenarios for one in findings}
    left = [one for one in (*run.results, *run.rules) if _is_news(one, Expectations(entries))]
    entries |= {one.id: Expectation(one.verdict, _plain(one.message)) for one in left if one.verdict in LISTABLE}
    lines = [f"# What was expected of {_plain(run.header.target)} on {run.header.started[:10]}; docs/targets.md", ""]
    lines += [f"# {one.id} ended in an error, which no list excuses" for one in left if one.verdict is Verdict.ERROR]
    for key, entry in entries.items():
        lines += _entry(key, entry, len(scenarios.get(key, ())))
    return "\n".join(lines)


def _entry(key: str, entry: Expectation, scenarios: int) -> Iterator[str]:
    if scenarios:
        yield f"# {scenarios} scenario{'' if scenarios == 1 else 's'}"
    yield f"[{json.dumps(key)}]"
    yield f'verdict = "{entry.verdict}"'
    yield f"reason = {json.dumps(entry.reason, ensure_ascii=False)}"
    yield ""


def _key(finding: Finding) -> str:
    return finding.rule or f"{FINDING}{finding.id}"


def _reason(finding: Finding) -> str:
    if not finding.clause:
        return _plain(finding.observed)
    return _plain(f"{finding.clause}: expected {finding.expected}, observed {finding.observed}")


def _is_news(result: Result, listed: Expectations) -> bool:
    return listed.judge(result)[0] is Standing.NEWS


def _plain(text: str) -> str:
    """Return one line that any TOML file can hold."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line[:_LONGEST_REASON] or "not told"
