"""A log is judged from both ends."""

from __future__ import annotations

import json

from harness import rules
from harness.fieldlog.form import builtin_forms
from harness.fieldlog.reading import read
from harness.fieldlog.verdicts import judge
from harness.rules import Demand
from harness.schemas import Kind
from harness.verdict import SHALL, SHOULD, Level


def broken(text: str) -> list[tuple[int, bool, Demand, Level]]:
    """Return what a log breaks: line, whose it is, which demand, and how strongly that binds."""
    found = judge(read(text, builtin_forms()))
    return [(one.frame.line, one.by_station, one.problem.demand, one.problem.level) for one in found]


def test_proper_log_breaks_nothing() -> None:
    """A dialogue as it should be has no problems."""
    assert broken('[2,"1","Heartbeat",{}]\n[3,"1",{"currentTime":"2026-01-05T08:01:03.000Z"}]\n') == []


def test_each_side_is_blamed_for_its_own() -> None:
    """An invalid CALL is the station's, an invalid answer to it the central system's."""
    log = '[2,"1","Authorize",{}]\n[3,"1",{"idTagInfo":{"status":"Perhaps"}}]\n'
    assert broken(log) == [
        (1, True, rules.payload("Authorize", Kind.REQUEST), SHALL),
        (2, False, rules.payload("Authorize", Kind.RESPONSE), SHALL),
    ]


def test_what_a_log_may_lack_only_remarks() -> None:
    """An answer whose CALL is not in the log is no proof of anything."""
    log = '{"t": 0, "from": "csms", "frame": "[3,\\"9\\",{}]"}\n'
    assert broken(log) == [(1, False, rules.ID_KNOWN, SHOULD)]


def test_stations_are_kept_apart() -> None:
    """One id may be used by two stations."""
    line = 'INFO:ocpp:{}: receive message [2,"1","Heartbeat",{{}}]\n'
    assert broken(line.format("CP1") + line.format("CP2")) == []
    assert broken(line.format("CP1") * 2) != []


def test_ids_begin_anew_with_a_connection() -> None:
    """An id that is used again on another connection is no second use of it."""
    line = json.dumps({"t": 0, "from": "csms", "frame": '[2,"1","ClearCache",{}]'}) + "\n"
    answered = json.dumps({"t": 0, "from": "station", "frame": '[3,"1",{"status":"Accepted"}]'}) + "\n"
    opened = json.dumps({"t": 0, "event": "opened"}) + "\n"
    assert broken(line + answered + opened + line + answered) == []
    assert broken(line + answered + line + answered) == [(3, False, rules.ID_FRESH, SHOULD)]
