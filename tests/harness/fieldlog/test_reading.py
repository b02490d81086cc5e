"""Frames are found whatever a product writes around them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.fieldlog.form import Form, FormError, Turn, builtin_forms, load_forms
from harness.fieldlog.reading import Fieldlog, read
from harness.ocppj import Call
from harness.trace import Trace
from harness.versions import V16, V201
from harness.wire import Wire

CALL, RESULT = '[2,"7","Authorize",{"idTag":"T"}]', '[3,"7",{"idTagInfo":{"status":"Accepted"}}]'
SPREAD = json.dumps(json.loads(CALL), indent=2)
BRACKETS = "[chargeBoxId=CP9, sessionId=1]"
LOGS = {
    "steve": f"[INFO ] 2026-01-05 08:01:03,120 Logger - {BRACKETS} Received: {CALL}\n"
    f"[INFO ] 2026-01-05 08:01:03,131 Logger - {BRACKETS} Sending: {RESULT}\n",
    "mobilityhouse": f"2026-01-05 08:01:03.120 INFO (MainThread) [ocpp] CP9: receive message {CALL}\n"
    f"2026-01-05 08:01:03.131 INFO (MainThread) [ocpp] CP9: send {RESULT}\n",
    "mobilityhouse-plain": f"INFO:ocpp:CP9: receive message {CALL}\nINFO:ocpp:CP9: send {RESULT}\n",
    "evcc": f"[ocpp  ] TRACE 2026/01/05 08:01:03 recv CP9: {CALL}\n"
    f"[ocpp  ] TRACE 2026/01/05 08:01:04 send CP9: {RESULT}\n",
    "microocpp": f"[MO] Send: {CALL}\n[MO] Recv: {RESULT}\n",
    "everest": f"2026-01-05T08:01:03.120Z: ChargePoint>CentralSystem Authorize \n{SPREAD}\n\n"
    f"2026-01-05T08:01:03.131Z: CentralSystem>ChargePoint  AuthorizeResponse\n{RESULT}\n",
    "ocpp-core": f"2026-01-05_08-01-03-1200_ocpp16-in.txt:{CALL}\n2026-01-05_08-01-03-1310_ocpp16-out.txt:{RESULT}\n",
    "node-red": f"1/5/2026, 8:01:03 AM    node: Server   type: request   data: {CALL}\n"
    f"1/5/2026, 8:01:04 AM    node: Server   type: answer   data: {RESULT}\n",
    "objects": 'Request {"CallType":2,"UUID":"7","Action":"Authorize","Payload":{"idTag":"T"}}\n'
    'Answer {"CallType":3,"UUID":"7","Payload":{"idTagInfo":{"status":"Accepted"}}}\n',
    "recorded": "".join(
        json.dumps({"t": t, "from": who, "frame": frame}) + "\n"
        for t, who, frame in ((0.1, "station", CALL), (0.2, "csms", RESULT))
    ),
    "nothing around": f"{CALL}\n{RESULT}\n",
}
TIMED = set(LOGS) - {"mobilityhouse-plain", "microocpp", "objects", "nothing around"}
NAMED = {"steve", "mobilityhouse", "mobilityhouse-plain", "evcc"}


def logged(text: str, **options: object) -> Fieldlog:
    """Return what the known forms find in a log."""
    return read(text, builtin_forms(), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", LOGS)
def test_form_is_read(form: str) -> None:
    """Both frames are found, with sender, and with station and time where the form has them."""
    log = logged(LOGS[form], station="GIVEN")
    assert [(one.text, one.by_station) for one in log.frames] == [(CALL, True), (RESULT, False)]
    assert {one.station for one in log.frames} == {"CP9" if form in NAMED else "GIVEN"}
    assert [one.at is not None for one in log.frames] == [form in TIMED] * 2
    assert (set(log.versions.values()), log.passed_over) == ({V16}, [])


def test_own_trace_is_read() -> None:
    """A trace of a run is a log like any other."""
    wire = Wire("CP9", V201, Trace())
    wire.sent(Call("7", "TransactionEvent"))
    wire.received('[3,"7",{}]')
    log = logged("".join(f"{line}\n" for line in wire.trace.lines()))
    assert log.versions == {"CP9": V201}
    assert [(one.station, one.by_station, one.elements[0]) for one in log.frames] == [
        ("CP9", True, 2),
        ("CP9", False, 3),
    ]


def test_log_of_the_reference_is_read() -> None:
    """What the reference receives is the station's; it tells of connections too, and of other things that are none."""
    frame = {"timestamp": "2026-01-05T08:01:03Z", "event": "frame", "station": "CP9"}
    lines = [
        {**frame, "event": "connected", "peer": "x"},
        {**frame, "direction": "received", "text": CALL},
        {**frame, "direction": "sent", "text": RESULT},
        {**frame, "direction": "unsent", "text": RESULT},
        {**frame, "event": "disconnected", "reason": "x"},
        {"timestamp": "2026-01-05T08:01:05Z", "event": "stopped"},
    ]
    log = logged("".join(f"{json.dumps(line)}\n" for line in lines))
    assert [(one.station, one.by_station) for one in log.frames] == [("CP9", True), ("CP9", False)]
    assert [(one.turn, one.line) for one in log.changes] == [(Turn.OPENED, 1), (Turn.CLOSED, 5)]
    assert [one.line for one in log.entries] == [1, 2, 3, 5]


@pytest.mark.parametrize(
    ("line", "turn"),
    [
        (f"[INFO ] 2026-01-05 08:01:02,345 Logger - {BRACKETS} Connection is established", Turn.OPENED),
        (f"[WARN ] 2026-01-05 08:01:02,345 Logger - {BRACKETS} Connection was closed, status: 1006", Turn.CLOSED),
        ("[ocpp  ] DEBUG 2026/01/05 08:01:02 charge point connected: CP9", Turn.OPENED),
        ("2026-01-05T08:01:02.345Z: SYS> Connected", Turn.OPENED),
    ],
)
def test_connections_are_told(line: str, turn: Turn) -> None:
    """A product that writes when a connection began or ended is understood."""
    (change,) = logged(f"{line}\n{CALL}\n", station="CP9").changes
    assert (change.turn, change.station, change.line) == (turn, "CP9", 1)
    assert change.at is not None


def test_each_station_has_its_version() -> None:
    """Stations of several versions stand in one log; one that does not tell speaks what most of the log does."""
    line = "INFO:ocpp:{}: receive message {}\n"
    calls = {
        "CP1": '[2,"1","StopTransaction",{}]',
        "CP2": '[2,"1","TransactionEvent",{}]',
        "CP3": '[2,"1","Heartbeat",{}]',
        "CP4": '[2,"1","BootNotification",{"chargePointVendor":"V"}]',
    }
    log = logged("".join(line.format(*each) for each in calls.items()))
    assert {name: version.name for name, version in log.versions.items()} == {
        "CP1": "1.6",
        "CP2": "2.0.1",
        "CP3": "2.0.1",
        "CP4": "1.6",
    }


def test_message_that_is_no_frame_is_kept_as_it_was_sent() -> None:
    """In a log that says who sent what, what is no JSON array is there all the same, unless it is cut off or binary."""
    lines = [
        {"at": 0, "station": "CP9", "direction": "sent", "event": "text", "text": "hello"},
        {"at": 1, "station": "CP9", "direction": "sent", "event": "text", "text": "[2,… (70000 characters in all)"},
        {"at": 2, "station": "CP9", "direction": "sent", "event": "binary", "text": "00"},
        {"at": 3, "station": "CP9", "direction": "received", "event": "ping", "text": ""},
    ]
    log = logged("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines))
    assert [(one.text, one.elements) for one in log.frames] == [("hello", ())]
    assert [(one.line, one.reason) for one in log.passed_over] == [(2, "the frame is cut off"), (3, "a binary message")]


def test_call_of_the_central_system_is_known_by_its_action() -> None:
    """Where no word tells who sent it, the action does, and an answer is the other side's."""
    log = logged('[2,"1","Reset",{"type":"Hard"}]\n[3,"1",{"status":"Accepted"}]\n')
    assert [one.by_station for one in log.frames] == [False, True]


def test_what_cannot_be_read_is_said() -> None:
    """A frame that is cut off, and an answer without its CALL, are passed over with line and reason."""
    log = logged(f'start\n[2,"1","Heartbeat",{{"a...\n[3,"9",{{}}]\n{CALL}\n')
    assert [(one.line, one.reason.partition(":")[0]) for one in log.passed_over] == [
        (2, "no JSON"),
        (3, "nobody can tell who sent this answer"),
    ]
    assert [one.line for one in log.frames] == [4]


def test_form_of_a_user_comes_first(tmp_path: Path) -> None:
    """A few lines describe how another product logs."""
    path = tmp_path / "forms.toml"
    path.write_text("[acme]\nbefore = '^(?P<station>\\w+)/(?P<word>up|down) '\nstation = ['up']\ncentral = ['down']\n")
    (frame,) = read(f"CP7/down {CALL}", load_forms(path)).frames
    assert (frame.station, frame.by_station) == ("CP7", False)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[acme]\nbefore = '('", "acme.before"),
        ("[acme]\nbefore = '(?P<colour>x)'", "colour"),
        ("[acme]\nafter = 'x'", "acme.after"),
        ("[acme", "forms.toml"),
    ],
)
def test_form_that_cannot_be_used(tmp_path: Path, text: str, named: str) -> None:
    """File, form and key are named."""
    path = tmp_path / "forms.toml"
    path.write_text(text)
    with pytest.raises(FormError, match=named):
        load_forms(path)


def test_file_of_forms_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(FormError, match=r"no\.toml: cannot be read"):
        load_forms(tmp_path / "no.toml")


def test_time_that_is_none() -> None:
    """A time that cannot be read is as good as none."""
    assert Form(time="iso").moment("yesterday") is None
    assert Form().moment("2026-01-05T08:01:03Z") is None
