"""What is heard is written as it comes, and becomes a record."""

from __future__ import annotations

import json
from pathlib import Path

import reports
from harness import record
from harness.expected import Expectation, Expectations, Standing
from harness.settings import Settings
from harness.verdict import Verdict
from harness.versions import V16, V201
from plugfest.watching.logbook import Logbook, trace_of


def test_entries_are_on_disk_at_once(tmp_path: Path) -> None:
    """However the watch ends, what was heard until then is there."""
    heard = []
    with Logbook(tmp_path, Settings()) as logbook:
        logbook.listeners.append(lambda one, entry: heard.append((one.station, entry.index)))
        wire = logbook.conversation("CP/1", V16).begin("101")
        wire.sent("[]")
        lines = (tmp_path / "traces/v16.CP%2F1.jsonl").read_text().splitlines()
        assert [json.loads(line)["text"] for line in lines] == ["101", "[]"]
    assert heard == [("CP/1", 0), ("CP/1", 1)]


def test_one_conversation_for_each_version(tmp_path: Path) -> None:
    """A station that changes its version has two."""
    with Logbook(tmp_path, Settings()) as logbook:
        first = logbook.conversation("CP1", V16)
        assert logbook.conversation("CP1", V16) is first
        assert logbook.conversation("CP1", V201) is not first
        long = [logbook.conversation("x" * 300 + end, V16) for end in "ab"]
    assert len({trace_of(one.station, one.version) for one in long}) == 2


def test_record_is_that_of_a_run(tmp_path: Path) -> None:
    """Results and rules of both sides are in it, and the documents of a run can be made."""
    with Logbook(tmp_path, Settings()) as logbook:
        wire = logbook.conversation("CP1", V16).begin("101")
        wire.sent("{}")
        wire.received("[]")
        run = logbook.finish(Expectations(), endpoint="ws://c")
    assert run == record.read(tmp_path / "run.jsonl")
    assert (run.header.watched, run.header.endpoint, run.truncated) == (True, "ws://c", False)
    assert [one.id for one in run.results] == ["v16.central-system.CP1", "v16.station.CP1"]
    broken = {one.id for one in run.rules if one.verdict is Verdict.FAILED}
    assert broken == {"v16.wire.frame.message-type", "v16.station-wire.frame.array"}
    documents = {path.name for path in reports.write_all(run.path)}
    assert documents == {"report.html", "junit.xml", "summary.md", "code-quality.json"}
    assert "2 conversation sides" in (tmp_path / "summary.md").read_text()


def test_expected_faults_are_no_news(tmp_path: Path) -> None:
    """The list of expected verdicts holds for what is watched too."""
    known = Expectations({"v16.station-wire.frame.array": Expectation(Verdict.FAILED, "an old firmware")})
    with Logbook(tmp_path, Settings()) as logbook:
        logbook.conversation("CP1", V16).begin("101").sent("{}")
        run = logbook.finish(known, endpoint=None)
    (broken,) = [one for one in run.rules if one.verdict is Verdict.FAILED]
    assert broken.standing is Standing.AS_EXPECTED
