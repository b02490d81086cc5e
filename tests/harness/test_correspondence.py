"""Tests of what may come back for what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from harness import rules
from harness.correspondence import Correspondence
from harness.ocppj import Call, CallError, CallResult, Frame, encode, parse
from harness.rules import Problem
from harness.schemas import Kind
from harness.verdict import SHALL, SHOULD
from harness.versions import V16
from tests.simulators.central import NOW

HEARTBEAT = CallResult("1", {"currentTime": NOW})


@pytest.fixture
def correspondence() -> Correspondence:
    """The correspondence of a station that has sent nothing yet."""
    return Correspondence(V16)


def problems(correspondence: Correspondence, frame: Frame) -> list[Problem]:
    """Return what is wrong with a frame of the central system."""
    return found(correspondence, encode(frame))


def found(correspondence: Correspondence, text: str) -> list[Problem]:
    """Return what is wrong with a text of the central system."""
    return correspondence.judge(parse(text, V16)).problems


@pytest.mark.parametrize(
    "message",
    [Call("1", "Heartbeat"), [2, "1", "Heartbeat", {}], '[2, "1", "Heartbeat", {}]'],
    ids=["frame", "list", "text"],
)
def test_proper_message_is_known_however_it_is_sent(
    correspondence: Correspondence, message: Frame | Sequence[Any] | str
) -> None:
    """A CALL is remembered with its action, be it sent as a frame, a list or a text."""
    assert correspondence.note_sent(message) == Call("1", "Heartbeat")
    assert problems(correspondence, CallResult("1", {}))[0].clause == "OCPP-J 1.6 4.2.4"


def test_owed_answer_is_no_problem(correspondence: Correspondence) -> None:
    """A valid CALLRESULT or a CALLERROR to a CALL is in order."""
    correspondence.note_sent(Call("1", "Heartbeat"))
    correspondence.note_sent(Call("2", "Heartbeat"))
    assert problems(correspondence, HEARTBEAT) == []
    assert problems(correspondence, CallError("2", "InternalError")) == []


@pytest.mark.parametrize("answer", [CallResult("nobody", {}), CallError("nobody", "InternalError")])
def test_answer_to_nothing_is_a_problem(correspondence: Correspondence, answer: Frame) -> None:
    """An answer with an id that the station never used violates the framework."""
    (problem,) = problems(correspondence, answer)
    assert (problem.level, problem.observed) == (SHALL, "nobody")


def test_second_answer_is_a_problem(correspondence: Correspondence) -> None:
    """One CALL has one answer, two CALLs of the same id have two."""
    correspondence.note_sent(Call("1", "Heartbeat"))
    correspondence.note_sent(Call("1", "Heartbeat"))
    assert problems(correspondence, HEARTBEAT) == []
    assert problems(correspondence, HEARTBEAT) == []
    (problem,) = problems(correspondence, HEARTBEAT)
    assert problem.expected == "one answer to Heartbeat"


@pytest.mark.parametrize(
    "garbage",
    ['[2, "1", "Heartbeat"', [2, "1"], b'[2,"1","Heartbeat",{}]', [9, "1", "Heartbeat", {}]],
    ids=["no JSON", "too short", "binary", "unknown type"],
)
def test_garbage_may_be_answered_under_any_id_it_mentions(
    correspondence: Correspondence, garbage: Sequence[Any] | str | bytes
) -> None:
    """Whatever a central system makes of garbage, an answer under an id in it is not held against it."""
    correspondence.note_sent(garbage)
    assert problems(correspondence, CallResult("1", {"currentTime": NOW})) == []
    assert problems(correspondence, CallError("-1", "FormationViolation")) == []
    assert problems(correspondence, CallResult("-1", {})) != []


def test_answer_of_the_station_frees_the_line(correspondence: Correspondence) -> None:
    """A CALL before the station has answered the previous one is only remarked, after it nothing is said."""
    reset = {"type": "Hard"}
    assert problems(correspondence, Call("a", "Reset", reset)) == []
    (problem,) = problems(correspondence, Call("b", "Reset", reset))
    assert (problem.level, problem.expected) == (SHOULD, "one CALL at a time")
    correspondence.note_sent(CallResult("a", {"status": "Accepted"}))
    correspondence.note_sent([3, "b", {"status": "Accepted"}])
    assert problems(correspondence, Call("c", "Reset", reset)) == []


def test_message_id_is_used_once_per_connection(correspondence: Correspondence) -> None:
    """A CALL with an id used before is a problem on the same connection and none on the next."""
    problems(correspondence, Call("a", "ClearCache"))
    correspondence.note_sent(CallResult("a", {"status": "Accepted"}))
    (problem,) = problems(correspondence, Call("a", "ClearCache"))
    assert (problem.level, problem.expected) == (SHALL, "an id not used before on this connection")
    correspondence.reconnected()
    assert problems(correspondence, Call("a", "ClearCache")) == []


def test_payload_is_judged(correspondence: Correspondence) -> None:
    """Payloads of CALLs are validated, and actions must exist."""
    assert problems(correspondence, Call("a", "Reset", {"type": "Gentle"}))[0].level is SHALL
    assert problems(correspondence, Call("b", "Explode"))[0].observed == "Explode"


def test_text_without_a_frame_has_the_problems_of_the_parser(correspondence: Correspondence) -> None:
    """What is no frame is judged all the same."""
    (problem,) = found(correspondence, "{}")
    assert problem.demand == rules.ARRAY


def test_every_rule_that_applies_is_counted(correspondence: Correspondence) -> None:
    """A message is held to the rules of its kind, whether it breaks them or not, and to no others."""
    correspondence.note_sent(Call("1", "Heartbeat"))
    ruling = correspondence.judge(parse(encode(HEARTBEAT), V16))
    of_all = {rules.TEXT, rules.JSON, rules.ARRAY, rules.MESSAGE_TYPE, rules.ID_FORM}
    of_result = {rules.RESULT_ELEMENTS, rules.RESULT_PAYLOAD, rules.ID_KNOWN, rules.ONE_ANSWER, rules.TIMESTAMP}
    payload = rules.payload("Heartbeat", Kind.RESPONSE)
    expected = {V16.rule(demand) for demand in of_all | of_result | {payload}}
    assert (set(ruling.rules), ruling.problems) == (expected, [])


@pytest.mark.parametrize("odd", [123, None, "", "x" * 37], ids=["number", "null", "empty", "overlong"])
def test_odd_id_may_be_repeated(correspondence: Correspondence, odd: object) -> None:
    """An answer may repeat an id that the station should not have used; without that it is a problem."""
    answer = encode([4, odd, "FormationViolation", "", {}])
    assert rules.ID_FORM in [problem.demand for problem in found(correspondence, answer)]
    correspondence.note_sent([2, odd, "Heartbeat", {}])
    assert found(correspondence, answer) == []


def test_odd_id_of_a_call_is_a_problem_all_the_same(correspondence: Correspondence) -> None:
    """Whatever ids the station has used, those of the central system's own CALLs are judged."""
    correspondence.note_sent([2, 123, "Heartbeat", {}])
    (problem,) = problems(correspondence, Call("x" * 37, "ClearCache"))
    assert (problem.demand, problem.level) == (rules.ID_FORM, SHALL)


def test_foreign_code_only_remarks_on_garbage(correspondence: Correspondence) -> None:
    """A code of a later version accuses where a proper CALL is refused, and only remarks where garbage is."""
    stray, owed = (CallError(one, "RpcFrameworkError") for one in ("-1", "1"))
    correspondence.note_sent("{")
    correspondence.note_sent(Call("1", "Heartbeat"))
    assert [problem.level for problem in problems(correspondence, stray)] == [SHOULD]
    assert [problem.level for problem in problems(correspondence, owed)] == [SHALL]


def test_call_that_is_written_off_frees_the_line(correspondence: Correspondence) -> None:
    """After a CALL has been written off, the next is no second one at a time."""
    problems(correspondence, Call("a", "ClearCache"))
    correspondence.write_off("a")
    assert problems(correspondence, Call("b", "ClearCache")) == []


ANSWER = encode(HEARTBEAT)
TIME = '{"currentTime":"2030-01-01T00:00:00Z"}'


def test_flawless_answer_is_told_and_counted(correspondence: Correspondence) -> None:
    """Its payload is returned, and another answer to the same CALL is none any more."""
    correspondence.note_call("1", "Heartbeat")
    assert correspondence.flawless("1", ANSWER) == {"currentTime": NOW}
    assert correspondence.settled
    assert correspondence.flawless("1", ANSWER) is None
    (problem,) = found(correspondence, ANSWER)
    assert problem.expected == "one answer to Heartbeat"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "{}",
        "[]",
        "NaN",
        "[" * 100_000,
        ANSWER + "x",
        f'[3,"2",{TIME}]',
        f'[3.0,"1",{TIME}]',
        f'[true,"1",{TIME}]',
        f'[2,"1",{TIME}]',
        f'[3,"1",{TIME},{{}}]',
        '[3,"1",{"currentTime":"2030-01-01T00:00:00Z","currentTime":"2030-01-01T00:00:00Z"}]',
        '[3,"1",{"currentTime":"2026-01-01T00:00:00+01:00"}]',
        '[3,"1",{"currentTime":"noon"}]',
        '[3,"1",{"currentTime":NaN}]',
        '[3,"1",{}]',
        '[3,"1",null]',
        '[4,"1","InternalError","",{}]',
    ],
)
def test_anything_else_is_for_the_rules(correspondence: Correspondence, text: str) -> None:
    """What any rule may object to is not taken as flawless, and is still to be judged."""
    correspondence.note_call("1", "Heartbeat")
    assert correspondence.flawless("1", text) is None
    assert not correspondence.settled


def test_answer_with_too_long_an_id_is_for_the_rules(correspondence: Correspondence) -> None:
    """A station may have sent an odd id itself; whether it may be repeated is a rule."""
    correspondence.note_call("1" * 37, "Heartbeat")
    assert correspondence.flawless("1" * 37, encode(CallResult("1" * 37, {"currentTime": NOW}))) is None


def test_answer_to_an_unknown_action_is_for_the_rules(correspondence: Correspondence) -> None:
    """There is no schema to hold it to."""
    correspondence.note_call("1", "Bogus")
    assert correspondence.flawless("1", encode(CallResult("1", {}))) is None


def test_answer_without_times_is_flawless(correspondence: Correspondence) -> None:
    """A payload is held to its schema alone where that has no date and time."""
    correspondence.note_call("1", "StatusNotification")
    assert correspondence.flawless("1", encode(CallResult("1", {}))) == {}
