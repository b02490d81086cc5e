"""Framing: what is read as a message, and what is written."""

from __future__ import annotations

import json

import orjson
import pytest
from ocpp.messages import Call, CallError, CallResult

from server.core.framing import CALL, BrokenAnswer, BrokenCall, Framing, Outgoing, Unreadable
from server.v16.bundle import FRAMES

framing = Framing(FRAMES)


def test_call_is_read() -> None:
    """A CALL has an id, an action and a payload."""
    call = framing.decode(b'[2,"a","Heartbeat",{}]')
    assert isinstance(call, Call)
    assert (call.unique_id, call.action, call.payload) == ("a", "Heartbeat", {})


def test_null_payload_is_an_empty_one() -> None:
    """A CALL without payload may say so with null."""
    assert framing.decode(b'[2,"a","Heartbeat",null]').payload == {}


def test_result_is_read() -> None:
    """A CALLRESULT has an id and a payload."""
    result = framing.decode(b'[3,"a",{"status":"Accepted"}]')
    assert isinstance(result, CallResult)
    assert result.payload == {"status": "Accepted"}


def test_error_is_read() -> None:
    """A CALLERROR has a code, a description and details."""
    error = framing.decode(b'[4,"a","GenericError","",{}]')
    assert isinstance(error, CallError)
    assert error.error_code == "GenericError"


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[", "null", "{}", "[]", '"x"', "5", "[2", "[" * 100_000, "\ufeff[]", '["2","a","Heartbeat",{}]',
        '[1,"a","Heartbeat",{}]', '[5,"a",{}]', '[2.0,"a","Heartbeat",{}]', '[true,"a","Heartbeat",{}]', "[2]", "[3]",
        '[2,5,"Heartbeat",{}]', '[2,null,"Heartbeat",{}]', '[2,"","Heartbeat",{}]', '[3,"",{}]', '[2,"","X",NaN]',
        '[2,"\\ud800","Heartbeat",{}]',
    ],
)  # fmt: skip
def test_nothing_can_be_said_to_what_has_no_id(text: str) -> None:
    """A text without a usable unique id is unreadable."""
    with pytest.raises(Unreadable):
        framing.decode(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        '[2,"a"]', '[2,"a","Heartbeat"]', '[2,"a","Heartbeat",{},{}]', '[2,"a",5,{}]', '[2,"a","Heartbeat",[]]',
        '[2,"a","Heartbeat","x"]', '[2,"a","Heartbeat",{"x":NaN}]', '[2,"a","Heartbeat",{"x":"\\ud800"}]',
    ],
)  # fmt: skip
def test_broken_call_names_its_id(text: str) -> None:
    """A CALL that cannot be served can be refused."""
    with pytest.raises(BrokenCall) as broken:
        framing.decode(text.encode())
    assert (broken.value.unique_id, broken.value.error.code) == ("a", "FormationViolation")


def test_id_of_36_characters_is_fine() -> None:
    """The longest id is 36 characters long."""
    assert framing.decode(orjson.dumps([2, "x" * 36, "Heartbeat", {}])).unique_id == "x" * 36


@pytest.mark.parametrize("rest", ['"Heartbeat",{}', '"Heartbeat",null', '"Heartbeat",NaN'])
def test_longer_id_is_refused(rest: str) -> None:
    """A CALL with an id of 37 characters is refused under that id."""
    with pytest.raises(BrokenCall) as broken:
        framing.decode(f'[2,"{"x" * 37}",{rest}]'.encode())
    assert broken.value.unique_id == "x" * 37


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[3,"a"]', "[type, id]"),
        ('[3,"a",null]', "[type, id, null]"),
        ('[3,"a",{},1]', "[type, id, object, number]"),
        ('[4,"a"]', "[type, id]"),
        ('[4,"a",["X"],true]', "[type, id, array, boolean]"),
        ('["3","a",{}]', 'the message type is "3"'),
        ('[3.0,"a",{}]', "the message type is 3.0"),
        ('["4","a","X","",{}]', 'the message type is "4"'),
        ('[3,"a",{"status":"Acc', "not JSON, or cut off"),
        ('[3,"a"', "not JSON, or cut off"),
        (' [ 4 , "a" , "NotSup', "not JSON, or cut off"),
        ('[3,"a",{"x":NaN}]', "not JSON"),
    ],
)
def test_broken_answer_names_its_id(text: str, problem: str) -> None:
    """An answer that is cut off or not formed as one still says which CALL it answers, and what is wrong with it."""
    with pytest.raises(BrokenAnswer) as broken:
        framing.decode(text.encode())
    assert broken.value.unique_id == "a"
    assert problem in str(broken.value)


@pytest.mark.parametrize(
    ("rest", "description"),
    [('"no",{}', "no"), ('"no"', "no"), ("5,{}", ""), ('"no",null', "no"), ('"no",[],1', "no")],
)
def test_error_keeps_its_code(rest: str, description: str) -> None:
    """A CALLERROR whose rest is left out or mistyped keeps its code."""
    error = framing.decode(f'[4,"a","NotSupported",{rest}]'.encode())
    assert (error.unique_id, error.error_code, error.error_description) == ("a", "NotSupported", description)


@pytest.mark.parametrize(
    "payload", ['{"a":1,"a":2}', '{"x":{"b":1,"b":{}}}', '{"a":"1:\\u003a","a":2}', '{"a" :1,"a":":"}']
)
def test_member_that_occurs_twice_is_refused(payload: str) -> None:
    """An object has each member once, at every depth."""
    with pytest.raises(BrokenCall, match="twice"):
        framing.decode(f'[2,"a","Heartbeat",{payload}]'.encode())


@pytest.mark.parametrize("payload", ['{"a":":","b":"\\u003a"}', '{ "a" : 1 , "b" : [{"a":1},{"a":1}] }', '{"a":"\\/"}'])
def test_spelling_does_not_matter(payload: str) -> None:
    """Escapes, colons in texts and white space are not taken for members that occur twice."""
    assert framing.decode(f'[2,"a","Heartbeat",{payload}]'.encode()).payload == json.loads(payload)


def test_nesting_beyond_all_limits_is_refused() -> None:
    """A payload that is nested too deeply is refused."""
    with pytest.raises(BrokenCall, match="deeply"):
        framing.decode(b'[2,"a","Heartbeat",' + b'{"a":' * 600 + b"1" + b"}" * 600 + b"]")


def test_frames_are_written_compactly() -> None:
    """A frame is encoded without white space, and tells of what kind it is."""
    message = Outgoing("1.6", "Reset", [CALL, "a", "Reset", {"type": "Hard"}])
    assert framing.encode(message) == b'[2,"a","Reset",{"type":"Hard"}]'
    assert message.kind == CALL
