"""Trace files are read back whatever state they are in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from harness.trace import Trace
from reports.wire import FIRST_MESSAGES, LAST_MESSAGES, Shape, Wire, load
from tests.reports import sample

NAME = "one.jsonl"


def _load(folder: Path, lines: Iterable[str], evidence: Iterable[int] = ()) -> Wire:
    (folder / NAME).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return load(folder, NAME, set(evidence))


def _line(text: str = "", **members: Any) -> str:
    entry = {"index": 0, "at": 0.5, "station": "CP1", "direction": "sent", "event": "text", "text": text}
    return json.dumps({**entry, **members})


def _label(folder: Path, *lines: str) -> tuple[Shape, str]:
    last = _load(folder, lines).messages[-1]
    return last.shape, last.label


def test_every_entry_of_a_trace_is_read_back(tmp_path: Path) -> None:
    """Times, stations, directions, texts and problems come back as the harness wrote them."""
    trace: Trace = sample.trace()

    wire = _load(tmp_path, trace.lines())

    told = [(m.index, m.station, m.direction, m.event, m.text) for m in wire.messages]
    assert told == [(e.index, e.station, e.direction, e.event, e.text) for e in trace]
    assert wire.remark == ""
    assert wire.stations == ["PLUGFEST-0001", "PLUGFEST-0001-B"]
    assert [message.index for message in wire.messages if message.problems] == [6]


def test_simultaneous_connections_of_a_station_are_lanes_of_their_own(tmp_path: Path) -> None:
    """What came to a second connection of an identity is not drawn at the first, and answers no CALL of it."""
    asked, answered = '[2,"1","Heartbeat",{}]', '[3,"1",{}]'
    wire = _load(tmp_path, [_line(asked), _line(answered, index=1, direction="received", connection=2)])

    assert wire.stations == ["CP1", "CP1 (connection 2)"]
    assert wire.messages[1].label == "CALLRESULT nobody asked for"


def test_messages_are_named_for_their_action(tmp_path: Path) -> None:
    """An answer carries the action of its CALL and its status, a CALLERROR its code."""
    wire = _load(tmp_path, sample.trace().lines())

    assert [message.label for message in wire.messages] == [
        "connection opened: ocpp1.6",
        "BootNotification",
        "BootNotification: Accepted",
        "ping",
        "pong",
        "Reset",
        "not an OCPP-J frame",
        "Reset: InternalError",
        "DataTransfer",
        "binary message",
        "connection refused: HTTP 403",
        "connection closed: 1000",
    ]


@pytest.mark.parametrize(
    ("text", "shape", "label"),
    [
        ('[3,"x",{}]', Shape.RESULT, "CALLRESULT nobody asked for"),
        ('[4,"x"]', Shape.ERROR, "CALLERROR nobody asked for: no error code"),
        ('[2,"x"', Shape.CALL, "CALL without action"),
        ('[2,"a\\"b","Heartbeat",{}]', Shape.CALL, "Heartbeat"),
        ('[5,"x"]', Shape.OTHER, "not an OCPP-J frame"),
        (' [ 2 , "x" , "Heartbeat" , {} ]', Shape.CALL, "Heartbeat"),
        ('[2,"x","DataTransfer",{"data":"cut… (70000 characters in all)', Shape.CALL, "DataTransfer"),
    ],
)
def test_odd_frames_are_named_for_what_they_are(tmp_path: Path, text: str, shape: Shape, label: str) -> None:
    """Answers to nothing, shapeless and cut frames have a name of their own."""
    assert _label(tmp_path, _line(text)) == (shape, label)


def test_an_answer_belongs_to_the_call_of_the_other_side(tmp_path: Path) -> None:
    """A station does not answer its own CALL, nor that of another station."""
    call = _line('[2,"x","Heartbeat",{}]')

    assert _label(tmp_path, call, _line('[3,"x",{}]')) == (Shape.RESULT, "CALLRESULT nobody asked for")
    assert _label(tmp_path, call, _line('[3,"x",{}]', direction="received", station="CP2"))[1].endswith("asked for")
    assert _label(tmp_path, call, _line('[3,"x",{}]', direction="received")) == (Shape.RESULT, "Heartbeat")


def test_a_missing_trace_is_said(tmp_path: Path) -> None:
    """A trace file that was never written leaves a remark, not a crash."""
    assert load(tmp_path, "gone.jsonl") == Wire(
        remark="The trace gone.jsonl cannot be read: No such file or directory."
    )


def test_an_impossible_name_is_said(tmp_path: Path) -> None:
    """A name that no file can have leaves a remark."""
    assert "cannot be read" in load(tmp_path, "a\x00b").remark


@pytest.mark.parametrize("name", ["../secret.jsonl", "/etc/hostname"])
def test_a_trace_outside_the_folder_of_the_record_is_not_read(tmp_path: Path, name: str) -> None:
    """A record that comes from elsewhere cannot put other files into a report."""
    (tmp_path / "secret.jsonl").write_text(_line("secret") + "\n", encoding="utf-8")
    (tmp_path / "run").mkdir()

    wire = load(tmp_path / "run", name)

    assert not wire.messages
    assert "outside the folder" in wire.remark


@pytest.mark.parametrize(
    "damaged",
    [
        '{"index": 0, "at"',
        "[]",
        "{}",
        _line(index="1"),
        _line(at=float("inf")),
        _line().replace("0.5", "1" + "0" * 400),
        _line(direction="sideways"),
        _line(event="exploded"),
        _line(problems=[{"clause": "4.1"}]),
        "[" * 100_000,
    ],
)
def test_a_damaged_line_is_skipped_and_said(tmp_path: Path, damaged: str) -> None:
    """What can be read is shown, and the number of the line that cannot is named."""
    wire = _load(tmp_path, [_line("first"), damaged, _line("last")])

    assert [message.text for message in wire.messages] == ["first", "last"]
    assert wire.remark == f"The trace {NAME} is damaged: line 2 is no trace entry."


def test_many_damaged_lines_are_counted(tmp_path: Path) -> None:
    """Only the first of several damaged lines is named."""
    assert _load(tmp_path, ["x", "y", "z"]).remark.endswith("line 1 is no trace entry, and 2 more.")


def test_a_flood_is_shown_by_its_beginning_its_end_and_the_evidence(tmp_path: Path) -> None:
    """A long trace does not swell the report, and what a check points to is always there."""
    wire = _load(tmp_path, (_line(str(index), index=index) for index in range(2_000)), {1_000})

    shown = [message.index for message in wire.messages]
    assert shown == [*range(FIRST_MESSAGES), 1_000, *range(2_000 - LAST_MESSAGES, 2_000)]
    assert wire.remark == f"{2_000 - len(shown)} events in the middle are not shown; all are in {NAME}."
