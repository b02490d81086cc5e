"""What was seen of a station and its central system becomes a result for either side."""

from __future__ import annotations

import pytest

from harness.conversation import Conversation
from harness.expected import Expectations, Standing
from harness.ocppj import Call
from harness.record import Result
from harness.trace import Direction, Entry, Event
from harness.verdict import Verdict
from harness.versions import V16, V201

NOW = "2026-01-01T12:00:00Z"


@pytest.fixture
def entries() -> list[Entry]:
    """What the conversation tells."""
    return []


@pytest.fixture
def conversation(entries: list[Entry]) -> Conversation:
    """A conversation in which nobody waits for an answer at all."""
    return Conversation("CP1", V16, patience=0, heard=lambda _, entry: entries.append(entry))


def results(conversation: Conversation) -> dict[str, Result]:
    """Return what became of both sides, by whose it is."""
    return {one.id.split(".")[1]: one for one in conversation.results(Expectations(), "traces/a")}


def test_proper_conversation_passes_on_both_sides(conversation: Conversation, entries: list[Entry]) -> None:
    """Each answered CALL is a check with the answer as its evidence."""
    wire = conversation.begin("101")
    wire.sent('[2,"1","Heartbeat",{}]')
    wire.received(f'[3,"1",{{"currentTime":"{NOW}"}}]')
    wire.ended(Direction.SENT, "close 1000")
    conversation.end(wire)
    found = results(conversation)
    assert {side: one.verdict for side, one in found.items()} == {
        "central-system": Verdict.PASSED,
        "station": Verdict.PASSED,
    }
    (check,) = found["central-system"].checks
    assert (check.held, check.evidence) == (True, 2)
    assert found["station"].checks == ()
    assert (conversation.connected, len(entries)) == (False, 4)


def test_calls_that_wait_in_vain_are_counted_by_action(conversation: Conversation) -> None:
    """An action that was answered at times and at times not has failed, with the first CALL as evidence."""
    wire = conversation.begin("101")
    wire.sent('[2,"1","Heartbeat",{}]')
    wire.received(f'[3,"1",{{"currentTime":"{NOW}"}}]')
    for number in (2, 3):
        wire.sent(f'[2,"{number}","Heartbeat",{{}}]')
    found = results(conversation)["central-system"]
    (check,) = found.checks
    assert (found.verdict, check.evidence) == (Verdict.FAILED, 3)
    assert check.observed == "none within 0 s, 2 times"
    assert found.standing is Standing.NEWS


def test_improper_call_is_owed_no_answer(conversation: Conversation) -> None:
    """Whoever sends what breaks its schema need not be answered for this tally."""
    conversation.begin("101").sent('[2,"1","Authorize",{}]')
    assert conversation.owed == {}
    assert results(conversation)["station"].breaches[0].rule == "v16.station-wire.payload.Authorize.request"


def test_call_that_has_waited_long_enough_holds_nothing_up(conversation: Conversation) -> None:
    """Whoever gives up on an answer may send the next CALL (OCPP-J 4.1.1); the answer stays owed."""
    wire = conversation.begin("101")
    wire.sent('[2,"1","Heartbeat",{}]')
    conversation.lapse(wire)
    assert wire.sent('[2,"2","Heartbeat",{}]')[1].problems == ()
    assert len(conversation.owed) == 2


def test_call_that_never_arrived_is_owed_no_answer(conversation: Conversation) -> None:
    """What a fault has dropped accuses nobody, and another CALL may follow."""
    wire = conversation.begin("101")
    _, entry = wire.sent('[2,"1","Heartbeat",{}]')
    assert isinstance(entry.frame, Call)
    conversation.spare(Direction.SENT, wire, entry.frame)
    assert conversation.owed == {}
    assert wire.sent('[2,"2","Heartbeat",{}]')[1].problems == ()


def test_after_a_fault_that_was_asked_for_nothing_is_certain(conversation: Conversation) -> None:
    """A failure is told as what it would have been."""
    wire = conversation.begin("101")
    wire.note(Direction.SENT, Event.FAULT, "delay 1s *")
    wire.sent('[2,"1","Heartbeat",{}]')
    wire.received('[2,"1","Reset",{"type":"Hard"}]')
    found = results(conversation)["central-system"]
    assert (found.verdict, found.struck) == (Verdict.INCONCLUSIVE, ("delay 1s *",))
    assert "without it this would be failed" in found.message


def test_station_that_was_not_let_in_leaves_the_question_open(conversation: Conversation) -> None:
    """Only the side of the central system has a result then."""
    conversation.refuse(Direction.RECEIVED, Event.REFUSED, "HTTP 401")
    (found,) = results(conversation).values()
    assert (found.verdict, found.message) == (
        Verdict.INCONCLUSIVE,
        "the station came but was not let in: HTTP 401",
    )


def test_silent_central_system_leaves_the_question_open(conversation: Conversation) -> None:
    """A station that was let in and told nothing has not learned anything."""
    conversation.begin("101")
    assert results(conversation)["central-system"].message == "the station came, and nothing was sent to it"


@pytest.mark.parametrize(
    ("version", "status", "connectors"),
    [
        (V16, {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}, {"1": "Charging"}),
        (
            V201,
            {"timestamp": NOW, "connectorStatus": "Occupied", "evseId": 2, "connectorId": 1},
            {"2.1": "Occupied"},
        ),
    ],
)
def test_state_of_a_station_is_what_it_said_last(
    version: object, status: dict[str, object], connectors: dict[str, str]
) -> None:
    """Registration and connectors are read from the messages."""
    assert version in (V16, V201)
    made = Conversation("CP1", V16 if version is V16 else V201, patience=5, heard=lambda *_: None)
    wire = made.begin("101")
    wire.sent([2, "1", "BootNotification", {}])
    wire.sent('[2,"2","BootNotification",{"chargePointVendor":"v","chargePointModel":"m"}]')
    wire.received(f'[3,"2",{{"status":"Pending","currentTime":"{NOW}","interval":1}}]')
    wire.sent([2, "3", "StatusNotification", status])
    assert made.connectors == connectors
    assert made.registration == ("Pending" if version is V16 else "")


def test_wire_of_a_number_that_is_free_again_is_used_again(conversation: Conversation) -> None:
    """Connections at the same time have wires of their own."""
    first, second = conversation.begin("101"), conversation.begin("101")
    assert (first.connection, second.connection) == (1, 2)
    conversation.end(first)
    assert conversation.begin("101") is first
