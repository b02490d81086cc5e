"""Tests of the OCPP-J frame layer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.ocppj import Call, CallError, CallResult, Frame, elements, encode, parse
from harness.verdict import SHALL, SHOULD
from harness.versions import V16

VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
PAYLOADS: Any = st.dictionaries(st.text(), VALUES, max_size=4)
IDS = st.text(min_size=1, max_size=36)
FRAMES: Any = (
    st.builds(Call, IDS, st.text(min_size=1), PAYLOADS)
    | st.builds(CallResult, IDS, PAYLOADS)
    | st.builds(CallError, IDS, st.sampled_from(["GenericError", "FormationViolation"]), st.text(), PAYLOADS)
)


@given(FRAMES)
def test_encoded_frame_parses_back(frame: Frame) -> None:
    """Every well-formed frame survives the wire unchanged and without problems."""
    parsed = parse(encode(frame), V16)
    assert parsed.frame == frame
    assert parsed.problems == ()


@given(st.text())
def test_parser_never_raises_on_text(text: str) -> None:
    """Any text is either a frame or has a problem."""
    parsed = parse(text, V16)
    assert parsed.frame is not None or parsed.problems


@given(st.lists(st.integers(0, 6) | VALUES, max_size=7))
def test_parser_never_raises_on_arrays(message: list[Any]) -> None:
    """Any JSON array is either a frame or has a problem."""
    parsed = parse(encode(message), V16)
    assert parsed.frame is not None or parsed.problems


def test_encoding_is_compact_and_keeps_unicode() -> None:
    """Frames go out without white space, and with text as it is."""
    assert encode(Call("1", "Authorize", {"idTag": "é"})) == '[2,"1","Authorize",{"idTag":"é"}]'
    assert encode(CallResult("1", {})) == '[3,"1",{}]'
    assert encode(CallError("1", "GenericError")) == '[4,"1","GenericError","",{}]'


def test_encoder_can_lie() -> None:
    """Any list can be sent, valid or not."""
    assert encode([2, 17, None]) == "[2,17,null]"


@pytest.mark.parametrize(
    "text",
    ["", "[2,", '[3,"1",{}] x', '[3,"1",{"a":NaN}]', '[3,"1",{"a":-Infinity}]', '[3,"1",{"a":1,"b":2,"a":3}]'],
)
def test_text_that_is_not_strict_json(text: str) -> None:
    """What is not one strict JSON text is no frame."""
    parsed = parse(text, V16)
    assert parsed.frame is None
    assert [problem.clause for problem in parsed.problems] == ["OCPP-J 1.6 4.1.2"]


def test_duplicate_member_is_named() -> None:
    """The problem names the member that occurs twice."""
    assert "'a'" in parse('[3,"1",{"b":1,"a":1,"a":2}]', V16).problems[0].observed


def test_endless_nesting_is_a_problem() -> None:
    """A text that is nested too deeply is a problem and no crash."""
    assert parse("[" * 200_000, V16).frame is None


@pytest.mark.parametrize("text", ["{}", "2", '"[]"', "null"])
def test_message_that_is_no_array(text: str) -> None:
    """A message is an array."""
    assert parse(text, V16).problems[0].clause == "OCPP-J 1.6 4.2"


@pytest.mark.parametrize("text", ["[]", '[true,"1",{}]', '[2.0,"1","A",{}]', '["2"]', '[5,"1",{}]', "[null]", "[[]]"])
def test_unknown_message_type(text: str) -> None:
    """A message type is 2, 3 or 4, as an integer."""
    parsed = parse(text, V16)
    assert parsed.frame is None
    assert parsed.problems[0].clause == "OCPP-J 1.6 4.1.3"


@pytest.mark.parametrize("text", ['[2,1,"A",{}]', "[3,null,{}]", '[4,[],"GenericError","",{}]', "[3]"])
def test_unique_id_that_is_no_string(text: str) -> None:
    """A frame whose unique id is no string cannot be matched with anything."""
    parsed = parse(text, V16)
    assert parsed.frame is None
    assert "OCPP-J 1.6 4.1.4" in [problem.clause for problem in parsed.problems]


@pytest.mark.parametrize(("length", "problems"), [(0, 1), (1, 0), (36, 0), (37, 1)])
def test_length_of_unique_id(length: int, problems: int) -> None:
    """A unique id has 1 to 36 characters; one that does not is still usable."""
    parsed = parse(encode(CallResult("x" * length, {})), V16)
    assert isinstance(parsed.frame, CallResult)
    assert len(parsed.problems) == problems


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[2,"1","A"]', None),
        ('[2,"1","A",{},1]', Call("1", "A")),
        ('[3,"1",{},{}]', CallResult("1")),
        ('[4,"1","GenericError","text"]', CallError("1", "GenericError", "text")),
    ],
)
def test_wrong_number_of_elements(text: str, found: Frame | None) -> None:
    """Elements too many or too few are a problem; the frame is made out where it can be."""
    parsed = parse(text, V16)
    assert parsed.frame == found
    assert parsed.problems[0].level is SHALL
    assert parsed.problems[0].expected.endswith("elements")


@pytest.mark.parametrize("text", ['[2,"1","A",[]]', '[2,"1",7,{}]', '[2,"1","",{}]', '[3,"1","x"]'])
def test_payload_or_action_of_the_wrong_type(text: str) -> None:
    """Without an action and an object there is no frame."""
    assert parse(text, V16).frame is None


@pytest.mark.parametrize("text", ['[2,"1","A",null]', '[3,"1",null]', '[4,"1","GenericError",null,{}]'])
def test_null_is_only_a_remark(text: str) -> None:
    """A null in place of an empty payload or description reads as empty and only remarks."""
    parsed = parse(text, V16)
    assert parsed.frame is not None
    assert [problem.level for problem in parsed.problems] == [SHOULD]


def test_null_details_violate() -> None:
    """Error details are an object; null is none."""
    parsed = parse('[4,"1","GenericError","",null]', V16)
    assert parsed.frame == CallError("1", "GenericError")
    assert [problem.level for problem in parsed.problems] == [SHALL]


@pytest.mark.parametrize(
    ("code", "level"),
    [("FormatViolation", SHOULD), ("OccurrenceConstraintViolation", SHOULD), ("RpcFrameworkError", SHALL)],
)
def test_error_code_beyond_the_table(code: str, level: object) -> None:
    """A corrected spelling remarks, a code of another version violates."""
    parsed = parse(json.dumps([4, "1", code, "", {}]), V16)
    assert parsed.frame == CallError("1", code)
    assert [problem.level for problem in parsed.problems] == [level]


def test_error_code_that_is_no_string() -> None:
    """A CALLERROR without a code still ends its CALL."""
    parsed = parse('[4,"1",17,"",{}]', V16)
    assert parsed.frame == CallError("1", "")
    assert parsed.problems[0].observed == "int 17"


@pytest.mark.parametrize(
    ("text", "found"),
    [("[2,null]", [2, None]), ('[3,"1",{"a":1,"a":2}]', [3, "1", {"a": 2}]), ("{}", None), ("[", None)],
)
def test_elements_of_odd_messages(text: str, found: list[Any] | None) -> None:
    """The elements of an array are handed out however odd they are."""
    assert elements(text) == found


def test_elements_of_endless_nesting() -> None:
    """A text that is nested too deeply has no elements."""
    assert elements("[" * 200_000) is None
