"""A log becomes steps: who says what to whom, and when."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from harness.fieldlog.form import builtin_forms
from harness.fieldlog.reading import read
from harness.fieldlog.score import Act, Score, score

BEAT = (True, '[2,"1","Heartbeat",{}]'), (False, '[3,"1",{"currentTime":"2026-01-05T08:00:00Z"}]')


def scored(*frames: tuple[bool, str], every: float = 1.0) -> Score:
    """Return the score of frames, each with whether it is the station's."""
    lines = (
        {"t": at * every, "from": "station" if ours else "csms", "frame": text}
        for at, (ours, text) in enumerate(frames)
    )
    return score(read("".join(f"{json.dumps(line)}\n" for line in lines), builtin_forms()))


def test_answers_belong_to_calls() -> None:
    """Each CALL has its answer, on either side, also where both sides use one id."""
    both = scored(*BEAT[:1], (False, '[2,"1","ClearCache",{}]'), (True, '[3,"1",{"status":"Accepted"}]'), BEAT[1])
    (part,) = both.parts
    assert [(one.act, one.action, one.of) for one in part.steps] == [
        (Act.CALL, "Heartbeat", None),
        (Act.ASKED, "ClearCache", None),
        (Act.ANSWER, "ClearCache", 1),
        (Act.ANSWERED, "Heartbeat", 0),
    ]
    assert [(call.index, answer and answer.index) for call, answer in part.calls] == [(0, 3)]


def test_what_belongs_to_nothing_is_something_else() -> None:
    """An answer without its CALL, and a message that is no frame, are neither."""
    (part,) = scored((True, '[3,"9",{}]'), (True, "[5]"), (True, "hello")).parts
    assert [one.act for one in part.steps] == [Act.OTHER] * 3


def test_payload_is_that_of_calls_and_results() -> None:
    """A CALLERROR has none, nor has a frame that is too short."""
    (part,) = scored((True, '[2,"1","Heartbeat",{"a":1}]'), (False, '[4,"1","GenericError","",{}]'), BEAT[0]).parts
    assert [one.payload for one in part.steps] == [{"a": 1}, None, {}]
    (short,) = scored((True, '[2,"1","Heartbeat"]')).parts
    assert short.steps[0].payload is None


@pytest.mark.parametrize(
    ("lines", "act"),
    [
        ('{"at":0,"station":"CP","direction":"received","event":"opened","text":""}', Act.OPENED),
        ('{"at":0,"station":"CP","direction":"received","event":"refused","text":""}', Act.REFUSED),
        ('{"at":0,"station":"CP","direction":"received","event":"closed","text":""}', Act.CLOSED_BY_CENTRAL),
        ('{"at":0,"station":"CP","direction":"sent","event":"closed","text":""}', Act.CLOSED),
        ('{"t":0,"event":"closed"}', Act.ENDED),
        ('{"at":0,"station":"CP","direction":"sent","event":"lost","text":""}', Act.LOST),
    ],
)
def test_changes_of_connections_are_steps(lines: str, act: Act) -> None:
    """What became of a connection is a step of its own; whose will it was is told as far as it is known."""
    frame = '{"at":1,"station":"CP","direction":"sent","event":"text","text":"[2,\\"1\\",\\"Heartbeat\\",{}]"}'
    (part,) = score(read(f"{lines}\n{frame}\n", builtin_forms())).parts
    assert [one.act for one in part.steps] == [act, Act.CALL]


def test_connections_held_at_once_are_parts_of_their_own() -> None:
    """The second connection of an identity is another part, and so is a station that is only refused."""
    line = '{{"at":0,"station":"{}","connection":{},"direction":"{}","event":"{}","text":{}}}\n'
    beat = json.dumps('[2,"1","Heartbeat",{}]')
    text = line.format("A", 1, "sent", "text", beat) + line.format("A", 2, "sent", "text", beat)
    text += line.format("B", 1, "received", "refused", '""')
    assert [(one.station, one.connection) for one in score(read(text, builtin_forms())).parts] == [
        ("A", 1),
        ("A", 2),
        ("B", 1),
    ]


def test_waiting_ends_with_the_connection() -> None:
    """How long a CALL went unanswered is known up to the end of its connection, unless the network made that."""
    (part,) = scored(BEAT[0], (True, '[2,"2","Heartbeat",{}]'), (True, '[2,"3","Heartbeat",{}]')).parts
    assert [part.waited(step) for step in part.steps] == [2.0, 1.0, 0.0]
    lost = {"at": 9, "station": "CP-1", "direction": "sent", "event": "lost", "text": ""}
    said = {"at": 0, "station": "CP-1", "direction": "sent", "event": "text", "text": BEAT[0][1]}
    (part,) = score(read(f"{json.dumps(said)}\n{json.dumps(lost)}\n", builtin_forms())).parts
    assert part.waited(part.steps[0]) == 0.0
    untimed = score(read(f"{BEAT[0][1]}\n", builtin_forms())).parts[0]
    assert untimed.waited(untimed.steps[0]) == 0.0


NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_log_ends_when_the_central_system_says() -> None:
    """The moment at which a log ends follows from the present time that was told, and from what came after that."""
    end = scored(BEAT[0], (False, '[3,"1",{"currentTime":"2026-01-05T12:00:00Z"}]'), BEAT[0])
    assert end.ended == NOON.replace(second=1)
    assert end.moment(end.parts[0].steps[1]) == NOON


def test_log_ends_when_a_station_says() -> None:
    """Without a present time the moments that stations told count, and one without a zone is in UTC."""
    status = '{"connectorId":1,"errorCode":"NoError","status":"Available","timestamp":"2026-01-05T12:00:00"}'
    assert scored((True, f'[2,"1","StatusNotification",{status}]')).ended == NOON
    assert score(read(f'[2,"1","StatusNotification",{status}]\n', builtin_forms())).ended == NOON


def test_log_without_any_moment() -> None:
    """Where nobody tells of a moment, none is made up."""
    end = scored(BEAT[0])
    assert (end.ended, end.moment(end.parts[0].steps[0])) == (None, None)
